import { spawn } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { guard, letGo } from '../../process/guardian.ts';
import { run } from '../../process/run.ts';
import type { Engine } from './container-arguments.ts';
import { engineSentence } from './container-images.ts';
import type { OutputStream, StepEnd, StepLaunch } from './executor.ts';

/** The code of a container that could not be started, as a kubelet has it. */
export const notStarted = 128;
export const killed = 137;

/** Starts a container that was made and follows it to its end; `launch.stop` ends it in whatever state it is. */
export async function followContainer(
  engine: Engine,
  name: string,
  launch: StepLaunch,
  onStarted: (client: number) => void,
): Promise<StepEnd> {
  const child = spawn(engine, ['start', '--attach', name], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let hasOutput = false;
  const held: Buffer[] = [];
  const ended = new AbortController();
  let fault: Error | undefined;
  const stop = async () => {
    // The container may not run yet when the first try comes.
    for (let isFirst = true; !ended.signal.aborted; isFirst = false) {
      const isGentle = isFirst && launch.stop.reason === 'terminate' && fault === undefined;
      const command = isGentle ? ['stop', '--time', '2', name] : ['kill', name];
      await run(engine, command, { to: 'end the container of a step', allow: 'any' }).catch(() =>
        child.kill('SIGKILL'),
      );
      await wait(100);
    }
  };
  // A log or record that cannot be written ends the step; thrown here it would end this whole process.
  const guarded = (listener: () => void) => {
    try {
      listener();
    } catch (error) {
      if (fault === undefined) {
        fault = error as Error;
        void stop();
      }
    }
  };
  const take = (chunk: Buffer, stream: OutputStream) => guarded(() => launch.onOutput(chunk, stream));
  const onStop = () => void stop();
  launch.stop.addEventListener('abort', onStop, { once: true });
  // A program may begin with such a word, too, and go on for long.
  const releaseOnceStarted = async () => {
    while (!ended.signal.aborted && !(await hasStarted(engine, name))) await wait(100);
    if (ended.signal.aborted) return;
    hasOutput = true;
    held.splice(0).forEach((chunk) => take(chunk, 'stderr'));
  };
  // What an engine says of a container that does not start comes before anything else, and is told with its end.
  const isOfEngine = (chunk: Buffer) => !hasOutput && /^Error(:| response)/.test(chunk.toString());
  child.stdout.on('data', (chunk: Buffer) => {
    hasOutput = true;
    take(chunk, 'stdout');
  });
  child.stderr.on('data', (chunk: Buffer) => {
    const isFirst = held.length === 0 && isOfEngine(chunk);
    if (isFirst || held.length > 0) held.push(chunk);
    else {
      hasOutput = true;
      take(chunk, 'stderr');
    }
    if (isFirst) void releaseOnceStarted();
  });
  if (child.pid !== undefined) guard('group', child.pid);
  child.on('spawn', () => {
    onStarted(child.pid!);
    guarded(() => launch.onStarted(child.pid!));
  });
  const code = await new Promise<number>((resolve) => {
    child.on('error', () => resolve(notStarted));
    child.on('close', (exitCode) => resolve(exitCode ?? killed));
  });
  ended.abort();
  if (child.pid !== undefined) letGo('group', child.pid);
  launch.stop.removeEventListener('abort', onStop);
  if (fault !== undefined) throw fault;
  const end = await describeEnd(engine, name, code, Buffer.concat(held).toString());
  if (end.problem === undefined) held.splice(0).forEach((chunk) => launch.onOutput(chunk, 'stderr'));
  return end;
}

const unstarted = new Set(['created', 'configured', 'initialized', '']);

async function hasStarted(engine: Engine, name: string): Promise<boolean> {
  const [status] = await inspect(engine, name);
  return !unstarted.has(status);
}

async function describeEnd(engine: Engine, name: string, code: number, last: string): Promise<StepEnd> {
  const [status, exitCode, isOutOfMemory] = await inspect(engine, name);
  if (status !== '' && unstarted.has(status)) {
    return { exitCode: notStarted, problem: engineSentence(last) };
  }
  return {
    exitCode: /^\d+$/.test(exitCode) ? Number(exitCode) : code,
    isOutOfMemory: isOutOfMemory === 'true',
  };
}

/** Its status (empty when there is none), its exit code, and whether it was out of memory. */
async function inspect(engine: Engine, name: string): Promise<[string, string, string]> {
  const format = '{{.State.Status}} {{.State.ExitCode}} {{.State.OOMKilled}}';
  const args = ['inspect', '--type', 'container', '--format', format, name];
  const { stdout } = await run(engine, args, { to: 'see how a step ends', allow: 'any' });
  const [status = '', exitCode = '', isOutOfMemory = ''] = stdout.toString().trim().split(' ');
  return [status, exitCode, isOutOfMemory];
}
