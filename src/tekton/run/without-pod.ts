import type { PlannedTask } from '../plan/types.ts';
import type { TaskSpec } from '../types.ts';
import type { AttemptOutcome } from './run-attempt.ts';

/** An attempt whose Pod Tekton does not make, as its spec is wrong once everything is put in: only the names of the steps are known. */
export function withoutPod(
  fault: string,
  {
    task,
    spec,
    source,
    namespace,
  }: {
    readonly task: PlannedTask;
    readonly spec: TaskSpec;
    readonly source: unknown;
    readonly namespace: string;
  },
): AttemptOutcome {
  const whose = task.isEmbedded
    ? 'invalid TaskSpec'
    : `missing or invalid Task ${namespace}/${task.taskName}`;
  return {
    steps: spec.steps.map(({ name }) => ({ name })),
    results: [],
    source,
    failure: {
      reason: 'PodCreationFailed',
      message: `failed to create task run pod "${task.taskRunName}": ${fault}. Maybe ${whose}`,
    },
  };
}
