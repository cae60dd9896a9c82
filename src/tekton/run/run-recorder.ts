import type { PipelineRunPlan } from '../plan/types.ts';
import type { PipelineRunResult } from './describe-run.ts';
import { maskDeep } from './mask-secrets.ts';
import type { ExecuteOptions } from './options.ts';
import { type RunRecord, writeRecord } from './record.ts';

/** What a recorder needs to know of its run. */
export interface RecordedRun {
  readonly plan: PipelineRunPlan;
  readonly options: ExecuteOptions;
  readonly mask: (text: string) => string;
  /** Process groups of the steps that run now. */
  readonly processGroups: ReadonlySet<number>;
  /** The run as it is at this moment. */
  readonly describe: () => PipelineRunResult;
}

/** Keeps the record of a run true: within milliseconds of every change, and whole at the end, also when this process ends first. */
export class RunRecorder {
  readonly #run: RecordedRun;
  readonly #processStart: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #next = 0;
  #wasDoing: readonly string[] | undefined;

  constructor(run: RecordedRun, processStart: string | undefined) {
    this.#run = run;
    this.#processStart = processStart;
  }

  /** Writes what changed at once when there was time since the last writing, which never takes more than a fifth of the whole. */
  change(): void {
    if (this.#timer !== undefined) return;
    const wait = this.#next - performance.now();
    if (wait <= 0) return this.#write();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      try {
        this.#write();
      } catch {
        // The next writing, at the latest the last one, tells it.
      }
    }, wait);
  }

  /** Keeps what the run did when it was ended early, each step as `task/step`. */
  endsEarly(doing: readonly string[]): void {
    this.#wasDoing ??= doing;
  }

  get wasDoing(): readonly string[] | undefined {
    return this.#wasDoing;
  }

  /** Writes a run that is over. */
  end(result: PipelineRunResult): void {
    this.#write(result);
  }

  /** Writes a run that cannot go on, if that is possible. */
  failed(result: PipelineRunResult): void {
    try {
      this.#write(result);
    } catch {
      // The first error is the one to tell.
    }
  }

  /** This process ends while the run goes on: writes it without waiting for anything. */
  interrupted(result: PipelineRunResult, doing: readonly string[]): void {
    this.endsEarly(doing);
    this.failed({ ...result, state: 'interrupted' });
    const at = this.#run.options.now().toISOString();
    this.#run.options.onEvent?.({ type: 'run-interrupted', at, doing: this.#wasDoing ?? [], result });
  }

  #write(result?: PipelineRunResult): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const started = performance.now();
    this.#writeWhole(result);
    const ended = performance.now();
    this.#next = ended + 4 * (ended - started);
  }

  #writeWhole(result: PipelineRunResult | undefined): void {
    const { plan, options, mask, processGroups, describe } = this.#run;
    const { pipelineRun, taskRuns, state } = result ?? describe();
    const record: RunRecord = {
      version: 1,
      state,
      pid: process.pid,
      processStart: this.#processStart,
      ...(this.#wasDoing ? { wasDoing: this.#wasDoing } : {}),
      processGroups: result ? [] : [...processGroups],
      tasks: [...plan.tasks, ...plan.finally].map((task, index) => ({
        name: task.name,
        isFinally: index >= plan.tasks.length,
        steps: task.spec.steps.map(({ name, image }) => ({ name, image })),
      })),
      pipelineRun,
      taskRuns,
      differences: options.executor.differences,
    };
    writeRecord(options.directory, maskDeep(record, mask) as RunRecord);
  }
}
