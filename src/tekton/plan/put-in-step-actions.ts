import type { TektonFinding } from '../finding.ts';
import type { TektonObjects } from '../load-objects.ts';
import { closest } from '../../model/did-you-mean.ts';
import type { Param, Reference, Step, StepAction, TaskSpec } from '../types.ts';
import { parseStepResultReference } from '../substitution/variables.ts';
import { bindParams, variablesIn } from './bind-params.ts';
import { unresolved } from './resolve-reference.ts';

/** The task with each step that names a StepAction written out; its parameters are put in when the step's values are known. */
export function putInStepActions(
  spec: TaskSpec,
  objects: TektonObjects,
  findings: TektonFinding[],
  replace: (reference: Reference) => Reference,
): TaskSpec {
  if (!spec.steps.some((step) => step.ref)) return spec;
  const steps = spec.steps.map((step) => {
    if (!step.ref) return step;
    const reference = replace(step.ref);
    const action = reference.resolver
      ? objects.resolved?.stepActions.get(resolutionOf(reference))
      : objects.stepActions.get(reference.name);
    if (!action) {
      findings.push(
        reference.resolver ? unresolved('StepAction', reference) : missing(reference.name, step, objects),
      );
      return step;
    }
    const what = `The StepAction "${action.name}"`;
    const consumer = { what, place: step.place, isClosed: true };
    findings.push(
      ...bindParams(action.params, step.params, consumer).findings,
      ...checkStepResults(step.params),
    );
    return merge(step, action);
  });
  const added = steps.flatMap((step, index) => (spec.steps[index]!.ref && !step.ref ? [step] : []));
  return { ...spec, steps, pathNeeds: [...spec.pathNeeds, ...added.flatMap(mountNeeds)] };
}

/** What identifies a thing that a resolver fetches. */
export function resolutionOf({ resolver, params }: Reference): string {
  const sorted = params.map(({ name, value }) => [name, value]).sort();
  return JSON.stringify([resolver, sorted]);
}

/** What a step gives to its StepAction may be the result of an earlier step, named in full. @public */
export function checkStepResults(params: readonly Param[]): TektonFinding[] {
  return params.flatMap((param) =>
    variablesIn(param.value)
      .filter((key) => key.startsWith('steps.') && parseStepResultReference(key) === undefined)
      .map((key) => ({
        code: 'tekton-invalid',
        severity: 'error',
        reason: 'TaskRunResolutionFailed',
        message: `$(${key}) is not a result of a step.`,
        fix: 'Write $(steps.<step>.results.<result>).',
        place: param.place,
      })),
  );
}

function merge(step: Step, { step: action, params, refSource }: StepAction): Step {
  const { ref: _, ...own } = step;
  return {
    ...own,
    image: action.image ?? step.image,
    command: action.script !== undefined || action.command.length > 0 ? action.command : step.command,
    args: action.args.length > 0 ? action.args : step.args,
    script: action.script,
    workingDir: action.workingDir ?? step.workingDir,
    env: [...step.env.filter(({ name }) => !action.env.some((mine) => mine.name === name)), ...action.env],
    envFrom: [...step.envFrom, ...action.envFrom],
    volumeMounts: [...step.volumeMounts, ...action.volumeMounts],
    securityContext: action.securityContext ?? step.securityContext,
    results: action.results,
    actionParams: params,
    ...(refSource === undefined ? {} : { refSource }),
  };
}

function mountNeeds(step: Step): TaskSpec['pathNeeds'] {
  return step.volumeMounts.map(({ mountPath, place }) => ({
    what: `the mount ${mountPath} of ${step.name}`,
    place,
  }));
}

function missing(name: string, step: Step, objects: TektonObjects): TektonFinding {
  const meant = closest(name, objects.stepActions.keys());
  return {
    code: 'tekton-missing',
    severity: 'error',
    reason: 'TaskRunResolutionFailed',
    message: `There is no StepAction named "${name}" in the files.`,
    fix: meant ? `Did you mean "${meant}"?` : 'Add it to the files.',
    place: step.place,
  };
}
