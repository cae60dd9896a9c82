import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDuration } from '../read/duration.ts';
import type { Step } from '../types.ts';
import { launchOf, type StepContext } from './container-launch.ts';
import type { StepEnd, StopReason } from './executor.ts';
import type { StepState, TerminationReason } from './status.ts';
import { openStepLog } from './step-log.ts';

/** How a step ended, and the sentence for the TaskRun when that is its end too. */
export interface StepOutcome {
  readonly state: StepState;
  readonly failure?: string | undefined;
  /** Whether it took more memory than it may. */
  readonly isOutOfMemory?: boolean | undefined;
}

/** Runs one step whose variables are all put in, writes its log and its exit code, and never throws for a failing step. */
export async function runStep(step: Step, context: StepContext): Promise<StepOutcome> {
  const { options, folders, task } = context;
  const at = () => options.now().toISOString();
  const startedAt = at();
  const log = openStepLog({
    file: join(options.directory, 'logs', task, `${step.name}.log`),
    mask: context.mask,
    now: options.now,
    onLine: (line, when) => options.onEvent?.({ type: 'log', at: when, task, step: step.name, line }),
  });
  options.onEvent?.({ type: 'step-started', at: startedAt, task, step: step.name });
  const limit = new AbortController();
  const duration = step.timeout === undefined ? undefined : parseDuration(step.timeout);
  const timer = duration ? setTimeout(() => limit.abort('kill' satisfies StopReason), duration) : undefined;
  try {
    const launch = launchOf(step, 'step', context);
    const end: StepEnd =
      typeof launch === 'string'
        ? { exitCode: 1, problem: launch }
        : await options.executor.runStep({
            ...launch,
            stop: AbortSignal.any([context.stop, limit.signal]),
            onOutput: (chunk) => log.write(chunk),
            onStarted: context.onProcessGroup,
          });
    if (end.problem && !end.isTold) log.write(`${end.problem}\n`);
    const reason = terminationReason(step, end.exitCode, { stop: context.stop, limit: limit.signal });
    if (reason === 'Completed' || reason === 'Continued') {
      writeFileSync(folders.step(step.name).exitCode, String(end.exitCode));
    }
    return {
      state: {
        ...terminated(step, end.exitCode, reason, startedAt, at()),
        ...imageOf(end.imageID),
        ...provenanceOf(step),
      },
      failure: failureOf(step, end, reason, context.mask),
      isOutOfMemory: end.isOutOfMemory,
    };
  } finally {
    clearTimeout(timer);
    log.close();
  }
}

function provenanceOf({ refSource }: Step): Pick<StepState, 'provenance'> {
  return refSource === undefined ? {} : { provenance: { refSource } };
}

function imageOf(imageID: string | undefined): { imageID?: string } {
  return imageID === undefined ? {} : { imageID };
}

/** The state of a step that did not run. A skip by `when` counts as success, one after a failure does not. */
export function skippedStep(step: Step, why: 'when' | 'failure', context: StepContext): StepState {
  const at = context.options.now().toISOString();
  if (why === 'when') writeFileSync(context.folders.step(step.name).exitCode, '0');
  return terminated(step, why === 'when' ? 0 : 1, 'Skipped', at, at);
}

function terminated(
  step: Step,
  exitCode: number,
  terminationReason: TerminationReason,
  startedAt: string,
  finishedAt: string,
): StepState {
  const reason = exitCode === 0 || terminationReason === 'Continued' ? 'Completed' : 'Error';
  return {
    name: step.name,
    container: `step-${step.name}`,
    ...(step.image?.includes('@sha256:') ? { imageID: step.image } : {}),
    terminated: { exitCode, reason, startedAt, finishedAt },
    terminationReason,
  };
}

function terminationReason(
  step: Step,
  exitCode: number,
  signals: { readonly stop: AbortSignal; readonly limit: AbortSignal },
): TerminationReason {
  if (signals.limit.aborted) return 'TimeoutExceeded';
  if (signals.stop.aborted) return signals.stop.reason === 'kill' ? 'TimeoutExceeded' : 'Cancelled';
  if (exitCode === 0) return 'Completed';
  return step.onError === 'continue' ? 'Continued' : 'Error';
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
  const exited = `"step-${step.name}" exited with code ${end.exitCode}${end.isOutOfMemory ? ': OOMKilled' : ''}`;
  return end.problem ? `${exited}: ${mask(end.problem)}` : exited;
}
