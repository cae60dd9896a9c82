/** Does jobs one at a time; of those that wait only the newest is done, and the callers of all the others get its result. */
export interface JobQueue<Job, Result> {
  /** Resolves with the result of this job, or of the newer one that took its place. */
  add(job: Job): Promise<Result>;
  /** The job that is being done. */
  readonly current: Job | undefined;
  /** Aborts what is being done, answers everything that waits, and resolves when nothing is being done any more. */
  close(): Promise<void>;
}

export interface JobQueueOptions<Job, Result> {
  /** Never rejects. */
  readonly perform: (job: Job, signal: AbortSignal) => Promise<void>;
  readonly result: () => Result;
  /** Whether the job that is being done is not worth finishing, now that a newer one waits. */
  readonly isObsolete: (current: Job, newer: Job) => boolean;
}

interface Waiting<Job, Result> {
  readonly job: Job;
  readonly answers: ((result: Result) => void)[];
}

/** Opens an empty queue. */
export function openJobQueue<Job, Result>(options: JobQueueOptions<Job, Result>): JobQueue<Job, Result> {
  let current: (Waiting<Job, Result> & { readonly abort: AbortController }) | undefined;
  let next: Waiting<Job, Result> | undefined;
  let closed = false;
  let working: Promise<void> = Promise.resolve();

  async function work(): Promise<void> {
    while (next !== undefined) {
      const abort = new AbortController();
      const { job, answers } = next;
      current = { job, answers, abort };
      next = undefined;
      await options.perform(job, abort.signal);
      current = undefined;
      const newer = takeNext();
      if (abort.signal.aborted && newer !== undefined) newer.answers.push(...answers);
      else for (const answer of answers) answer(options.result());
    }
  }

  /** Read through a function, because it changes while `perform` runs. */
  function takeNext(): Waiting<Job, Result> | undefined {
    return next;
  }

  return {
    add: (job) =>
      new Promise((resolve) => {
        if (closed) {
          resolve(options.result());
          return;
        }
        next = { job, answers: [...(next?.answers ?? []), resolve] };
        if (current === undefined) working = work();
        else if (options.isObsolete(current.job, job)) current.abort.abort();
      }),
    get current() {
      return current?.job;
    },
    async close() {
      closed = true;
      const unanswered = next?.answers ?? [];
      next = undefined;
      current?.abort.abort();
      await working;
      for (const answer of unanswered) answer(options.result());
    },
  };
}
