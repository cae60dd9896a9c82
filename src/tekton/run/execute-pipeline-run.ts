import { setMaxListeners } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../model/errors.ts';
import { refuseFindings } from '../finding.ts';
import type { PipelineRunPlan, PlannedTask } from '../plan/types.ts';
import { checkInputs } from './check-inputs.ts';
import { describeRun, type PipelineRunResult } from './describe-run.ts';
import { expandMatrix } from './expand-matrix.ts';
import { executeTaskRun } from './execute-task-run.ts';
import { maskDeep, secretMask } from './mask-secrets.ts';
import type { ExecuteOptions } from './options.ts';
import { finalCondition, runningCondition, type RunEnd } from './pipeline-condition.ts';
import { type RunRecord, writeRecord } from './record.ts';
import { decideFinally, decideTask, type SkipReason } from './start-or-skip.ts';
import type { Condition, TaskRun } from './status.ts';
import { isOver, phaseOf, type TaskState } from './task-state.ts';

export type { PipelineRunResult };

/**
 * Executes a planned run: tasks in parallel as their order allows, then `finally`. Failing steps are no error: the result
 * tells. The record in the run's folder follows every change within milliseconds, and is whole at the end.
 */
export async function executePipelineRun(
  plan: PipelineRunPlan,
  options: ExecuteOptions,
): Promise<PipelineRunResult> {
  refuseFindings(checkInputs(plan, options));
  const run = new PipelineExecution(plan, options);
  try {
    return await run.execute();
  } finally {
    if (!options.keepWork) await removeFolder(join(options.directory, 'work'), options);
  }
}

async function removeFolder(folder: string, { executor }: ExecuteOptions): Promise<void> {
  if (executor.removeFolder) await executor.removeFolder(folder);
  else await rm(folder, { recursive: true, force: true });
}

class PipelineExecution {
  readonly #plan: PipelineRunPlan;
  readonly #options: ExecuteOptions;
  readonly #mask: (text: string) => string;
  readonly #states: Map<string, TaskState>;
  readonly #running = new Set<Promise<void>>();
  readonly #processGroups = new Set<number>();
  readonly #stopTasks = new AbortController();
  readonly #stopFinally = new AbortController();
  readonly #startTime: string;
  #finallyStartTime: string | undefined;
  #end: RunEnd | undefined;
  #recordTimer: NodeJS.Timeout | undefined;
  #nextRecord = 0;

  constructor(plan: PipelineRunPlan, options: ExecuteOptions) {
    this.#plan = plan;
    this.#mask = secretMask([
      ...(options.masks ?? []),
      ...Object.values(options.secrets ?? {}).flatMap((secret) => Object.values(secret)),
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
  }

  async execute(): Promise<PipelineRunResult> {
    const { signal } = this.#options;
    const cancel = () => this.#stop({ kind: 'cancelled' });
    signal?.addEventListener('abort', cancel, { once: true });
    const timers = [this.#timer('pipeline'), this.#timer('tasks')];
    this.#options.onEvent?.({ type: 'run-started', at: this.#startTime });
    this.#record();
    try {
      if (signal?.aborted) cancel();
      await this.#runTasks();
      if (this.#mayRunFinally()) {
        timers.push(this.#timer('finally'));
        await this.#runFinally();
      } else this.#abandon([...this.#states.values()].filter((state) => state.isFinally));
    } catch (error) {
      // Something outside the run failed (a full disk, say): leave no process behind and no record that claims to run.
      this.#stop({ kind: 'cancelled' });
      await Promise.allSettled(this.#running);
      this.#recordFailure(error);
      throw error;
    } finally {
      timers.forEach(clearTimeout);
      signal?.removeEventListener('abort', cancel);
    }
    const condition = finalCondition(this.#plan, [...this.#states.values()], this.#end, this.#at());
    const result = this.#describe(condition);
    this.#writeRecord(result);
    this.#options.onEvent?.({ type: 'run-ended', at: condition.lastTransitionTime, condition });
    return result;
  }

  async #runTasks(): Promise<void> {
    const graph = [...this.#states.values()].filter((state) => !state.isFinally);
    for (;;) {
      let isChanged = true;
      while (isChanged) {
        isChanged = false;
        for (const state of graph) {
          if (state.phase !== 'waiting' || this.#end?.kind === 'cancelled' || this.#end?.kind === 'broken')
            continue;
          if (this.#advance(state, decideTask(state, this.#states, this.#stopping(graph)))) isChanged = true;
        }
      }
      if (this.#running.size === 0) break;
      await Promise.race(this.#running);
    }
  }

  async #runFinally(): Promise<void> {
    this.#finallyStartTime = this.#at();
    const timedOut = this.#end?.kind === 'timeout' && this.#end.part === 'pipeline';
    for (const state of this.#states.values()) {
      if (!state.isFinally) continue;
      this.#advance(
        state,
        decideFinally(state, this.#states, timedOut ? 'PipelineRun timeout has been reached' : undefined),
      );
    }
    await Promise.all(this.#running);
  }

  /** Starts or skips a task; whether it left the waiting ones. */
  #advance(state: TaskState, decision: ReturnType<typeof decideTask>): boolean {
    if (decision.kind === 'wait') return false;
    if (decision.kind === 'broken') {
      this.#end ??= { kind: 'broken', reason: decision.reason, message: decision.message };
      return false;
    }
    if (decision.kind === 'skip') {
      state.phase = 'skipped';
      const { when, name } = decision.task;
      const { reason } = decision;
      state.skipped = { name, reason, ...(when.length > 0 ? { whenExpressions: when } : {}) };
      this.#options.onEvent?.({ type: 'task-skipped', at: this.#at(), task: name, reason });
      this.#record();
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
        this.#record();
      });
      const condition = taskRun.status.conditions[0]!;
      const at = condition.lastTransitionTime;
      this.#options.onEvent?.({ type: 'task-ended', at, task: one.label, condition });
      return taskRun;
    });
    state.phase = phaseOf(await Promise.all(runs));
    this.#record();
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
        this.#record();
      },
      onChange,
    });
    for (const group of groups) this.#processGroups.delete(group);
    return taskRun;
  }

  #stopping(graph: readonly TaskState[]): SkipReason | undefined {
    if (this.#end?.kind === 'timeout') {
      return this.#end.part === 'tasks'
        ? 'PipelineRun Tasks timeout has been reached'
        : 'PipelineRun timeout has been reached';
    }
    const failed = graph.some(({ phase }) => phase === 'failed' || phase === 'cancelled');
    return failed ? 'PipelineRun was stopping' : undefined;
  }

  #mayRunFinally(): boolean {
    return this.#end?.kind !== 'cancelled' && this.#end?.kind !== 'broken';
  }

  /** Leaves tasks that never start out of the counts, as Tekton does for a cancelled run. */
  #abandon(states: readonly TaskState[]): void {
    for (const state of states) if (!isOver(state)) this.#states.delete(state.task.name);
  }

  #stop(end: RunEnd): void {
    this.#end ??= end;
    const why =
      end.kind === 'timeout'
        ? 'TaskRun cancelled as the PipelineRun it belongs to has timed out.'
        : undefined;
    if (end.kind === 'cancelled' || (end.kind === 'timeout' && end.part !== 'finally'))
      this.#stopTasks.abort(why);
    if (end.kind === 'cancelled' || (end.kind === 'timeout' && end.part !== 'tasks'))
      this.#stopFinally.abort(why);
  }

  #timer(part: 'pipeline' | 'tasks' | 'finally'): NodeJS.Timeout | undefined {
    const limit = this.#plan.timeouts[part];
    return limit > 0 ? setTimeout(() => this.#stop({ kind: 'timeout', part }), limit) : undefined;
  }

  /** Writes what changed at once when there was time since the last writing, which never takes more than a fifth of the whole. */
  #record(): void {
    if (this.#recordTimer !== undefined) return;
    const wait = this.#nextRecord - performance.now();
    if (wait <= 0) return this.#writeRecord();
    this.#recordTimer = setTimeout(() => {
      this.#recordTimer = undefined;
      try {
        this.#writeRecord();
      } catch {
        // The next writing, at the latest the last one, tells it.
      }
    }, wait);
  }

  #writeRecord(result?: PipelineRunResult): void {
    clearTimeout(this.#recordTimer);
    this.#recordTimer = undefined;
    const started = performance.now();
    this.#writeWhole(result);
    const ended = performance.now();
    this.#nextRecord = ended + 4 * (ended - started);
  }

  #writeWhole(result: PipelineRunResult | undefined): void {
    const { pipelineRun, taskRuns, state } =
      result ?? this.#describe(runningCondition([...this.#states.values()], this.#at()));
    const record: RunRecord = {
      version: 1,
      state,
      pid: process.pid,
      processGroups: result ? [] : [...this.#processGroups],
      tasks: [...this.#plan.tasks, ...this.#plan.finally].map((task, index) => ({
        name: task.name,
        isFinally: index >= this.#plan.tasks.length,
        steps: task.spec.steps.map(({ name, image }) => ({ name, image })),
      })),
      pipelineRun,
      taskRuns,
      differences: this.#options.executor.differences,
    };
    writeRecord(this.#options.directory, maskDeep(record, this.#mask) as RunRecord);
  }

  #recordFailure(error: unknown): void {
    try {
      const message = this.#mask(messageOf(error));
      const lastTransitionTime = this.#at();
      this.#writeRecord(
        this.#describe({ type: 'Succeeded', status: 'False', reason: 'Failed', message, lastTransitionTime }),
      );
    } catch {
      // The first error is the one to tell.
    }
  }

  #describe(condition: Condition): PipelineRunResult {
    const times = { start: this.#startTime, finally: this.#finallyStartTime };
    return describeRun(this.#plan, this.#states, condition, times);
  }

  #at(): string {
    return this.#options.now().toISOString();
  }
}
