import type { PipelineRunPlan, PlannedTask } from '../plan/types.ts';
import { isList } from '../substitution/replace.ts';
import type { ParamValue } from '../types.ts';
import type { StepExecutor } from './executor.ts';
import { taskParams } from './task-variables.ts';

/** Whether a task is to see `/workspace`, `/tekton` and its mounts at their real paths. It costs time, so only where it matters. */
export function needsRealPaths(
  task: PlannedTask,
  plan: PipelineRunPlan,
  can: ReturnType<StepExecutor['realPaths']>,
): boolean {
  if (can !== 'when-needed') return can === 'always';
  const { spec } = task;
  if (spec.pathNeeds.length > 0) return true;
  if (spec.workspaces.some(({ readOnly, mountPath }) => readOnly || mountPath !== undefined)) return true;
  if (plan.workspaces.some(({ source }) => source.kind === 'persistentVolumeClaim' && source.readOnly))
    return true;
  return [...taskParams(task).values()]
    .flatMap(textsOf)
    .some((text) => /^\/(workspace|tekton)(\/|$)/.test(text));
}

function textsOf(value: ParamValue): readonly string[] {
  if (typeof value === 'string') return [value];
  return isList(value) ? value : Object.values(value);
}
