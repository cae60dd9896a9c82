import { existsSync } from 'node:fs';
import type { PipelineRunPlan, PlannedTask } from '../plan/types.ts';
import { isList } from '../substitution/replace.ts';
import type { ParamValue } from '../types.ts';
import type { ExecuteOptions } from './options.ts';
import { taskParams } from './task-variables.ts';

/**
 * Whether the tasks of a run are to see `/workspace`, `/tekton` and their mounts at their real paths: all of them, as one may tell
 * another what it saw. It costs time, so only where it matters to at least one, or where a folder of the run has a path that a
 * script must quote: scripts write `> $(results.x.path)`, as no path of a cluster has spaces.
 */
export function needsRealPaths(plan: PipelineRunPlan, options: ExecuteOptions): boolean {
  const can = options.executor.realPaths();
  if (can !== 'when-needed') return can === 'always';
  const known = needs.get(plan);
  if (known !== undefined) return known;
  const folders = [options.directory, options.claims ?? '', ...Object.values(options.volumes ?? {})];
  const needed =
    folders.some((folder) => /[^\w@%+=:,./-]/.test(folder)) ||
    [...plan.tasks, ...plan.finally].some((task) => taskNeedsRealPaths(task, plan));
  needs.set(plan, needed);
  return needed;
}

const needs = new WeakMap<PipelineRunPlan, boolean>();

function taskNeedsRealPaths(task: PlannedTask, plan: PipelineRunPlan): boolean {
  const { spec } = task;
  if (spec.pathNeeds.length > 0) return true;
  // Where a step starts is made for it, and nothing is made on this machine itself.
  if ([...spec.steps, ...spec.sidecars].some(({ workingDir }) => isMissing(workingDir))) return true;
  if (spec.workspaces.some(({ readOnly, mountPath }) => readOnly || mountPath !== undefined)) return true;
  if (plan.workspaces.some(({ source }) => source.kind === 'persistentVolumeClaim' && source.readOnly))
    return true;
  return [...taskParams(task).values()]
    .flatMap(textsOf)
    .some((text) => /^\/(workspace|tekton)(\/|$)/.test(text));
}

function isMissing(workingDir: string | undefined): boolean {
  return workingDir?.startsWith('/') === true && !workingDir.includes('$(') && !existsSync(workingDir);
}

function textsOf(value: ParamValue): readonly string[] {
  if (typeof value === 'string') return [value];
  return isList(value) ? value : Object.values(value);
}
