import { mkdirSync, rmSync } from 'node:fs';
import type { PlannedTask } from '../plan/types.ts';
import { replaceStep } from '../substitution/replace-task.ts';
import { isList, texts } from '../substitution/replace.ts';
import { variablesOf } from '../substitution/variables.ts';
import type { ParamValue, Step, TaskSpec } from '../types.ts';
import { runStep, skippedStep, type StepContext } from './run-step.ts';
import type { StepResult, StepState } from './status.ts';
import { readResults, terminationMessageLimit, terminationMessageSize } from './task-results.ts';
import { allHold } from './when.ts';

/** How one attempt of a TaskRun ended. */
export interface AttemptOutcome {
  readonly steps: readonly StepState[];
  readonly results: readonly StepResult[];
  /** Absent when every step succeeded, was skipped by `when`, or may fail. */
  readonly failure?: { readonly reason: string; readonly message: string } | undefined;
}

/** Runs the steps of a task strictly in order; after a failure the others are skipped and the results still read. */
export async function runSteps(
  task: PlannedTask,
  spec: TaskSpec,
  context: StepContext,
  onChange: (steps: readonly StepState[]) => void,
): Promise<AttemptOutcome> {
  const steps: StepState[] = [];
  const stepResults = new Map<string, readonly StepResult[]>();
  let failure: AttemptOutcome['failure'];
  let results: StepResult[] = [];
  for (const unfinished of spec.steps) {
    const step = replaceStepResults(unfinished, stepResults);
    if (failure || context.stop.aborted || !allHold(step.when)) {
      const state = skippedStep(step, failure || context.stop.aborted ? 'failure' : 'when', context);
      steps.push(state);
      tellEnd(state, task, context);
      onChange(steps);
      continue;
    }
    const startedAt = context.options.now().toISOString();
    onChange([...steps, { name: step.name, container: `step-${step.name}`, running: { startedAt } }]);
    const { state, failure: sentence } = await runStep(step, context);
    const [own, wrongOwn] = readResults(context.folders.step(step.name).results, step.results);
    const [written, wrong] = readResults(context.folders.results, task.spec.results);
    stepResults.set(step.name, own);
    results = withStepResults(written, task.spec, stepResults);
    steps.push(own.length > 0 ? { ...state, results: own } : state);
    tellEnd(state, task, context);
    onChange(steps);
    if (terminationMessageSize([...written, ...own], startedAt) > terminationMessageLimit) {
      failure = {
        reason: 'TaskRunResultLargerThanAllowedLimit',
        message: `"step-${step.name}": Termination message is above max allowed size ${terminationMessageLimit}, caused by large task result.`,
      };
    } else if (sentence) failure = { reason: 'StepFailed', message: sentence };
    else failure = wrongOwn ?? (isLast(unfinished, spec) ? wrong : undefined);
  }
  return { steps, results, failure };
}

/** Removes what an earlier attempt left and makes the folder of the next one. */
export function freshFolder(folder: string): string {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/** Puts `$(steps.<s>.results.<r>)` into command, args, env and `when`, not into a script, as Tekton does at step start. */
function replaceStepResults(step: Step, results: ReadonlyMap<string, readonly StepResult[]>): Step {
  if (results.size === 0) return step;
  const entries = [...results].flatMap(([name, values]) =>
    values.flatMap((result) => keysOf(`steps.${name}.results.${result.name}`, result.value)),
  );
  return { ...replaceStep(step, texts(entries)), script: step.script };
}

function keysOf(root: string, value: ParamValue): [string, string][] {
  if (typeof value === 'string') return [[root, value]];
  if (isList(value)) return value.map((item, index) => [`${root}[${index}]`, item]);
  return Object.entries(value).map(([key, item]) => [`${root}.${key}`, item]);
}

function withStepResults(
  written: StepResult[],
  spec: TaskSpec,
  stepResults: ReadonlyMap<string, readonly StepResult[]>,
): StepResult[] {
  const fromSteps = spec.results.flatMap((declared): StepResult[] => {
    const key = declared.value === undefined ? undefined : variablesOf(declared.value)[0];
    const match = /^steps\.([^.]+)\.results\.([^.[\]]+)/.exec(key ?? '');
    const found = match && stepResults.get(match[1]!)?.find((result) => result.name === match[2]);
    return found ? [{ ...found, name: declared.name }] : [];
  });
  const own = written.filter((result) => !fromSteps.some((other) => other.name === result.name));
  return [...own, ...fromSteps];
}

function isLast(step: Step, spec: TaskSpec): boolean {
  return spec.steps.at(-1) === step;
}

function tellEnd(state: StepState, task: PlannedTask, { options }: StepContext): void {
  options.onEvent?.({
    type: 'step-ended',
    at: state.terminated!.finishedAt,
    task: task.name,
    step: state.name,
    exitCode: state.terminated!.exitCode,
    reason: state.terminationReason!,
  });
}
