import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { BitiqError } from '../../model/errors.ts';
import type { PipelineRunPlan, PlannedTask } from '../plan/types.ts';
import type { KeySource, TaskSpec, VolumeSource, WorkspaceBinding } from '../types.ts';
import { workFolder, type ExecuteOptions } from './options.ts';
import { realPath } from './real-path.ts';

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
export function openWorkspaces(
  task: PlannedTask,
  plan: PipelineRunPlan,
  attemptFolder: string,
  options: ExecuteOptions,
  hasRealPaths: boolean,
): Map<string, OpenWorkspace> {
  const open = new Map<string, OpenWorkspace>();
  for (const name of workspaceNames(task, plan)) {
    const given = task.workspaces.find((workspace) => workspace.name === name);
    const binding = plan.workspaces.find((candidate) => candidate.name === (given?.workspace ?? name));
    if (!binding || (!given && !task.isEmbedded)) continue;
    const root = openSource(
      binding.source,
      below(join(attemptFolder, 'workspaces'), name),
      binding.name,
      plan,
      options,
    );
    const folder = below(root, binding.subPath ?? '', given?.subPath ?? '');
    makeFolder(folder, options);
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
export function openVolumes(
  spec: TaskSpec,
  workspaces: ReadonlyMap<string, OpenWorkspace>,
  plan: PipelineRunPlan,
  attemptFolder: string,
  options: ExecuteOptions,
): OpenVolumes {
  const volumes = new Map<string, { folder: string; readOnly: boolean }>();
  for (const { name, source } of [...plan.volumes, ...spec.volumes]) {
    const folder = openSource(source, below(join(attemptFolder, 'volumes'), name), name, plan, options);
    makeFolder(folder, options);
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
export function claimFolder(
  name: string,
  plan: PipelineRunPlan,
  { volumes, claims, directory }: ExecuteOptions,
): string | undefined {
  if (volumes?.[name] !== undefined) return volumes[name];
  return plan.claims.has(name) ? below(claims ?? join(directory, 'claims'), name) : undefined;
}

/** A folder inside another one; a path that leads out of it is refused. */
export function below(root: string, ...parts: string[]): string {
  const path = join(root, ...parts);
  if (isInside(root, path) && isInside(realPath(root), realPath(path))) return path;
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

function openSource(
  source: VolumeSource,
  own: string,
  name: string,
  plan: PipelineRunPlan,
  options: ExecuteOptions,
): string {
  switch (source.kind) {
    case 'emptyDir':
      return own;
    case 'volumeClaimTemplate':
      // Beside the folders of tasks, none of which begins with a dot.
      return below(join(workFolder(options), '.claims'), name);
    case 'persistentVolumeClaim': {
      const folder = claimFolder(source.claimName, plan, options);
      if (folder !== undefined) return folder;
      throw notGiven(`The PersistentVolumeClaim "${source.claimName}" has no folder.`);
    }
    case 'projected':
      for (const one of source.sources) writeKeys(own, one, options);
      return own;
    case 'secret':
    case 'configMap':
      return writeKeys(own, source, options);
  }
}

/** A folder that is made here can be written by the users of all containers, as the volumes of a Pod can. */
function makeFolder(folder: string, { executor }: ExecuteOptions): void {
  if (existsSync(folder)) return;
  mkdirSync(folder, { recursive: true });
  if (executor.kind === 'container') chmodSync(folder, 0o777);
}

/** Secrets and ConfigMaps are mounted read-only, as a kubelet does. */
function isReadOnly(source: VolumeSource): boolean {
  if (source.kind === 'persistentVolumeClaim') return source.readOnly;
  return source.kind === 'secret' || source.kind === 'configMap' || source.kind === 'projected';
}

function writeKeys(
  folder: string,
  { kind, name, items, optional, mode: defaultMode = 0o644 }: KeySource,
  options: ExecuteOptions,
): string {
  const isOpen = options.executor.kind === 'container';
  mkdirSync(folder, { recursive: true, mode: isOpen ? 0o755 : 0o700 });
  const values = (kind === 'secret' ? options.secrets : options.configMaps)?.[name];
  if (!values && !optional)
    throw notGiven(`The ${kind === 'secret' ? 'Secret' : 'ConfigMap'} "${name}" is not given.`);
  const paths = items ?? Object.keys(values ?? {}).map((key) => ({ key, path: key, mode: undefined }));
  for (const { key, path, mode = defaultMode } of paths) {
    const value = values?.[key];
    if (value === undefined && optional) continue;
    if (value === undefined) throw notGiven(`The key "${key}" of "${name}" is not given.`);
    const file = below(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, options.bytes?.[kind][name]?.[key] ?? value);
    // Not subject to what this process masks.
    chmodSync(file, mode);
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
