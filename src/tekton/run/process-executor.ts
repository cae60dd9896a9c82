import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { findPrograms } from '../../process/find-program.ts';
import { guard, guardMark, letGo, makeGuardedFolder } from '../../process/guardian.ts';
import { killedGroupIsGone } from '../../process/process-tree.ts';
import type { StepEnd, StepExecutor, StepLaunch, StopReason } from './executor.ts';
import { prepareScript } from './interpreter.ts';
import { hide, wayToHide } from './hidden-places.ts';
import { killEscaped, prepareToKillEscaped, processIds } from './kill-escaped.ts';
import { isThere } from './paths.ts';
import { insideNamespace, mountNamespace, privateMounts } from './private-mounts.ts';

const graceMilliseconds = 2000;
const outputGraceMilliseconds = 250;

/** Runs each step as a process of this machine, in a process group of its own with closed stdin. */
export const processExecutor: StepExecutor = {
  kind: 'process',
  differences: [
    "Steps run as processes of this machine: a step's image, user and resource limits are not applied.",
    'Programs come from PATH, and the file system is that of this machine. Places with logins in your home are empty where the system allows that.',
    'A step without command and script starts what the well-known base image of its name starts.',
    'A workspace that is declared readOnly can be written where the system allows no private mounts.',
    'Sidecars and steps share the network of this machine.',
  ],
  hidesLogins: async () => (await wayToHide()) !== undefined,
  realPaths: async () => ((await mountNamespace()) === 'none' ? 'never' : 'when-needed'),
  runStep,
  probe,
};

async function runStep(launch: StepLaunch): Promise<StepEnd> {
  if (launch.stop.aborted) return { exitCode: 137 };
  const marker = `step-${randomUUID()}`;
  prepareToKillEscaped();
  const noFolder = launch.mounts ? undefined : await makeWorkingDir(launch);
  if (noFolder) return noFolder;
  const command = await commandOf(launch);
  if (command.length === 0) {
    return {
      exitCode: 127,
      problem: 'The step has neither command nor script; the entrypoint of its image is not known here.',
    };
  }
  const root = launch.mounts && (await makeGuardedFolder('root'));
  let child: ChildProcess | undefined;
  try {
    const hidden =
      launch.mounts || (await isStartable(command, launch)) ? await hide(launch.hidden ?? []) : [];
    const [program = '', ...args] =
      launch.mounts && root !== undefined
        ? [...hidden, ...(await privateMounts(launch.mounts, launch.workingDir, root)), ...command]
        : [...hidden, ...command];
    const before = await processIds();
    // What stopped it meanwhile told no one.
    if (launch.stop.aborted) return { exitCode: 137 };
    try {
      child = spawn(program, args, {
        cwd: launch.mounts ? '/' : launch.workingDir,
        env: { ...launch.env, BITIQ_STEP: marker, [guardMark[0]]: guardMark[1] },
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true,
      });
    } catch (error) {
      return notStartable(error, launch);
    }
    if (child.pid !== undefined) guard('group', child.pid);
    try {
      return await untilEnd(child, launch);
    } finally {
      killGroup(child, 'SIGKILL');
      await killEscaped(marker, before);
    }
  } finally {
    if (child?.pid !== undefined) await killedGroupIsGone(child.pid);
    if (child?.pid !== undefined) letGo('group', child.pid);
    if (root !== undefined) {
      await rm(root, { recursive: true, force: true });
      letGo('folder', root);
    }
  }
}

/** Makes the folder that a step starts in, as a kubelet does; the end of a step for which that is not possible. */
async function makeWorkingDir({ workingDir }: StepLaunch): Promise<StepEnd | undefined> {
  try {
    if (!(await isThere(workingDir))) await mkdir(workingDir, { recursive: true });
    return undefined;
  } catch (error) {
    return {
      exitCode: 128,
      problem: `The step is to start in ${workingDir}, which is not there and cannot be made (${(error as NodeJS.ErrnoException).code}).`,
    };
  }
}

/** Runs a command beside a step that runs: in the same mounts, with the same environment. */
async function probe(
  processGroup: number,
  command: readonly string[],
  launch: StepLaunch,
  timeout: number,
): Promise<number> {
  const [program = '', ...args] = launch.mounts
    ? [...(await insideNamespace(processGroup)), ...command]
    : command;
  return new Promise((resolve) => {
    let child: ChildProcess;
    try {
      child = spawn(program, args, {
        cwd: launch.mounts ? '/' : launch.workingDir,
        env: { ...launch.env, [guardMark[0]]: guardMark[1] },
        stdio: 'ignore',
        detached: true,
      });
    } catch {
      return resolve(127);
    }
    const end = (code: number) => {
      clearTimeout(timer);
      launch.stop.removeEventListener('abort', onStop);
      killGroup(child, 'SIGKILL');
      resolve(code);
    };
    const onStop = () => end(124);
    const timer = setTimeout(onStop, timeout);
    launch.stop.addEventListener('abort', onStop, { once: true });
    child.on('error', () => end(127));
    child.on('exit', (code) => end(code ?? 137));
  });
}

/**
 * Writes the script and says what to start. A start of another step cannot hold the file open: libuv's spawn returns when the new
 * program is loaded, which closes what this process had open.
 */
async function commandOf(launch: StepLaunch): Promise<string[]> {
  if (launch.script === undefined) return [...launch.command];
  const { text, interpreter } = await prepareScript(launch.script, launch.env['PATH'] ?? '', launch.image);
  await writeFile(launch.scriptFile, text, { mode: 0o700 });
  return [...interpreter, launch.scriptPath, ...launch.command];
}

/** What cannot be started is started as it is, so that the system itself says why. */
async function isStartable([program = '']: readonly string[], { script, env }: StepLaunch): Promise<boolean> {
  const interpreter = /^#![ \t]*(\S+)/.exec(script ?? '')?.[1];
  for (const each of [program, interpreter])
    if (each !== undefined && (await findPrograms(each, env['PATH'])).length === 0) return false;
  return true;
}

function untilEnd(child: ChildProcess, launch: StepLaunch): Promise<StepEnd> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    let drain: NodeJS.Timeout | undefined;
    const stop = () => {
      const how = launch.stop.reason as StopReason;
      killGroup(child, how === 'terminate' ? 'SIGTERM' : 'SIGKILL');
      if (how === 'terminate') timer = setTimeout(() => killGroup(child, 'SIGKILL'), graceMilliseconds);
    };
    const leave = () => {
      clearTimeout(timer);
      clearTimeout(drain);
      launch.stop.removeEventListener('abort', stop);
      child.stdout?.destroy();
      child.stderr?.destroy();
    };
    const finish = (end: StepEnd) => {
      leave();
      resolve(end);
    };
    // A log or record that cannot be written ends the step; thrown here it would end this whole process.
    const guarded =
      <Arguments extends readonly unknown[]>(listener: (...given: Arguments) => void) =>
      (...given: Arguments) => {
        try {
          listener(...given);
        } catch (error) {
          leave();
          reject(error as Error);
        }
      };
    launch.stop.addEventListener('abort', stop, { once: true });
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream]?.on(
        'data',
        guarded((chunk: Buffer) => launch.onOutput(chunk, stream)),
      );
    }
    child.on(
      'spawn',
      guarded(() => launch.onStarted(child.pid!)),
    );
    child.on('error', (error: NodeJS.ErrnoException) => finish(notStarted(error, launch)));
    child.on('exit', (code, signal) => {
      const end: StepEnd = { exitCode: code ?? signalCode(signal), isSignalled: code === null };
      // What the step left running holds its output open; it ends with the step, as a container does.
      killGroup(child, 'SIGKILL');
      child.on('close', () => finish(end));
      drain = setTimeout(() => finish(end), outputGraceMilliseconds);
    });
  });
}

function killGroup(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group is empty already.
  }
}

function signalCode(signal: NodeJS.Signals | null): number {
  return signal === 'SIGTERM' ? 143 : 137;
}

/** Node itself refuses what no program can be given: it is the fault of the step, and of nothing else. */
function notStartable(error: unknown, launch: StepLaunch): StepEnd {
  if ((error as NodeJS.ErrnoException).code !== 'ERR_INVALID_ARG_VALUE') throw error;
  const isUnnamed = launch.script === undefined && launch.command[0] === '';
  return {
    exitCode: 128,
    problem: isUnnamed
      ? 'The program of the step has no name.'
      : 'The step could not be started: one of its arguments or variables has a byte 0 in it, which no program can be given.',
  };
}

function notStarted(error: NodeJS.ErrnoException, launch: StepLaunch): StepEnd {
  const program =
    launch.script === undefined ? launch.command[0] : (/^#!\s*(.*)/.exec(launch.script)?.[1] ?? '/bin/sh');
  const problem =
    error.code === 'ENOENT'
      ? `${program} is not on the PATH of the steps.`
      : `${program} could not be started: ${error.message}.`;
  return { exitCode: error.code === 'EACCES' ? 126 : 127, problem };
}
