import { mkdirSync, writeFileSync } from 'node:fs';
import { isAbsolute, join, relative } from 'node:path';
import { BitiqError } from '../../model/errors.ts';
import type { PipelineRunPlan, PlannedTask } from '../plan/types.ts';
import type { WorkspaceBinding } from '../types.ts';
import type { ExecuteOptions } from './options.ts';

/** Refuses, before anything runs, a claim without a folder and a Secret or ConfigMap that was not given. */
export function checkVolumes(bindings: readonly WorkspaceBinding[], options: ExecuteOptions): void {
  for (const { name, source, place } of bindings) {
    const missing =
      source.kind === 'persistentVolumeClaim'
        ? options.volumes?.[source.claimName] === undefined &&
          `the PersistentVolumeClaim "${source.claimName}" has no folder`
        : source.kind === 'secret'
          ? options.secrets?.[source.name] === undefined && `the Secret "${source.name}" is not given`
          : source.kind === 'configMap' &&
            options.configMaps?.[source.name] === undefined &&
            `the ConfigMap "${source.name}" is not given`;
    if (!missing) continue;
    throw new BitiqError({
      code: 'tekton-run-invalid',
      message: `The workspace "${name}" cannot be bound: ${missing}.`,
      fix: 'Give it to the run, or bind the workspace to something else.',
      state: 'Nothing was run.',
      place,
    });
  }
}

/** The folder of each workspace of a task; an optional workspace that is not bound has none. */
export function openWorkspaces(
  task: PlannedTask,
  plan: PipelineRunPlan,
  attemptFolder: string,
  options: ExecuteOptions,
): Map<string, { readonly folder: string; readonly binding: WorkspaceBinding }> {
  const open = new Map<string, { folder: string; binding: WorkspaceBinding }>();
  for (const name of workspaceNames(task, plan)) {
    const given = task.workspaces.find((workspace) => workspace.name === name);
    const binding = plan.workspaces.find((candidate) => candidate.name === (given?.workspace ?? name));
    if (!binding || (!given && !task.isEmbedded)) continue;
    const root = volumeFolder(binding, join(attemptFolder, 'workspaces', name), plan, options);
    const folder = below(root, binding.subPath ?? '', given?.subPath ?? '');
    mkdirSync(folder, { recursive: true });
    open.set(name, { folder, binding });
  }
  return open;
}

/** The workspaces that a task declares; an embedded task has those of its pipeline too. */
export function workspaceNames(task: PlannedTask, plan: PipelineRunPlan): string[] {
  const declared = task.spec.workspaces.map((workspace) => workspace.name);
  const propagated = task.isEmbedded ? plan.workspaces.map((binding) => binding.name) : [];
  return [...new Set([...declared, ...propagated])];
}

function volumeFolder(
  binding: WorkspaceBinding,
  own: string,
  plan: PipelineRunPlan,
  options: ExecuteOptions,
): string {
  const { source } = binding;
  switch (source.kind) {
    case 'emptyDir':
      return own;
    case 'volumeClaimTemplate':
      return join(options.directory, 'work', 'volumes', binding.name);
    case 'persistentVolumeClaim':
      return options.volumes![source.claimName]!;
    case 'secret':
      return writeKeys(own, options.secrets![source.name]!);
    case 'configMap':
      return writeKeys(own, options.configMaps![source.name]!);
  }
}

function writeKeys(folder: string, values: Readonly<Record<string, string>>): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const [key, value] of Object.entries(values))
    writeFileSync(below(folder, key, ''), value, { mode: 0o400 });
  return folder;
}

/** A folder inside another one; a path that leads out of it is refused. */
function below(root: string, ...parts: string[]): string {
  const path = join(root, ...parts);
  const inside = relative(root, path);
  if (!inside.startsWith('..') && !isAbsolute(inside)) return path;
  throw new BitiqError({
    code: 'tekton-run-invalid',
    message: `The path ${parts.filter(Boolean).join('/')} leads out of its volume.`,
    fix: 'Use a path without "..".',
    state: 'The run has failed.',
  });
}
