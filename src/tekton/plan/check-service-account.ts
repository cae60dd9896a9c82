import type { TektonFinding } from '../finding.ts';
import type { TektonObjects } from '../load-objects.ts';
import type { PipelineRun, TaskRunRequest } from '../types.ts';

/** Refuses a ServiceAccount of the files whose Secrets Tekton would turn into credentials of Git or a registry. */
export function checkServiceAccount(
  run: Pick<PipelineRun | TaskRunRequest, 'serviceAccount' | 'place'>,
  objects: TektonObjects,
): TektonFinding[] {
  const secrets = objects.serviceAccounts.get(run.serviceAccount ?? 'default') ?? [];
  const used = secrets.filter((name) =>
    Object.keys(objects.secretAnnotations.get(name) ?? {}).some((key) =>
      /^tekton\.dev\/(git|docker)-/.test(key),
    ),
  );
  return used.map((name) => ({
    code: 'tekton-unsupported',
    severity: 'error',
    message: `serviceAccountName: credentials from the Secret "${name}" of a ServiceAccount are not supported without a cluster.`,
    fix: 'Give credentials by a workspace or by environment variables.',
    place: run.place,
  }));
}
