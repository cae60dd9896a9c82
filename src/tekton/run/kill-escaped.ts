import type * as Files from 'node:fs';
import { readdir } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';

/** The ids of all processes, on Linux; elsewhere none are known. */
export async function processIds(): Promise<string[]> {
  if (process.platform !== 'linux') return [];
  return (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry));
}

/**
 * Kills the processes that left a step's process group: on Linux they are found by the step's marker in their environment, among
 * those that were not there `before` the step (so that nothing else is read). Elsewhere only the process group is known.
 *
 * A program may hop from process to process faster than an event loop takes its turns, so a thread of its own chases it and blocks
 * nothing else. Where the thread cannot be had, this one does its work.
 */
export async function killEscaped(marker: string, before: readonly string[]): Promise<void> {
  if (process.platform !== 'linux') return;
  const chase: Chase = { entry: `BITIQ_STEP=${marker}`, before };
  try {
    await chaseInThread(chase);
  } catch {
    await chaser(await import('node:fs'))(chase);
  }
}

interface Chase {
  /** What the environment of a process holds that is to be killed. */
  readonly entry: string;
  readonly before: readonly string[];
}

/** The thread, and what waits for its answers, oldest first. */
let thread: { readonly worker: Worker; readonly waiting: PromiseWithReject[] } | undefined;

interface PromiseWithReject {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** How long the thread waits for more work: its memory is not worth more. */
const idleMilliseconds = 5000;
let idle: NodeJS.Timeout | undefined;

/** Starts the thread, so that it is there when the first step ends. */
export function prepareToKillEscaped(): void {
  if (process.platform !== 'linux') return;
  thread ??= startThread();
  endWhenIdle();
}

function chaseInThread(chase: Chase): Promise<void> {
  thread ??= startThread();
  const { worker, waiting } = thread;
  return new Promise<void>((resolve, reject) => {
    waiting.push({ resolve, reject });
    // While it works it keeps this process alive, and never otherwise.
    worker.ref();
    worker.postMessage(chase);
  });
}

function startThread(): NonNullable<typeof thread> {
  const code = `const { parentPort } = require('node:worker_threads');
const chase = (${chaser.toString()})(require('node:fs'));
parentPort.on('message', (message) => { chase(message); parentPort.postMessage(null); });`;
  const worker = new Worker(code, {
    eval: true,
    execArgv: [],
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 4 },
  });
  const waiting: PromiseWithReject[] = [];
  const started = { worker, waiting };
  worker.unref();
  worker.on('message', () => {
    waiting.shift()?.resolve();
    if (waiting.length === 0) endWhenIdle();
  });
  const fail = (error: Error) => {
    if (thread === started) thread = undefined;
    for (const { reject } of waiting.splice(0)) reject(error);
  };
  worker.on('error', fail);
  worker.on('exit', () => fail(new Error('the thread has ended')));
  return started;
}

function endWhenIdle(): void {
  thread?.worker.unref();
  clearTimeout(idle);
  idle = setTimeout(() => {
    if (thread === undefined || thread.waiting.length > 0) return;
    void thread.worker.terminate();
    thread = undefined;
  }, idleMilliseconds).unref();
}

/**
 * What the thread does, which is made of the text of this function: it uses nothing but its arguments and what is inside it. One
 * process may start another after the others were listed, so they are listed again until there is none that is new.
 */
function chaser({ readdirSync, readFileSync }: typeof Files): (chase: Chase) => void {
  /** More turns than anything but a program that never stops to fork needs. */
  const mostTurns = 200;
  /** More than a machine under load takes for one exec. */
  const mostWaits = 100;
  /** The process that all threads of the kernel are children of. */
  const kernelThreads = '2';
  const cell = new Int32Array(new SharedArrayBuffer(4));
  return (chase) => {
    const before = new Set(chase.before);
    const killed = new Set<string>();
    for (let turn = 0, waits = 0; turn < mostTurns && waits < mostWaits; turn++) {
      const ids = readdirSync('/proc').filter((id) => /^\d+$/.test(id) && !before.has(id) && !killed.has(id));
      const looks = ids.map((id) => killMarked(id, chase.entry));
      ids.filter((_, index) => looks[index] === 'killed').forEach((id) => killed.add(id));
      if (looks.includes('killed')) continue;
      if (!looks.includes('unknown')) return;
      waits++;
      Atomics.wait(cell, 0, 0, 1);
    }
  };

  function killMarked(id: string, entry: string): 'killed' | 'left' | 'unknown' {
    try {
      const environment = readFileSync(`/proc/${id}/environ`);
      if (environment.length === 0) return isBetweenPrograms(id) ? 'unknown' : 'left';
      if (!environment.includes(entry)) return 'left';
      process.kill(Number(id), 'SIGKILL');
      return 'killed';
    } catch {
      return 'left'; // It ended meanwhile, or belongs to someone else.
    }
  }

  /** Whether the kernel may be about to start a program in this process, which has no environment for that moment; proc(5). */
  function isBetweenPrograms(id: string): boolean {
    const stat = readFileSync(`/proc/${id}/stat`, 'utf8');
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state !== 'Z' && state !== 'X' && parent !== kernelThreads;
  }
}
