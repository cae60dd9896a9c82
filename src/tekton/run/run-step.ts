import { join } from 'node:path';
import { parseDuration } from '../read/duration.ts';
import { tektonVariablesOf } from '../substitution/variables.ts';
import type { Step } from '../types.ts';
import { launchOf, type StepContext } from './container-launch.ts';
import type { StepEnd, StopReason } from './executor.ts';
import type { StepState, TerminationReason } from './status.ts';
import { openStepLog } from './step-log.ts';
import { writeExitCode } from './task-folders.ts';
import { startLimit } from './time-limit.ts';

/** How a step ended, and the sentence for the TaskRun when that is its end too. */
export interface StepOutcome {
  readonly state: StepState;
  readonly failure?: string | undefined;
  /** Whether it took more memory than it may. */
  readonly isOutOfMemory?: boolean | undefined;
}

/**
 * Runs one step whose variables are all put in, writes its log and its exit code, and never throws for a failing step. One with
 * a `fault` is not started, and fails with this sentence.
 */
export async function runStep(step: Step, context: StepContext, fault?: string): Promise<StepOutcome> {
  const { options, folders, task } = context;
  const at = () => options.now().toISOString();
  const startedAt = at();
  const limit = new AbortController();
  const broken = new AbortController();
  // A log that cannot be written ends the step, and its close says why.
  const log = await logOf(step, context, () => broken.abort('kill' satisfies StopReason));
  options.onEvent?.({ type: 'step-started', at: startedAt, task, step: step.name });
  for (const key of tektonVariablesOf(textsOf(step)))
    log.write(`bitiq: $(${key}) names nothing here and reaches the step as it is, as in Tekton.\n`);
  const duration = step.timeout === undefined ? undefined : parseDuration(step.timeout);
  const endLimit = startLimit(duration ?? 0, () => limit.abort('kill' satisfies StopReason));
  try {
    const launch = fault ?? (await launchOf(step, 'step', context));
    const end: StepEnd =
      typeof launch === 'string'
        ? { exitCode: 1, problem: launch }
        : await options.executor.runStep({
            ...(await context.credentials.give(launch)),
            stop: AbortSignal.any([context.stop, limit.signal, broken.signal]),
            onOutput: (chunk, stream) => log.write(chunk, stream),
            onStarted: context.onProcessGroup,
          });
    if (end.problem) log.write(`${end.problem}\n`);
    const exitCode = exitCodeOf(step, end);
    const reason = terminationReason(step, end, { stop: context.stop, limit: limit.signal });
    if (reason === 'Completed' || reason === 'Continued') {
      await writeExitCode(folders, step.name, exitCode);
    }
    return {
      state: {
        ...terminated(step, exitCode, reason, startedAt, at(), context),
        ...imageOf(end.imageID),
        ...provenanceOf(step),
      },
      failure: failureOf(step, end, reason, context.mask),
      isOutOfMemory: end.isOutOfMemory,
    };
  } finally {
    endLimit();
    await log.close();
  }
}

function textsOf({ script, command, args, env }: Step): string[] {
  return [script ?? '', ...command, ...args, ...env.map(({ value }) => value ?? '')];
}

/** Adds a line to the log of a step that has ended. */
export async function addToLog(step: Step, line: string, context: StepContext): Promise<void> {
  const log = await logOf(step, context);
  log.write(`${line}\n`);
  await log.close();
}

function logOf(step: Step, { options, task, mask }: StepContext, onFault?: () => void) {
  return openStepLog({
    file: join(options.directory, 'logs', task, `${step.name}.log`),
    mask,
    now: options.now,
    onFault,
    onLine: (line, at) => options.onEvent?.({ type: 'log', at, task, step: step.name, line }),
  });
}

function provenanceOf({ refSource }: Step): Pick<StepState, 'provenance'> {
  return refSource === undefined ? {} : { provenance: { refSource } };
}

function imageOf(imageID: string | undefined): { imageID?: string } {
  return imageID === undefined ? {} : { imageID };
}

/**
 * The state of a step that did not run. A skip by `when` counts as success, one after a failure does not; in a Pod that was
 * ended all steps were ended.
 */
export async function skippedStep(
  step: Step,
  why: 'when' | 'failure',
  context: StepContext,
): Promise<StepState> {
  const at = context.options.now().toISOString();
  if (why === 'when') await writeExitCode(context.folders, step.name, 0);
  const reason = why === 'failure' && context.stop.aborted ? endOfPod(context.stop) : 'Skipped';
  return terminated(step, why === 'when' ? 0 : 1, reason, at, at, context);
}

function terminated(
  step: Step,
  exitCode: number,
  terminationReason: TerminationReason,
  startedAt: string,
  finishedAt: string,
  { podName }: StepContext,
): StepState {
  return {
    name: step.name,
    container: `step-${step.name}`,
    ...(step.image?.includes('@sha256:') ? { imageID: step.image } : {}),
    terminated: { ...endOf(step, exitCode, terminationReason, podName), startedAt, finishedAt },
    terminationReason,
  };
}

/** The code that Tekton's entrypoint ends with: 1 when it cannot start the step, 255 when a signal ended it; -1 where it goes on. */
function exitCodeOf(step: Step, { exitCode, problem, isSignalled }: StepEnd): number {
  if (problem !== undefined) return exitCode === 126 || exitCode === 127 ? 1 : exitCode;
  if (!isSignalled) return exitCode;
  return step.onError === 'continue' ? -1 : 255;
}

/** How Tekton tells an end: whatever was ended from outside has the code 1. */
function endOf(step: Step, exitCode: number, reason: TerminationReason, podName: string) {
  if (reason === 'TaskRunTimeout' || reason === 'TaskRunCancelled') {
    return { exitCode: 1, reason, message: `Step ${step.name} terminated as pod ${podName} is terminated` };
  }
  if (reason === 'TimeoutExceeded') return { exitCode: 1, reason: 'Error' as const };
  return {
    exitCode,
    reason: exitCode === 0 || reason === 'Continued' ? ('Completed' as const) : ('Error' as const),
  };
}

function endOfPod(stop: AbortSignal): TerminationReason {
  return stop.reason === ('kill' satisfies StopReason) ? 'TaskRunTimeout' : 'TaskRunCancelled';
}

/** What cannot be started fails its task also where a code would not. */
function terminationReason(
  step: Step,
  { exitCode, problem }: StepEnd,
  signals: { readonly stop: AbortSignal; readonly limit: AbortSignal },
): TerminationReason {
  if (signals.limit.aborted) return 'TimeoutExceeded';
  if (signals.stop.aborted) return endOfPod(signals.stop);
  if (exitCode === 0) return 'Completed';
  return step.onError === 'continue' && problem === undefined ? 'Continued' : 'Error';
}

function failureOf(
  step: Step,
  end: StepEnd,
  reason: TerminationReason,
  mask: (text: string) => string,
): string | undefined {
  if (reason === 'Completed' || reason === 'Continued') return undefined;
  if (reason === 'TimeoutExceeded') {
    return `"step-${step.name}" exited because the step exceeded the specified timeout limit`;
  }
  const exited = `"step-${step.name}" exited with code ${exitCodeOf(step, end)}`;
  return `${exited}: ${end.problem ? mask(end.problem) : end.isOutOfMemory ? 'OOMKilled' : 'Error'}`;
}
