import { closest } from '../../model/did-you-mean.ts';
import type { TektonFinding } from '../finding.ts';
import type { PipelineRun, PipelineSpec } from '../types.ts';

/** What a run says of single tasks is said of tasks that its Pipeline has. */
export function checkTaskRunSpecs(
  run: Pick<PipelineRun, 'taskRunSpecs' | 'place'>,
  spec: PipelineSpec,
): TektonFinding[] {
  const names = [...spec.tasks, ...spec.finally].map((task) => task.name);
  return (run.taskRunSpecs ?? [])
    .filter((one) => !names.includes(one.name))
    .map(({ name, place }) => {
      const meant = closest(name, names);
      return {
        code: 'tekton-invalid',
        severity: 'error',
        reason: 'InvalidTaskRunSpecs',
        message: `taskRunSpecs names the task "${name}", which the Pipeline does not have.`,
        fix: meant ? `Did you mean "${meant}"?` : `The Pipeline has ${names.join(', ')}.`,
        place,
      };
    });
}
