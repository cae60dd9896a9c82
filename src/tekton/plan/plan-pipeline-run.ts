import type { TektonFinding } from '../finding.ts';
import type { TektonObjects } from '../load-objects.ts';
import { closest } from '../../model/did-you-mean.ts';
import { replaceText, replaceValue, texts, type Replacements } from '../substitution/replace.ts';
import { paramReplacements } from '../substitution/param-replacements.ts';
import { mergeStepTemplate } from '../read/merge-step-template.ts';
import { withoutEmptyInputs, withPipelineDefaults } from '../read/with-defaults.ts';
import { replaceInPipeline } from '../substitution/replace-deep.ts';
import { replaceWholeTask } from '../substitution/replace-task.ts';
import type { Pipeline, PipelineRun, PipelineSpec, PipelineTask, Reference, Task } from '../types.ts';
import { bindParams } from './bind-params.ts';
import { readGivenTexts } from './given-texts.ts';
import { bindWorkspaces } from './bind-workspaces.ts';
import { checkResults, checkTask } from './check-task.ts';
import { checkEnums } from './check-enums.ts';
import { checkIndices } from './check-indices.ts';
import { checkLostKeys } from './check-lost-keys.ts';
import { checkMergedParams } from './check-merged-params.ts';
import { checkTaskRunSpecs } from './check-task-run-specs.ts';
import { checkCredentials, credentialsOf } from './credentials.ts';
import { childName } from './child-name.ts';
import { putInStepActions, resolutionOf } from './put-in-step-actions.ts';
import { replaceReference, unresolved } from './resolve-reference.ts';
import { resultReferencesOf } from './result-references.ts';
import { planTimeouts, taskTimeout } from './timeouts.ts';
import type { PipelineRunPlan, PlannedTask, RunIdentity } from './types.ts';

/** The plan of a run, and every finding; there is a plan only when no finding is an error. */
export interface Planned {
  readonly plan: PipelineRunPlan | undefined;
  readonly findings: readonly TektonFinding[];
}

/**
 * Plans a PipelineRun without any I/O, in Tekton's order: find the Pipeline and its Tasks, bind parameters and
 * workspaces, put in params, then `context.*`, then `workspaces.<w>.bound`, and check the graph of the tasks.
 */
export function planPipelineRun(
  objects: TektonObjects,
  request: PipelineRun,
  identity: RunIdentity,
): Planned {
  const findings: TektonFinding[] = [...objects.findings];
  const reference =
    request.pipelineRef &&
    replaceReference(request.pipelineRef, [
      paramReplacements(bindParams([], request.params, noConsumer).values),
    ]);
  const named = reference && findPipeline(objects, reference);
  const spec = request.pipelineSpec ?? named?.spec;
  const accounts = (request.taskRunSpecs ?? []).filter((one) => one.serviceAccount !== undefined);
  findings.push(...[request, ...accounts].flatMap((one) => checkCredentials(one, objects)));
  if (!spec) {
    if (reference?.resolver) findings.push(unresolved('Pipeline', reference));
    else if (reference?.name)
      findings.push(notFound('Pipeline', reference.name, [...objects.pipelines.keys()], request));
    return { plan: undefined, findings };
  }
  const run = readGivenTexts(request, spec.params);
  const pipeline = named?.name ?? identity.name;
  const params = bindParams(spec.params, run.params, {
    what: `The Pipeline "${pipeline}"`,
    place: run.place,
    isClosed: true,
    isPipeline: true,
  });
  const workspaces = bindWorkspaces(
    spec.workspaces,
    run,
    replaceInBindings(paramReplacements(params.values)),
  );
  findings.push(
    ...params.findings,
    ...checkLostKeys(spec.source, spec.params, run.params),
    ...checkMergedParams(request),
    ...workspaces.findings,
    ...checkTaskRunSpecs(run, spec),
  );

  const phases: Replacements[] = [
    paramReplacements(params.values),
    texts([
      ['context.pipelineRun.name', identity.name],
      ['context.pipelineRun.namespace', run.namespace],
      ['context.pipelineRun.uid', identity.uid],
      ['context.pipeline.name', pipeline],
    ]),
    texts(workspaces.bound),
  ];
  const timeouts = planTimeouts(run);
  const planTask = (task: PipelineTask) =>
    planOneTask(task, {
      objects,
      run,
      identity,
      spec,
      phases,
      findings,
      bound: workspaces.bindings,
      params: params.values,
    });
  const tasks = spec.tasks.flatMap(planTask);
  const lastly = spec.finally.flatMap(planTask);
  if (tasks.length === spec.tasks.length && lastly.length === spec.finally.length) {
    findings.push(...checkResults(tasks, lastly, spec));
  }
  if (findings.some((finding) => finding.severity === 'error')) return { plan: undefined, findings };
  const plan: PipelineRunPlan = {
    ...identity,
    kind: 'PipelineRun',
    namespace: run.namespace,
    labels: { ...run.labels, 'tekton.dev/pipeline': pipeline },
    annotations: run.annotations,
    pipeline,
    params: params.values,
    workspaces: workspaces.bindings,
    volumes: run.volumes,
    claims: objects.claims,
    credentials: credentialsOf(run, objects),
    taskCredentials: new Map(
      (run.taskRunSpecs ?? [])
        .filter((one) => one.serviceAccount !== undefined)
        .map((one) => [one.name, credentialsOf(one, objects)]),
    ),
    source: {
      spec: run.source ?? { pipelineRef: { name: pipeline } },
      refSource: spec.refSource,
      pipelineSpec: withoutEmptyInputs(phases.reduce(replaceInPipeline, withPipelineDefaults(spec.source))),
    },
    tasks,
    finally: lastly,
    results: spec.results.map((result) => ({
      ...result,
      value: phases.reduce((value, phase) => replaceValue(value, phase), result.value),
    })),
    timeouts,
  };
  return { plan, findings };
}

interface PlanContext {
  readonly objects: TektonObjects;
  readonly run: PipelineRun;
  readonly identity: RunIdentity;
  readonly spec: PipelineSpec;
  readonly phases: readonly Replacements[];
  readonly findings: TektonFinding[];
  readonly bound: PipelineRunPlan['workspaces'];
  readonly params: PipelineRunPlan['params'];
}

function planOneTask(task: PipelineTask, context: PlanContext): PlannedTask[] {
  const { objects, run, identity, findings } = context;
  const phases = [...context.phases, texts([['context.pipelineTask.retries', String(task.retries)]])];
  const replaced = phases.reduce(replaceWholeTask, task);
  const reference = replaced.taskRef;
  const named = reference && findTask(objects, reference);
  const found = replaced.taskSpec ?? named?.spec;
  if (!found) {
    if (reference?.resolver) findings.push(unresolved('Task', reference));
    else if (reference?.name)
      findings.push(notFound('Task', reference.name, [...objects.tasks.keys()], task));
    return [];
  }
  const merged = task.taskSpec ? { ...found, source: mergeStepTemplate(found.source) } : found;
  const spec = putInStepActions(merged, objects, findings, (step) => replaceReference(step, phases));
  const planned: PlannedTask = {
    name: task.name,
    label: task.name,
    taskName: named?.name ?? task.name,
    isEmbedded: task.taskSpec !== undefined,
    taskRunName: childName(identity.name, `-${task.name}`),
    spec,
    params: replaced.params,
    matrix: replaced.matrix,
    workspaces: replaced.workspaces,
    when: replaced.when,
    retries: task.retries,
    timeout: taskTimeout(task, run, (text) => inAll(phases, text)),
    onError: replaced.onError === 'continue' ? 'continue' : 'stopAndFail',
    runAfter: task.runAfter,
    results: resultReferencesOf(replaced, task.taskSpec ? spec : undefined),
    place: task.place,
  };
  findings.push(
    ...checkTask(planned, context.spec, context.bound),
    ...checkIndices(planned, context.params),
    ...checkEnums(task.params, spec.params, context.spec.params),
  );
  return [planned];
}

/** The Task that a reference names, from the files or from what resolvers fetched. */
export function findTask(objects: TektonObjects, reference: Reference): Task | undefined {
  if (reference.resolver) return objects.resolved?.tasks.get(resolutionOf(reference));
  return objects.tasks.get(reference.name);
}

function findPipeline(objects: TektonObjects, reference: Reference): Pipeline | undefined {
  if (reference.resolver) return objects.resolved?.pipelines.get(resolutionOf(reference));
  return objects.pipelines.get(reference.name);
}

const noConsumer = { what: '', place: { file: '' } };

function inAll(phases: readonly Replacements[], text: string): string {
  return phases.reduce((value, phase) => replaceText(value, phase), text);
}

function replaceInBindings(replacements: Replacements) {
  return (text: string) => replaceText(text, replacements);
}

function notFound(
  kind: string,
  name: string,
  there: string[],
  user: { place: PipelineRun['place'] },
): TektonFinding {
  const meant = closest(name, there);
  return {
    code: 'tekton-missing',
    severity: 'error',
    reason: kind === 'Pipeline' ? 'CouldntGetPipeline' : 'CouldntGetTask',
    message: `There is no ${kind} named "${name}" in the files.`,
    fix: meant ? `Did you mean "${meant}"?` : `The files have ${there.join(', ') || `no ${kind}`}.`,
    place: user.place,
  };
}
