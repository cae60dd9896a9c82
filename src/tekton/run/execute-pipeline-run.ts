import { setMaxListeners } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../model/errors.ts';
import { guard, letGo } from '../../process/guardian.ts';
import { startTimeOf } from '../../process/process-tree.ts';
import { refuseFindings } from '../finding.ts';
import type { PipelineRunPlan, PlannedTask } from '../plan/types.ts';
import { checkInputs } from './check-inputs.ts';
import { credentialMasks } from './credentials.ts';
import { describeRun, type PipelineRunResult } from './describe-run.ts';
import { expandMatrix } from './expand-matrix.ts';
import { executeTaskRun } from './execute-task-run.ts';
import { maskDeep, passwordsIn, secretMask, type SecretMask } from './mask-secrets.ts';
import { workFolder, type ExecuteOptions } from './options.ts';
import { endFor, finalCondition, runningCondition, type RunEnd, specStatus } from './pipeline-condition.ts';
import { removeFolder } from '../../process/remove-folder.ts';
import { RunRecorder } from './run-recorder.ts';
import { celFault } from './when.ts';
import { decideFinally, decideTask, type SkipReason } from './start-or-skip.ts';
import type { Condition, TaskRun } from './status.ts';
import { doing, isOver, isStopping, phaseOf, type TaskState } from './task-state.ts';
import { startLimit } from './time-limit.ts';

export type { PipelineRunResult };

/**
 * Executes a planned run: tasks in parallel as their order allows, then `finally`. Failing steps are not errors: the result
 * tells. The record in the run's folder follows every change within milliseconds, and is whole at the end.
 */
export async function executePipelineRun(
  plan: PipelineRunPlan,
  options: ExecuteOptions,
): Promise<PipelineRunResult> {
  refuseFindings(await checkInputs(plan, options));
  const work = workFolder(options);
  const run = new PipelineExecution(plan, options, await startTimeOf(process.pid));
  if (!options.keepWork) guard('folder', work);
  try {
    // Node reads a program as the nearest package.json says; one around the run has no say, as in a container.
    await mkdir(work, { recursive: true });
    await writeFile(join(work, 'package.json'), '{}\n');
    return await run.execute();
  } finally {
    if (!options.keepWork) {
      await (options.executor.removeFolder ?? removeFolder)(work);
      letGo('folder', work);
    }
  }
}

/** What a task is told that never starts, as the time of its run is over. */
const timeoutReasons = {
  pipeline: 'PipelineRun timeout has been reached',
  tasks: 'PipelineRun Tasks timeout has been reached',
  finally: 'PipelineRun Finally timeout has been reached',
};

class PipelineExecution {
  readonly #plan: PipelineRunPlan;
  readonly #options: ExecuteOptions;
  readonly #mask: SecretMask;
  readonly #states: Map<string, TaskState>;
  readonly #running = new Set<Promise<void>>();
  readonly #processGroups = new Set<number>();
  readonly #stopTasks = new AbortController();
  readonly #stopFinally = new AbortController();
  readonly #startTime: string;
  #finallyStartTime: string | undefined;
  #end: RunEnd | undefined;
  readonly #recorder: RunRecorder;

  constructor(plan: PipelineRunPlan, options: ExecuteOptions, processStart: string | undefined) {
    this.#plan = plan;
    this.#mask = secretMask([
      ...(options.masks ?? []),
      ...passwordsIn([...plan.params.values()]),
      ...Object.values(options.secrets ?? {}).flatMap((secret) => Object.values(secret)),
      ...Object.values(options.bytes?.secret ?? {}).flatMap((secret) =>
        Object.values(secret).map((value) => value.toString('base64')),
      ),
      ...[plan.credentials, ...(plan.taskCredentials?.values() ?? [])].flatMap((each) =>
        credentialMasks(each, options.secrets ?? {}),
      ),
    ]);
    const tell = options.onEvent;
    this.#options = tell
      ? { ...options, onEvent: (event) => tell(maskDeep(event, this.#mask) as typeof event) }
      : options;
    this.#startTime = this.#at();
    // Every task that runs listens.
    setMaxListeners(0, this.#stopTasks.signal, this.#stopFinally.signal);
    const waiting =
      (isFinally: boolean) =>
      (task: PlannedTask): [string, TaskState] => [
        task.name,
        { task, isFinally, phase: 'waiting', taskRuns: [] },
      ];
    this.#states = new Map([...plan.tasks.map(waiting(false)), ...plan.finally.map(waiting(true))]);
    this.#recorder = new RunRecorder(
      {
        plan,
        options: this.#options,
        mask: this.#mask,
        processGroups: this.#processGroups,
        // It is masked already.
        onRecord: (record) => tell?.({ type: 'recorded', at: this.#at(), record }),
        describe: () => this.#describe(runningCondition([...this.#states.values()], this.#end, this.#at())),
      },
      processStart,
    );
  }

  async execute(): Promise<PipelineRunResult> {
    const { signal } = this.#options;
    const plan = this.#plan;
    const cancel = () => this.#stop(endFor(signal?.reason));
    const leave = () =>
      this.#recorder.interrupted(
        this.#describeEnd('Cancelled', `PipelineRun "${plan.name}" was cancelled`),
        doing(this.#states.values()),
      );
    signal?.addEventListener('abort', cancel, { once: true });
    process.once('exit', leave);
    const limits = [this.#startLimit('pipeline'), this.#startLimit('tasks')];
    this.#options.onEvent?.({ type: 'run-started', at: this.#startTime });
    this.#recorder.change();
    try {
      const asked = specStatus(plan);
      if (asked !== undefined) this.#stop(endFor(asked));
      if (signal?.aborted) cancel();
      this.#checkExpressions();
      await this.#runTasks();
      if (this.#mayRunFinally()) {
        limits.push(this.#startLimit('finally'));
        await this.#runFinally();
      } else this.#abandon();
    } catch (error) {
      // Something outside the run failed (a full disk, say): leave no process behind and no record that claims to run.
      this.#stop({ kind: 'cancelled' });
      await Promise.allSettled(this.#running);
      await this.#recorder.failed(this.#describeEnd('Failed', this.#mask(messageOf(error))));
      throw error;
    } finally {
      limits.forEach((endLimit) => endLimit());
      signal?.removeEventListener('abort', cancel);
      process.off('exit', leave);
    }
    const condition = finalCondition(this.#plan, this.#states, this.#end, this.#at());
    const result = this.#describe(condition);
    await this.#recorder.end(result);
    this.#options.onEvent?.({ type: 'run-ended', at: condition.lastTransitionTime, condition });
    return { ...result, wasDoing: this.#recorder.wasDoing };
  }

  async #runTasks(): Promise<void> {
    const graph = [...this.#states.values()].filter((state) => !state.isFinally);
    for (;;) {
      let isChanged = true;
      while (isChanged) {
        isChanged = false;
        for (const state of graph) {
          if (state.phase !== 'waiting' || !this.#mayStart()) continue;
          if (this.#advance(state, decideTask(state, this.#states, this.#stopping(graph)))) isChanged = true;
        }
      }
      if (this.#running.size === 0) break;
      await Promise.race(this.#running);
    }
  }

  async #runFinally(): Promise<void> {
    const decided = [...this.#states.values()]
      .filter((state) => state.isFinally)
      .map((state) => ({ state, decision: decideFinally(state, this.#states, undefined) }));
    // One that never can be resolved lets none of them start.
    const unresolved = decided.find(({ decision }) => decision.kind === 'unresolved');
    // Tekton looks no further at one whose results are missing.
    const isLookedAt = decided.some(
      ({ decision }) => decision.kind !== 'skip' || decision.reason !== 'Results were missing',
    );
    if (isLookedAt && !unresolved) this.#finallyStartTime = this.#at();
    for (const { state, decision } of unresolved ? [unresolved] : decided) this.#advance(state, decision);
    await Promise.all(this.#running);
  }

  /** Tekton evaluates all CEL before anything starts, also where a variable of a result is still in it. */
  #checkExpressions(): void {
    for (const { task } of this.#states.values()) {
      const fault = celFault(task.when);
      if (fault !== undefined) this.#endBroken('CELEvaluationFailed', this.#celMessage(fault));
    }
  }

  #celMessage(fault: string): string {
    return `[User error] Error evaluating CEL ${this.#plan.name}: ${fault}`;
  }

  #endBroken(reason: string, message: string): void {
    this.#end ??= { kind: 'broken', reason, message };
  }

  /** Starts or skips a task; whether it left the waiting ones. */
  #advance(state: TaskState, decision: ReturnType<typeof decideTask>): boolean {
    if (decision.kind === 'wait') return false;
    if (decision.kind === 'broken') {
      this.#endBroken('CELEvaluationFailed', this.#celMessage(decision.fault));
      return false;
    }
    if (decision.kind === 'unresolved') {
      const subject = `PipelineRun ${this.#plan.namespace}/${this.#plan.name}`;
      const message = `[User error] ${subject} can't be Run; couldn't resolve all references: ${decision.message}`;
      this.#endBroken('PipelineValidationFailed', message);
      return false;
    }
    if (decision.kind === 'invalid') {
      state.phase = 'invalid';
      state.fault = decision.message;
      const { name } = state.task;
      this.#options.onEvent?.({ type: 'task-skipped', at: this.#at(), task: name, reason: decision.message });
      this.#recorder.change();
      return true;
    }
    if (decision.kind === 'skip') {
      state.phase = 'skipped';
      const { when, name } = decision.task;
      const { reason } = decision;
      state.skipped = { name, reason, ...(when.length > 0 ? { whenExpressions: when } : {}) };
      this.#options.onEvent?.({ type: 'task-skipped', at: this.#at(), task: name, reason });
      this.#recorder.change();
      return true;
    }
    state.phase = 'running';
    state.started = decision.task;
    const running = this.#run(state, decision.task).finally(() => this.#running.delete(running));
    this.#running.add(running);
    return true;
  }

  async #run(state: TaskState, task: PlannedTask): Promise<void> {
    const taskRuns: (TaskRun | undefined)[] = [];
    const runs = expandMatrix(task, this.#plan.name).map(async (one, index) => {
      const taskRun = await this.#runOne(state, one, (changed) => {
        taskRuns[index] = changed;
        state.taskRuns = taskRuns.filter((known) => known !== undefined);
        this.#recorder.change();
      });
      const condition = taskRun.status.conditions[0]!;
      const at = condition.lastTransitionTime;
      this.#options.onEvent?.({ type: 'task-ended', at, task: one.label, condition });
      return taskRun;
    });
    // Where one cannot go on, its siblings are awaited, too: whatever runs must be known until it is over.
    runs.forEach((run) => run.catch(() => this.#stop({ kind: 'cancelled' })));
    await Promise.allSettled(runs);
    state.phase = phaseOf(await Promise.all(runs), task.onError);
    this.#recorder.change();
  }

  async #runOne(state: TaskState, task: PlannedTask, onChange: (taskRun: TaskRun) => void): Promise<TaskRun> {
    const groups = new Set<number>();
    const taskRun = await executeTaskRun(task, {
      plan: this.#plan,
      options: this.#options,
      mask: this.#mask,
      cancel: (state.isFinally ? this.#stopFinally : this.#stopTasks).signal,
      onProcessGroup: (group) => {
        // Steps follow each other, so an earlier one is over; sidecars stay.
        if (task.spec.sidecars.length === 0) {
          for (const earlier of groups) this.#processGroups.delete(earlier);
        }
        groups.add(group);
        this.#processGroups.add(group);
        this.#recorder.change();
      },
      onChange,
    });
    for (const group of groups) this.#processGroups.delete(group);
    return taskRun;
  }

  #stopping(graph: readonly TaskState[]): SkipReason | undefined {
    if (this.#end?.kind === 'gracefully') return `PipelineRun was gracefully ${this.#end.how}`;
    return isStopping(graph) ? 'PipelineRun was stopping' : undefined;
  }

  /** A TaskRun that is cancelled before it starts tells so itself. */
  #mayStart(): boolean {
    return this.#mayRunFinally() || (this.#plan.kind === 'TaskRun' && this.#end?.kind === 'cancelled');
  }

  /** Neither a run that was cancelled nor one whose time is over runs its finally. */
  #mayRunFinally(): boolean {
    const end = this.#end;
    return (
      end === undefined || end.kind === 'gracefully' || (end.kind === 'timeout' && end.part === 'finally')
    );
  }

  /** Leaves tasks that never start out of the status, as Tekton does for a run that was cancelled or timed out. */
  #abandon(): void {
    const reason = this.#end?.kind === 'timeout' ? timeoutReasons[this.#end.part] : undefined;
    for (const [task, state] of this.#states) {
      if (isOver(state)) continue;
      this.#states.delete(task);
      if (reason) this.#options.onEvent?.({ type: 'task-skipped', at: this.#at(), task, reason });
    }
  }

  #stop(end: RunEnd): void {
    this.#end ??= end;
    this.#recorder.endsEarly(doing(this.#states.values()));
    const how = end.kind === 'timeout' ? 'timed out' : 'been cancelled';
    const why =
      this.#plan.kind === 'TaskRun'
        ? (this.#plan.source.spec as { readonly statusMessage?: string }).statusMessage
        : `TaskRun cancelled as the PipelineRun it belongs to has ${how}.`;
    const endsTasks =
      end.kind === 'cancelled' ||
      (end.kind === 'gracefully' && end.how === 'cancelled') ||
      (end.kind === 'timeout' && end.part !== 'finally');
    if (endsTasks) this.#stopTasks.abort(why);
    if (end.kind === 'cancelled' || (end.kind === 'timeout' && end.part !== 'tasks'))
      this.#stopFinally.abort(why);
  }

  #startLimit(part: 'pipeline' | 'tasks' | 'finally'): () => void {
    return startLimit(this.#plan.timeouts[part], () => this.#stop({ kind: 'timeout', part }));
  }

  #describeEnd(reason: string, message: string): PipelineRunResult {
    const lastTransitionTime = this.#at();
    return this.#describe({ type: 'Succeeded', status: 'False', reason, message, lastTransitionTime });
  }

  #describe(condition: Condition): PipelineRunResult {
    // Tekton ends a run that is cancelled or cannot go on before it looks for results.
    const hasResults = this.#end?.kind !== 'cancelled' && this.#end?.kind !== 'broken';
    const times = { start: this.#startTime, finally: this.#finallyStartTime, hasResults };
    return describeRun(this.#plan, this.#states, condition, times);
  }

  #at(): string {
    return this.#options.now().toISOString();
  }
}
