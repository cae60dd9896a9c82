import type { ResultSpec, Step } from '../types.ts';
import type { StepOutcome } from './run-step.ts';
import type { StepState } from './status.ts';
import {
  lostOfReport,
  nothingWritten,
  rawReport,
  reportSizes,
  terminationMessage,
  terminationMessageLimit,
  type ReportTimes,
  type Written,
} from './task-results.ts';

/** What a step wrote, and how it ended. */
export interface EndedStep {
  readonly step: Step;
  readonly outcome: StepOutcome;
  readonly startedAt: string;
  readonly own: Written;
  /** The results of its task so far. */
  readonly written: Written;
  /** The results that the task declares. */
  readonly declared: readonly ResultSpec[];
}

/** What a report may have, and what its containers share. */
export interface ReportLimits {
  readonly maxResultSize: number | undefined;
  readonly taskRunName: string;
  /** Bytes of a report that reach the status. */
  readonly bytes: number;
  /** When all containers of the Pod started. */
  readonly podStartedAt: string;
}

/** What of it reaches the status. */
export interface StepReport {
  readonly state: StepState;
  readonly own: Written;
  /** Undefined when none of the results of the task was reported. */
  readonly written: Written | undefined;
  /** What went wrong with the report, which fails the task; the steps after it run nevertheless. */
  readonly problem?: { readonly line: string; readonly reason: string; readonly message: string } | undefined;
  /** What the log says of a report that is cut, as nothing else does. */
  readonly cut?: string | undefined;
}

/**
 * The report of a step as Tekton's entrypoint writes it after the step has let the next one start: a result that cannot be read,
 * or more than 4096 bytes, make it end with 1 and lose what was not written yet. With `maxResultSize` a sidecar reports, whose
 * limit is for each line.
 */
export function reportOfStep(ended: EndedStep, limits: ReportLimits): StepReport {
  const { step, outcome, startedAt, own, written } = ended;
  const { state } = outcome;
  // One that was ended from outside, or did not end in time, has reported before.
  if (state.terminated?.message !== undefined || state.terminationReason === 'TimeoutExceeded')
    return { state: withReport(state, own, written), own, written };
  const exitCode = state.terminationReason === 'Continued' ? state.terminated?.exitCode : undefined;
  const size =
    limits.maxResultSize === undefined
      ? lostOfReport(written.contents, own.contents, { startedAt, exitCode })
      : undefined;
  const lost =
    written.problem !== undefined || size === 'task' ? 'task' : own.problem === undefined ? size : 'step';
  if (lost === undefined) {
    const cut = cutReport(ended, { own, written, times: { startedAt, exitCode } }, limits);
    if (cut) return { ...cut, state: endedWith(exitCode === undefined ? undefined : 0, cut.state) };
    const problem = limitFault({ step, own, written }, limits);
    return { state: withReport(state, own, written), own, written, problem };
  }
  const line =
    (lost === 'task' ? written.problem : lost === 'step' ? own.problem : undefined) ??
    `Termination message is above max allowed size ${terminationMessageLimit}, caused by large task result.`;
  const reported = {
    own: lost === 'time' ? own : nothingWritten,
    written: lost === 'task' ? nothingWritten : written,
  };
  const problem = {
    line,
    reason: 'StepFailed',
    message: `"step-${step.name}" exited with code 1: Error`,
  } as const;
  const times = lost === 'time' ? undefined : { startedAt, exitCode };
  const cut = cutReport(ended, { ...reported, times }, limits);
  if (cut) return { ...cut, state: endedWith(1, cut.state), problem };
  return {
    state: withReport(failed(state, times?.exitCode), reported.own, reported.written),
    own: reported.own,
    written: lost === 'task' ? undefined : written,
    problem,
  };
}

/** The container ended with 1; a step that may fail has reported its own code before. */
function failed(state: StepState, exitCode: number | undefined): StepState {
  return {
    ...state,
    terminated: { ...state.terminated!, exitCode: exitCode ?? 1, reason: 'Error' },
    terminationReason: exitCode === undefined ? 'Error' : 'Continued',
  };
}

/** The state with the code of its container, where that is another than the code of the step. */
function endedWith(exitCode: 0 | 1 | undefined, state: StepState): StepState {
  if (exitCode === undefined) return state;
  const reason = exitCode === 0 ? 'Completed' : 'Error';
  return { ...state, terminated: { ...state.terminated!, exitCode, reason } };
}

/**
 * The report of a step that is longer than the kubelet lets it be: what is left of it cannot be read, so that its results are
 * lost without a word, and why it ended is not known; its time is that of its container.
 */
function cutReport(
  { step, outcome, declared }: EndedStep,
  { own, written, times }: Pick<EndedStep, 'own' | 'written'> & { readonly times: ReportTimes | undefined },
  { maxResultSize, bytes, podStartedAt }: ReportLimits,
): Omit<StepReport, 'problem'> | undefined {
  if (maxResultSize !== undefined) return undefined;
  const report = rawReport(written.contents, own.contents, { task: declared, step: step.results }, times);
  const size = Buffer.byteLength(report);
  if (size <= bytes) return undefined;
  const { terminationReason: _reason, ...state } = outcome.state;
  const message = Buffer.from(report).subarray(0, bytes).toString();
  return {
    state: { ...state, terminated: { ...state.terminated!, message, startedAt: podStartedAt } },
    own: nothingWritten,
    written: undefined,
    cut: `The report of ${size} bytes is cut after ${bytes}, as all containers of a Pod share 12288, and its results are lost. Write less, or use fewer steps.`,
  };
}

/** The state with what the step wrote; a step that was ended from outside has a sentence of its own. */
function withReport(state: StepState, own: Written, written: Written): StepState {
  const terminated = state.terminated!;
  const message = terminated.message ?? terminationMessage(written.contents, own.contents);
  return {
    ...state,
    terminated: { ...terminated, ...(message === undefined ? {} : { message }) },
    ...(own.results.length > 0 ? { results: own.results } : {}),
  };
}

function limitFault(
  { step, own, written }: Pick<EndedStep, 'step' | 'own' | 'written'>,
  { maxResultSize, taskRunName }: ReportLimits,
): StepReport['problem'] {
  if (maxResultSize === undefined) return undefined;
  const large = reportSizes(written.contents, own.contents, step.name).find((size) => size > maxResultSize);
  if (large === undefined) return undefined;
  const line = `${large} bytes results size exceeds configured limit of ${maxResultSize} bytes`;
  return {
    line,
    reason: 'TaskRunResultLargerThanAllowedLimit',
    message: `[User error] TaskRun ""${taskRunName}"" failed: ${line}`,
  };
}
