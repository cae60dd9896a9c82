import { stripSecrets } from '../../process/run.ts';
import type { PipelineRunPlan } from '../plan/types.ts';
import type { PipelineRunResult } from './describe-run.ts';
import { maskDeep } from './mask-secrets.ts';
import type { ExecuteOptions } from './options.ts';
import { type RunRecord, writeLastRecord, writeRecord } from './record.ts';

/** What a recorder needs to know of its run. */
export interface RecordedRun {
  readonly plan: PipelineRunPlan;
  readonly options: ExecuteOptions;
  readonly mask: (text: string) => string;
  /** Process groups of the steps that run now. */
  readonly processGroups: ReadonlySet<number>;
  /** The run as it is at this moment. */
  readonly describe: () => PipelineRunResult;
  /** Told of each record once it is on disk. */
  readonly onRecord: (record: RunRecord) => void;
}

/** Keeps the record of a run true: within milliseconds of every change, and whole at the end, also when this process ends first. */
export class RunRecorder {
  readonly #run: RecordedRun;
  readonly #processStart: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #next = 0;
  #wasDoing: readonly string[] | undefined;
  /** The writing that is under way. */
  #writing: Promise<void> | undefined;
  /** Whether something changed since it began. */
  #isOutdated = false;
  #isOver = false;

  constructor(run: RecordedRun, processStart: string | undefined) {
    this.#run = run;
    this.#processStart = processStart;
  }

  /** Writes what changed at once when there was time since the last writing, which never takes more than a fifth of the whole. */
  change(): void {
    if (this.#timer !== undefined || this.#isOver) return;
    if (this.#writing !== undefined) {
      this.#isOutdated = true;
      return;
    }
    const wait = this.#next - performance.now();
    if (wait <= 0) return this.#startWriting();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#startWriting();
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
  async end(result: PipelineRunResult): Promise<void> {
    this.#isOver = true;
    clearTimeout(this.#timer);
    await this.#writing;
    await this.#write(result);
  }

  /** Writes a run that cannot go on, if that is possible. */
  async failed(result: PipelineRunResult): Promise<void> {
    // The first error is the one to tell.
    await this.end(result).catch(() => {});
  }

  /** This process ends while the run goes on: writes it without waiting for anything. */
  interrupted(result: PipelineRunResult, doing: readonly string[]): void {
    this.endsEarly(doing);
    try {
      writeLastRecord(this.#run.options.directory, this.#record({ ...result, state: 'interrupted' }));
    } catch {
      // It is said below, and the process ends.
    }
    const at = this.#run.options.now().toISOString();
    this.#run.options.onEvent?.({ type: 'run-interrupted', at, doing: this.#wasDoing ?? [], result });
  }

  #startWriting(): void {
    const writing = this.#write()
      // The next writing, at the latest the last one, tells it.
      .catch(() => {})
      .then(() => {
        this.#writing = undefined;
        if (!this.#isOutdated) return;
        this.#isOutdated = false;
        this.change();
      });
    this.#writing = writing;
  }

  async #write(result?: PipelineRunResult): Promise<void> {
    const started = performance.now();
    const record = this.#record(result);
    await writeRecord(this.#run.options.directory, record);
    const ended = performance.now();
    this.#next = ended + 4 * (ended - started);
    this.#run.onRecord(record);
  }

  #record(result: PipelineRunResult | undefined): RunRecord {
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
    return maskDeep(record, (text) => stripSecrets(mask(text), [])) as RunRecord;
  }
}
