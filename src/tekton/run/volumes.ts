import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { BitiqError } from '../../model/errors.ts';
import type { PipelineRunPlan, PlannedTask } from '../plan/types.ts';
import type { KeySource, TaskSpec, VolumeSource, WorkspaceBinding } from '../types.ts';
import { workFolder, type ExecuteOptions } from './options.ts';
import { isThere, realPath } from './paths.ts';

/** A workspace of a task that is bound. */
export interface OpenWorkspace {
  readonly folder: string;
  /** Where the steps see it. */
  readonly path: string;
  /** Where the steps of a Pod see it. */
  readonly clusterPath: string;
  readonly readOnly: boolean;
  readonly binding: WorkspaceBinding;
}

/** Everything that the containers of one attempt can mount. */
export interface OpenVolumes {
  readonly workspaces: ReadonlyMap<string, OpenWorkspace>;
  readonly volumes: ReadonlyMap<string, { readonly folder: string; readonly readOnly: boolean }>;
}

/** The folder of each workspace of a task; an optional workspace that is not bound has none. */
export async function openWorkspaces(
  task: PlannedTask,
  plan: PipelineRunPlan,
  attemptFolder: string,
  options: ExecuteOptions,
  hasRealPaths: boolean,
): Promise<Map<string, OpenWorkspace>> {
  const open = new Map<string, OpenWorkspace>();
  for (const name of workspaceNames(task, plan)) {
    const given = task.workspaces.find((workspace) => workspace.name === name);
    const binding = plan.workspaces.find((candidate) => candidate.name === (given?.workspace ?? name));
    if (!binding || (!given && !task.isEmbedded)) continue;
    const root = await openSource(
      binding.source,
      await below(join(attemptFolder, 'workspaces'), name),
      binding.name,
      plan,
      options,
    );
    const folder = await below(root, binding.subPath ?? '', given?.subPath ?? '');
    await makeFolder(folder, options);
    const declared = task.spec.workspaces.find((workspace) => workspace.name === name);
    const clusterPath = declared?.mountPath ?? `/workspace/${name}`;
    open.set(name, {
      folder,
      path: hasRealPaths ? clusterPath : folder,
      clusterPath,
      readOnly: declared?.readOnly === true || isReadOnly(binding.source),
      binding,
    });
  }
  return open;
}

/** The folders of a task's volumes, by name; a workspace is one, too, named as `$(workspaces.<name>.volume)` says. */
export async function openVolumes(
  spec: TaskSpec,
  workspaces: ReadonlyMap<string, OpenWorkspace>,
  plan: PipelineRunPlan,
  attemptFolder: string,
  options: ExecuteOptions,
): Promise<OpenVolumes> {
  const volumes = new Map<string, { folder: string; readOnly: boolean }>();
  for (const { name, source } of [...plan.volumes, ...spec.volumes]) {
    const own = await below(join(attemptFolder, 'volumes'), name);
    const folder = await openSource(source, own, name, plan, options);
    await makeFolder(folder, options);
    volumes.set(name, { folder, readOnly: isReadOnly(source) });
  }
  for (const [name, { folder, readOnly }] of workspaces)
    volumes.set(workspaceVolume(name), { folder, readOnly });
  return { workspaces, volumes };
}

/** The name of the volume that a workspace is, as Tekton makes it of five digits of a hash (FNV-1a) of its own. */
export function workspaceVolume(name: string): string {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(name)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return `ws-${hash.toString(16).slice(0, 5).padEnd(5, '0')}`;
}

/** The workspaces that a task declares; an embedded task has those that it is given and those of its pipeline, too. */
export function workspaceNames(task: PlannedTask, plan: PipelineRunPlan): string[] {
  const propagated = task.isEmbedded ? [...task.workspaces, ...plan.workspaces] : [];
  return [...new Set([...task.spec.workspaces, ...propagated].map(({ name }) => name))];
}

/** The folder of a claim: the one given for it, else one of its name that outlives the run; undefined when it is not known. */
async function claimFolder(
  name: string,
  plan: PipelineRunPlan,
  options: ExecuteOptions,
): Promise<string | undefined> {
  const { volumes, claims, directory } = options;
  if (volumes?.[name] !== undefined) return volumes[name];
  return isKnownClaim(name, plan, options) ? below(claims ?? join(directory, 'claims'), name) : undefined;
}

/** Whether a claim has a folder. */
export function isKnownClaim(name: string, plan: PipelineRunPlan, { volumes }: ExecuteOptions): boolean {
  return volumes?.[name] !== undefined || plan.claims.has(name);
}

/** A folder inside another one; a path that leads out of it is refused. */
export async function below(root: string, ...parts: string[]): Promise<string> {
  const path = join(root, ...parts);
  if (isInside(root, path) && isInside(await realPath(root), await realPath(path))) return path;
  throw new BitiqError({
    code: 'tekton-invalid',
    message: `The path ${parts.filter(Boolean).join('/')} leads out of its volume.`,
    fix: 'Use a path without "..".',
    state: 'The run has failed.',
  });
}

function isInside(root: string, path: string): boolean {
  const inside = relative(root, path);
  return !/^\.\.(\/|$)/.test(inside) && !isAbsolute(inside);
}

async function openSource(
  source: VolumeSource,
  own: string,
  name: string,
  plan: PipelineRunPlan,
  options: ExecuteOptions,
): Promise<string> {
  switch (source.kind) {
    case 'emptyDir':
      return own;
    case 'volumeClaimTemplate':
      // Beside the folders of tasks, none of which begins with a dot.
      return below(join(workFolder(options), '.claims'), name);
    case 'persistentVolumeClaim': {
      const folder = await claimFolder(source.claimName, plan, options);
      if (folder !== undefined) return folder;
      throw notGiven(`The PersistentVolumeClaim "${source.claimName}" has no folder.`);
    }
    case 'projected':
      for (const one of source.sources) await writeKeys(own, one, options);
      return own;
    case 'secret':
    case 'configMap':
      return writeKeys(own, source, options);
  }
}

/** A folder that is made here can be written by the users of all containers, as the volumes of a Pod can. */
async function makeFolder(folder: string, { executor }: ExecuteOptions): Promise<void> {
  if (await isThere(folder)) return;
  await mkdir(folder, { recursive: true });
  if (executor.kind === 'container') await chmod(folder, 0o777);
}

/** Secrets and ConfigMaps are mounted read-only, as a kubelet does. */
function isReadOnly(source: VolumeSource): boolean {
  if (source.kind === 'persistentVolumeClaim') return source.readOnly;
  return source.kind === 'secret' || source.kind === 'configMap' || source.kind === 'projected';
}

async function writeKeys(
  folder: string,
  { kind, name, items, optional, mode: defaultMode = 0o644 }: KeySource,
  options: ExecuteOptions,
): Promise<string> {
  const isOpen = options.executor.kind === 'container';
  await mkdir(folder, { recursive: true, mode: isOpen ? 0o755 : 0o700 });
  const values = (kind === 'secret' ? options.secrets : options.configMaps)?.[name];
  if (!values && !optional)
    throw notGiven(`The ${kind === 'secret' ? 'Secret' : 'ConfigMap'} "${name}" is not given.`);
  const paths = items ?? Object.keys(values ?? {}).map((key) => ({ key, path: key, mode: undefined }));
  for (const { key, path, mode = defaultMode } of paths) {
    const value = values?.[key];
    if (value === undefined && optional) continue;
    if (value === undefined) throw notGiven(`The key "${key}" of "${name}" is not given.`);
    const file = await below(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, options.bytes?.[kind][name]?.[key] ?? value);
    // Not subject to what this process masks.
    await chmod(file, mode);
  }
  return folder;
}

function notGiven(message: string): BitiqError {
  return new BitiqError({
    code: 'tekton-invalid',
    message,
    fix: 'Give it to the run, or change what the files ask for.',
    state: 'The run has failed.',
  });
}
