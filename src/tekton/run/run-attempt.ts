import { mkdir, rm } from 'node:fs/promises';
import type { PlannedTask } from '../plan/types.ts';
import { replaceStep } from '../substitution/replace-task.ts';
import { isList } from '../substitution/replace.ts';
import { variablesOf } from '../substitution/variables.ts';
import type { ParamValue, Step, TaskSpec } from '../types.ts';
import type { StepContext } from './container-launch.ts';
import { reportOfStep } from './report-of-step.ts';
import { addToLog, runStep, skippedStep } from './run-step.ts';
import { startSidecars } from './sidecars.ts';
import type { SidecarState, StepResult, StepState } from './status.ts';
import { readResults, readStepResults } from './task-results.ts';
import { allHold, celFault } from './when.ts';

/** How one attempt of a TaskRun ended. */
export interface AttemptOutcome {
  readonly steps: readonly StepState[];
  readonly sidecars?: readonly SidecarState[] | undefined;
  readonly results: readonly StepResult[];
  /** The spec of the task as it was written, with everything put in. */
  readonly source?: unknown;
  /** Absent when every step succeeded, was skipped by `when`, or may fail. */
  readonly failure?: { readonly reason: string; readonly message: string } | undefined;
}

/** Runs a task: its sidecars, and while they run its steps; a sidecar that fails before the last step ends fails the task. */
export async function runContainers(
  task: PlannedTask,
  spec: TaskSpec,
  context: StepContext,
  onChange: (steps: readonly StepState[]) => void,
): Promise<AttemptOutcome> {
  // All containers start together.
  const podStartedAt = context.options.now().toISOString();
  const steps = { podStartedAt, onChange };
  if (spec.sidecars.length === 0) return runSteps(task, spec, context, steps);
  const sidecars = await startSidecars(spec.sidecars, context);
  try {
    await sidecars.ready;
    const outcome = await runSteps(task, spec, context, steps);
    const { states, failure } = await sidecars.stop();
    return {
      ...outcome,
      sidecars: states,
      failure: failure === undefined ? outcome.failure : { reason: 'SidecarFailed', message: failure },
    };
  } finally {
    await sidecars.stop();
  }
}

/** Runs the steps of a task strictly in order; after a failure the others are skipped and the results still read. */
async function runSteps(
  task: PlannedTask,
  spec: TaskSpec,
  context: StepContext,
  {
    podStartedAt,
    onChange,
  }: { readonly podStartedAt: string; readonly onChange: (steps: readonly StepState[]) => void },
): Promise<AttemptOutcome> {
  const steps: StepState[] = [];
  const stepResults = new Map<string, readonly StepResult[]>();
  /** Of those, what was reported. */
  const reported = new Map<string, readonly StepResult[]>();
  let failure: AttemptOutcome['failure'];
  // What went wrong with a report fails the task in the end and stops no other step.
  let problem: AttemptOutcome['failure'];
  let results: StepResult[] = [];
  const order = new Set<string>();
  for (const unfinished of spec.steps) {
    const step = replaceStepResults(unfinished, stepResults);
    const isOver = failure !== undefined || context.stop.aborted;
    // An expression that cannot be evaluated fails its step.
    const fault = isOver ? undefined : celFault(step.when);
    if (isOver || (fault === undefined && !allHold(step.when))) {
      const state = await skippedStep(step, isOver ? 'failure' : 'when', context);
      steps.push(state);
      tellEnd(state, context);
      onChange(steps);
      continue;
    }
    const startedAt = context.options.now().toISOString();
    onChange([...steps, { name: step.name, container: `step-${step.name}`, running: { startedAt } }]);
    const outcome = await runStep(step, context, fault);
    // Links of a step that sees other paths mean other files here.
    const within = context.folders.hasRealPaths ? context.folders.root : undefined;
    const own = await readStepResults(context.folders.step(step.name).results, step.results, within);
    const written = await readResults(context.folders.results, task.spec.results, task.isEmbedded, within);
    const { failure: sentence, isOutOfMemory } = outcome;
    const report = reportOfStep(
      { step, outcome, startedAt, own, written, declared: task.spec.results },
      {
        maxResultSize: context.options.maxResultSize,
        taskRunName: task.taskRunName,
        bytes: context.reportLimit,
        podStartedAt,
      },
    );
    stepResults.set(step.name, own.results);
    reported.set(step.name, report.own.results);
    if (report.written)
      results = inOrder(withStepResults(report.written.results, task.spec, reported), order);
    steps.push(report.state);
    for (const line of [report.problem?.line, report.cut])
      if (line !== undefined) await addToLog(step, line, context);
    tellEnd(report.state, context);
    onChange(steps);
    problem ??= report.problem;
    if (sentence) failure = { reason: isOutOfMemory ? 'StepOOM' : 'StepFailed', message: sentence };
    else if (isLast(unfinished, spec) && !report.cut) failure = written.fault;
  }
  if (problem && failure?.reason !== 'StepOOM')
    failure = { reason: problem.reason, message: problem.message };
  return { steps, results, failure };
}

/** The results by the step that wrote them first, which `order` remembers. */
function inOrder(results: readonly StepResult[], order: Set<string>): StepResult[] {
  for (const { name } of results) order.add(name);
  const places = [...order];
  return results.toSorted((a, b) => places.indexOf(a.name) - places.indexOf(b.name));
}

/** Removes what an earlier attempt left and makes the folder of the next one. */
export async function freshFolder(folder: string): Promise<string> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/** Puts `$(steps.<s>.results.<r>)` into command, args, env and `when`, not into a script, as Tekton does at step start. */
function replaceStepResults(step: Step, results: ReadonlyMap<string, readonly StepResult[]>): Step {
  if (results.size === 0) return step;
  const texts = new Map<string, string>();
  const arrays = new Map<string, readonly string[]>();
  for (const [name, values] of results) {
    for (const result of values) {
      const root = `steps.${name}.results.${result.name}`;
      for (const [key, text] of keysOf(root, result.value)) texts.set(key, text);
      if (isList(result.value)) arrays.set(root, result.value);
    }
  }
  return { ...replaceStep(step, { texts, arrays, objects: new Map() }), script: step.script };
}

function keysOf(root: string, value: ParamValue): [string, string][] {
  if (typeof value === 'string') return [[root, value]];
  if (isList(value)) return value.map((item, index) => [`${root}[${index}]`, item]);
  return Object.entries(value).map(([key, item]) => [`${root}.${key}`, item]);
}

function withStepResults(
  written: readonly StepResult[],
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

function tellEnd(state: StepState, { options, task }: StepContext): void {
  options.onEvent?.({
    type: 'step-ended',
    at: state.terminated!.finishedAt,
    task,
    step: state.name,
    exitCode: state.terminated!.exitCode,
    reason: state.terminationReason!,
  });
}
