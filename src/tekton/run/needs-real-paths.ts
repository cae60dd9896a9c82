import type { PipelineRunPlan, PlannedTask } from '../plan/types.ts';
import { isList } from '../substitution/replace.ts';
import type { ParamValue } from '../types.ts';
import type { ExecuteOptions } from './options.ts';
import { isThere } from './paths.ts';
import { taskParams } from './task-variables.ts';

/**
 * Whether the tasks of a run are to see `/workspace`, `/tekton` and their mounts at their real paths: all of them, as one may tell
 * another what it saw. It costs time, so only where it matters to at least one, or where a folder of the run has a path that a
 * script must quote: scripts write `> $(results.x.path)`, as no path of a cluster has spaces.
 */
export async function needsRealPaths(plan: PipelineRunPlan, options: ExecuteOptions): Promise<boolean> {
  const can = await options.executor.realPaths();
  if (can !== 'when-needed') return can === 'always';
  // All tasks of a run get the first answer.
  const known = needs.get(plan) ?? findNeed(plan, options);
  needs.set(plan, known);
  return known;
}

async function findNeed(plan: PipelineRunPlan, options: ExecuteOptions): Promise<boolean> {
  const folders = [options.directory, options.claims ?? '', ...Object.values(options.volumes ?? {})];
  if (folders.some((folder) => /[^\w@%+=:,./-]/.test(folder))) return true;
  for (const task of [...plan.tasks, ...plan.finally]) if (await taskNeedsRealPaths(task, plan)) return true;
  return false;
}

const needs = new WeakMap<PipelineRunPlan, Promise<boolean>>();

async function taskNeedsRealPaths(task: PlannedTask, plan: PipelineRunPlan): Promise<boolean> {
  const { spec } = task;
  if (spec.pathNeeds.length > 0) return true;
  // Where a step starts is made for it, and nothing is made on this machine itself.
  for (const { workingDir } of [...spec.steps, ...spec.sidecars])
    if (await isMissing(workingDir)) return true;
  if (spec.workspaces.some(({ readOnly, mountPath }) => readOnly || mountPath !== undefined)) return true;
  if (plan.workspaces.some(({ source }) => source.kind === 'persistentVolumeClaim' && source.readOnly))
    return true;
  return [...taskParams(task).values()]
    .flatMap(textsOf)
    .some((text) => /^\/(workspace|tekton)(\/|$)/.test(text));
}

async function isMissing(workingDir: string | undefined): Promise<boolean> {
  return workingDir?.startsWith('/') === true && !workingDir.includes('$(') && !(await isThere(workingDir));
}

function textsOf(value: ParamValue): readonly string[] {
  if (typeof value === 'string') return [value];
  return isList(value) ? value : Object.values(value);
}
