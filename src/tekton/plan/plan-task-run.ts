import type { TektonFinding } from '../finding.ts';
import type { TektonObjects } from '../load-objects.ts';
import { closest } from '../../model/did-you-mean.ts';
import { parseDuration } from '../read/duration.ts';
import { paramReplacements } from '../substitution/param-replacements.ts';
import { replaceText } from '../substitution/replace.ts';
import type { TaskRunRequest } from '../types.ts';
import { bindParams } from './bind-params.ts';
import { bindTaskParams, checkTaskDefaults } from './bind-task-params.ts';
import { bindWorkspaces } from './bind-workspaces.ts';
import { checkSpecIndices } from './check-indices.ts';
import { checkCredentials, credentialsOf } from './credentials.ts';
import { findTask, type Planned } from './plan-pipeline-run.ts';
import { putInStepActions } from './put-in-step-actions.ts';
import { readGivenTexts } from './given-texts.ts';
import { replaceReference, unresolved } from './resolve-reference.ts';
import type { PipelineRunPlan, PlannedTask, RunIdentity } from './types.ts';

const hour = 3_600_000;

/** Plans a TaskRun as a run of one task, whose TaskRun has the name of the run. */
export function planTaskRun(objects: TektonObjects, request: TaskRunRequest, identity: RunIdentity): Planned {
  const findings: TektonFinding[] = [...objects.findings];
  const given = [paramReplacements(bindParams([], request.params, { what: '', place: { file: '' } }).values)];
  const reference = request.taskRef && replaceReference(request.taskRef, given);
  const named = reference && findTask(objects, reference);
  const found = request.taskSpec ?? named?.spec;
  findings.push(...checkCredentials(request, objects));
  if (!found) {
    if (reference?.resolver) findings.push(unresolved('Task', reference));
    else if (reference?.name) {
      const meant = closest(reference.name, objects.tasks.keys());
      findings.push({
        code: 'tekton-missing',
        severity: 'error',
        reason: 'TaskRunResolutionFailed',
        message: `There is no Task named "${reference.name}" in the files.`,
        fix: meant ? `Did you mean "${meant}"?` : 'Add it to the files.',
        place: request.place,
      });
    }
    return { plan: undefined, findings };
  }
  const run = readGivenTexts(request, found.params);
  const spec = putInStepActions(found, objects, findings, (step) => replaceReference(step, given));
  const name = named?.name ?? identity.name;
  const consumer = { what: `The Task "${name}"`, place: run.place };
  const { findings: faults } = bindParams(spec.params, run.params, consumer);
  const params = bindTaskParams(spec.params, run.params);
  const replacements = paramReplacements(params);
  const workspaces = bindWorkspaces(spec.workspaces, run, (text) => replaceText(text, replacements));
  const task: PlannedTask = {
    name,
    label: name,
    taskName: name,
    isEmbedded: run.taskSpec !== undefined,
    taskRunName: identity.name,
    spec,
    params: run.params,
    workspaces: run.workspaces.map((binding) => ({
      name: binding.name,
      workspace: binding.name,
      place: binding.place,
    })),
    when: [],
    retries: run.retries,
    timeout: (run.timeout === undefined ? undefined : parseDuration(run.timeout)) ?? hour,
    onError: 'stopAndFail',
    runAfter: [],
    results: [],
    place: run.place,
  };
  findings.push(
    ...faults,
    ...workspaces.findings,
    ...checkTaskDefaults(spec.params, run.params, consumer),
    ...checkSpecIndices(found, params),
  );
  if (findings.some((finding) => finding.severity === 'error')) return { plan: undefined, findings };
  const plan: PipelineRunPlan = {
    ...identity,
    kind: 'TaskRun',
    namespace: run.namespace,
    labels: run.labels,
    annotations: run.annotations,
    pipeline: name,
    params,
    workspaces: workspaces.bindings,
    volumes: run.volumes,
    claims: objects.claims,
    credentials: credentialsOf(run, objects),
    source: { spec: run.source ?? { taskRef: { name, kind: 'Task' } } },
    tasks: [task],
    finally: [],
    results: [],
    timeouts: { pipeline: 0, tasks: 0, finally: 0 },
  };
  return { plan, findings };
}
