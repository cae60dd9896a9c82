import { spawn } from 'node:child_process';
import type { Duplex, Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { BitiqError } from '../../model/errors.ts';
import { killedGroupIsGone, signalGroup, startTimeOf } from '../../process/process-tree.ts';
import { forgetInstance, recordInstance } from './instance-records.ts';
import type { LogFile } from './log-file.ts';

export interface InstanceOptions {
  readonly service: string;
  readonly tag: string;
  readonly words: readonly [string, ...string[]];
  readonly workingDirectory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly log: LogFile;
  /** The folder of the instance records. */
  readonly records: string;
  /** Milliseconds between SIGTERM and SIGKILL. */
  readonly graceMs: number;
}

/** A running process of a service, with all that it started. */
export interface Instance {
  readonly pid: number;
  /** How it ended, as the end of "it …", once the process has ended. */
  readonly ended: Promise<string>;
  readonly running: boolean;
  /** The last lines that it printed. */
  lastLines(): string;
  /** Ends it: SIGTERM to its process group, SIGKILL after the grace; nothing of the group is left when this resolves. */
  stop(): Promise<void>;
}

/**
 * The process waits for a word on file descriptor 3 before it becomes the service, so it never runs unrecorded. Beside it, in the same
 * process group, a watcher waits for that descriptor to close: should this process die without a chance to clean up, even by SIGKILL,
 * the watcher ends the group.
 */
const stub = `read -r go <&3 || exit 0
( { trap '' TERM INT HUP; read -r go <&3; kill -TERM 0; sleep 2; kill -KILL 0; } >/dev/null 2>&1 & )
exec "$@" </dev/null 3<&-`;

const tailBytes = 8192;
const tailLines = 12;
/** How long to wait for the last of what it printed; a process that left the group may hold the output open for ever. */
const lastOutputMs = 300;

/** Starts a process in a group of its own; it is recorded on disk before any code of the service runs. */
export async function startInstance(options: InstanceOptions): Promise<Instance> {
  const child = spawn('/bin/sh', ['-c', stub, 'sh', ...options.words], {
    cwd: options.workingDirectory,
    env: { ...options.environment },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const word = child.stdio[3] as Duplex;
  word.on('error', () => {}); // it ended before it read the word; its end tells the story
  word.resume();
  let tail = Buffer.alloc(0);
  const keep = async (stream: Readable) => {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      tail = Buffer.concat([tail, chunk]).subarray(-tailBytes);
      await options.log.append(chunk);
    }
  };
  const read = Promise.allSettled([keep(child.stdout!), keep(child.stderr!)]);

  let running = true;
  const ended = new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) =>
      resolve(signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`),
    );
  }).finally(async () => {
    running = false;
    if (child.pid === undefined) return;
    signalGroup(child.pid, 'SIGKILL'); // the watcher, and whatever the service left behind; the watcher kept the group's id from reuse
    await killedGroupIsGone(child.pid);
    await Promise.race([read, sleep(lastOutputMs)]);
    child.stdout?.destroy();
    child.stderr?.destroy();
    word.destroy();
    await forgetInstance(options.records, child.pid);
  });
  ended.catch(() => {});

  if (child.pid === undefined) {
    const cause = await ended.then(
      () => undefined,
      (error: unknown) => error,
    );
    throw new BitiqError({
      code: 'service-start-failed',
      message: `${options.service} ${options.tag} cannot be started in ${options.workingDirectory}: the machine refused the process.`,
      fix: "See that the image's working directory exists and that this machine is not out of processes or memory.",
      cause,
    });
  }
  const pid = child.pid;
  try {
    const startTime = await startTimeOf(pid);
    if (startTime !== undefined) {
      await recordInstance(options.records, { service: options.service, tag: options.tag, pid, startTime });
    }
  } catch (error) {
    signalGroup(pid, 'SIGKILL');
    throw error;
  }
  word.write('go\n');

  return {
    pid,
    ended,
    get running() {
      return running;
    },
    lastLines: () => tail.toString('utf8').trimEnd().split('\n').slice(-tailLines).join('\n'),
    async stop() {
      if (running) signalGroup(pid, 'SIGTERM');
      const kill = setTimeout(() => signalGroup(pid, 'SIGKILL'), options.graceMs);
      await ended.finally(() => clearTimeout(kill));
    },
  };
}
