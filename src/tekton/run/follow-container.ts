import { spawn } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { guard, letGo } from '../../process/guardian.ts';
import { run } from '../../process/run.ts';
import type { Engine } from './container-arguments.ts';
import { engineSentence } from './container-images.ts';
import type { OutputStream, StepEnd, StepLaunch } from './executor.ts';

export const anyCode = Array.from({ length: 256 }, (_, code) => code);
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
      await run(engine, command, { to: 'end the container of a step', allow: anyCode }).catch(() =>
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
  // What an engine says of a container that does not start comes before anything else, and is told with its end.
  const isOfEngine = (chunk: Buffer) => !hasOutput && /^Error(:| response)/.test(chunk.toString());
  child.stdout.on('data', (chunk: Buffer) => {
    hasOutput = true;
    take(chunk, 'stdout');
  });
  child.stderr.on('data', (chunk: Buffer) => {
    if (held.length > 0 || isOfEngine(chunk)) held.push(chunk);
    else {
      hasOutput = true;
      take(chunk, 'stderr');
    }
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
  if (end.problem === undefined) held.forEach((chunk) => launch.onOutput(chunk, 'stderr'));
  return end;
}

async function describeEnd(engine: Engine, name: string, code: number, last: string): Promise<StepEnd> {
  const format = '{{.State.Status}} {{.State.ExitCode}} {{.State.OOMKilled}}';
  const inspect = ['inspect', '--type', 'container', '--format', format, name];
  const { stdout } = await run(engine, inspect, { to: 'see how a step ended', allow: anyCode });
  const [status = '', exitCode = '', isOutOfMemory = ''] = stdout.toString().trim().split(' ');
  if (status === 'created' || status === 'configured' || status === 'initialized') {
    return { exitCode: notStarted, problem: engineSentence(last) };
  }
  return {
    exitCode: /^\d+$/.test(exitCode) ? Number(exitCode) : code,
    isOutOfMemory: isOutOfMemory === 'true',
  };
}
