import { copyFiles, imagePath, LayerDraft } from './copy-files.ts';
import type { BuildContext } from './context.ts';
import { digestOf } from './digest.ts';
import type { Dockerfile, Instruction } from './dockerfile.ts';
import { FileTree } from './file-tree.ts';
import type { Descriptor, ImageConfig, Manifest, RunConfig } from './image-types.ts';
import { packLayer, type Layer } from './layer.ts';
import { configType, manifestType } from './media-types.ts';

/** The image that a build starts from, and its file tree. */
export interface BaseImage {
  readonly name: string;
  readonly digest: string;
  readonly manifest: Manifest;
  readonly config: ImageConfig;
  readonly tree: FileTree;
}

export interface ImageInput {
  readonly dockerfile: Dockerfile;
  readonly context: BuildContext;
  /** Undefined: the layers lie on nothing. */
  readonly base: BaseImage | undefined;
  /** Takes precedence over the Dockerfile. */
  readonly env: Readonly<Record<string, string>>;
  /** `org.opencontainers.image.*` labels; those of the Dockerfile win over the `defaults`. */
  readonly labels: Readonly<Record<string, string>>;
  readonly defaultLabels: Readonly<Record<string, string>>;
  readonly created: Date;
  readonly platform: { readonly os: string; readonly architecture: string };
}

/** Everything of an image that the base does not have: new layers, config and manifest, each with its descriptor. */
export interface Image {
  readonly layers: readonly Layer[];
  readonly config: { readonly descriptor: Descriptor; readonly blob: Uint8Array };
  readonly manifest: { readonly descriptor: Descriptor; readonly blob: Uint8Array; readonly value: Manifest };
}

interface HistoryEntry {
  readonly created: string;
  readonly created_by: string;
  readonly empty_layer?: true;
}

/** Lays out an image. Pure but for reading the context: the same input gives the same digest on every machine. */
export async function composeImage(input: ImageInput): Promise<Image> {
  const created = `${input.created.toISOString().slice(0, 19)}Z`;
  const tree = input.base?.tree ?? new FileTree();
  const run: RunConfig = structuredClone(input.base?.config.config ?? {}) as RunConfig;
  const layers: Layer[] = [];
  const history: HistoryEntry[] = [];
  let draft = new LayerDraft(tree);
  const flush = async (text: string) => {
    layers.push(await packLayer(draft.entries.values()));
    history.push({ created, created_by: text });
    draft = new LayerDraft(tree);
  };

  for (const instruction of input.dockerfile.instructions) {
    if (instruction.kind === 'copy') {
      await copyFiles(instruction, {
        draft,
        tree,
        workingFolder: run.WorkingDir ?? '/',
        context: input.context,
      });
      await flush(instruction.text);
      continue;
    }
    if (instruction.kind === 'workdir') {
      run.WorkingDir = `/${imagePath(run.WorkingDir ?? '/', instruction.path)}`;
      const folder = tree.resolve(run.WorkingDir);
      // The folder comes with the next layer: a layer of its own would hold nothing else.
      if (tree.get(folder)?.type !== 'directory') draft.addFolder(folder);
    } else configure(run, instruction, input.dockerfile);
    history.push({ created, created_by: instruction.text, empty_layer: true });
  }
  if (draft.entries.size > 0) await flush('WORKDIR');

  setEnv(run, Object.entries(input.env));
  run.Labels = sorted({ ...input.defaultLabels, ...run.Labels, ...input.labels });
  const config = jsonBlob(configType, {
    created,
    architecture: input.base?.config.architecture ?? input.platform.architecture,
    os: input.base?.config.os ?? input.platform.os,
    config: run,
    rootfs: {
      type: 'layers',
      diff_ids: [...(input.base?.config.rootfs.diff_ids ?? []), ...layers.map((layer) => layer.diffId)],
    },
    history: [...(input.base?.config.history ?? []), ...history],
  });
  const value: Manifest = {
    schemaVersion: 2,
    mediaType: manifestType,
    config: config.descriptor,
    layers: [...(input.base?.manifest.layers ?? []), ...layers.map((layer) => layer.descriptor)],
    annotations: sorted({ ...input.labels, 'org.opencontainers.image.created': created }),
  };
  return { layers, config, manifest: { ...jsonBlob(manifestType, value), value } };
}

function configure(
  run: RunConfig,
  instruction: Exclude<Instruction, { kind: 'copy' | 'workdir' }>,
  dockerfile: Dockerfile,
): void {
  switch (instruction.kind) {
    case 'env':
      return setEnv(run, instruction.entries);
    case 'label':
      run.Labels = { ...run.Labels, ...Object.fromEntries(instruction.entries) };
      return;
    case 'expose':
      run.ExposedPorts = sorted({
        ...run.ExposedPorts,
        ...Object.fromEntries(instruction.ports.map((port) => [port, {}])),
      });
      return;
    case 'user':
      run.User = instruction.user;
      return;
    case 'cmd':
      run.Cmd = [...instruction.argv];
      return;
    case 'entrypoint':
      run.Entrypoint = [...instruction.argv];
      // The base's CMD was meant for the base's ENTRYPOINT; Docker drops it too.
      if (!dockerfile.instructions.some((other) => other.kind === 'cmd')) run.Cmd = undefined;
      return;
    case 'healthcheck':
      run.Healthcheck = { ...instruction.health };
      return;
    case 'stopsignal':
      run.StopSignal = instruction.signal;
  }
}

function setEnv(run: RunConfig, entries: readonly (readonly [string, string])[]): void {
  const env = new Map((run.Env ?? []).map((text) => [text.split('=', 1)[0] ?? '', text]));
  for (const [name, value] of entries) env.set(name, `${name}=${value}`);
  run.Env = [...env.values()];
}

function sorted<T>(record: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function jsonBlob(mediaType: string, value: unknown): { descriptor: Descriptor; blob: Uint8Array } {
  const blob = Buffer.from(JSON.stringify(value));
  return { descriptor: { mediaType, digest: digestOf(blob), size: blob.length }, blob };
}
