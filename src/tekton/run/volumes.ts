import { mkdirSync, writeFileSync } from 'node:fs';
import { isAbsolute, join, relative } from 'node:path';
import { BitiqError, type Place } from '../../model/errors.ts';
import type { PipelineRunPlan, PlannedTask } from '../plan/types.ts';
import { variablesOf } from '../substitution/variables.ts';
import type { VolumeSource, WorkspaceBinding } from '../types.ts';
import type { ExecuteOptions } from './options.ts';

/** Refuses, before anything runs, a claim without a folder and a Secret or ConfigMap, or a key of one, that was not given. */
export function checkInputs(plan: PipelineRunPlan, options: ExecuteOptions): void {
  for (const { name, source, place } of plan.workspaces) {
    const missing = missingSource(source, options);
    if (missing) throw refusal(`The workspace "${name}" cannot be bound: ${missing}.`, place);
  }
  for (const task of [...plan.tasks, ...plan.finally]) {
    for (const variable of task.spec.steps.flatMap((step) => step.env)) {
      const { from } = variable;
      if (!from || from.optional || variablesOf(from.name + from.key).length > 0) continue;
      const values = from.kind === 'secret' ? options.secrets : options.configMaps;
      if (values?.[from.name]?.[from.key] !== undefined) continue;
      const kind = from.kind === 'secret' ? 'Secret' : 'ConfigMap';
      throw refusal(
        `The task "${task.name}" needs the key "${from.key}" of the ${kind} "${from.name}", and it is not given.`,
        variable.place,
      );
    }
  }
}

function missingSource(source: VolumeSource, options: ExecuteOptions): string | undefined {
  switch (source.kind) {
    case 'persistentVolumeClaim':
      if (options.volumes?.[source.claimName] !== undefined) return undefined;
      return `the PersistentVolumeClaim "${source.claimName}" has no folder`;
    case 'secret':
      return options.secrets?.[source.name] ? undefined : `the Secret "${source.name}" is not given`;
    case 'configMap':
      return options.configMaps?.[source.name] ? undefined : `the ConfigMap "${source.name}" is not given`;
    case 'emptyDir':
    case 'volumeClaimTemplate':
      return undefined;
  }
}

function refusal(message: string, place: Place): BitiqError {
  return new BitiqError({
    code: 'tekton-run-invalid',
    message,
    fix: 'Give it to the run, or change what the files ask for.',
    state: 'Nothing was run.',
    place,
  });
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
