import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { run } from '../../process/run.ts';
import type { StepEnd, StepExecutor, StepLaunch } from './executor.ts';

const defaultShebang = '#!/bin/sh\nset -e\n';

/**
 * Runs each step in a container of its own image by Docker or Podman; the containers of one TaskRun share a network. Standard
 * input is closed, mounts are at their real paths, and a container never outlives its step.
 */
export function containerExecutor(tool: 'docker' | 'podman'): StepExecutor {
  const networks = new Map<string, Promise<string>>();
  const names = new Map<number, string>();
  return {
    kind: 'container',
    differences: [
      `Steps run in containers by ${tool}: resource limits, security contexts and service accounts are not applied.`,
      'Containers of one TaskRun share a network by name, not one address: a sidecar is reached by its name.',
    ],
    realPaths: () => 'always',
    runStep: async (launch) => {
      if (launch.stop.aborted) return { exitCode: 137 };
      if (launch.image === undefined) return { exitCode: 127, problem: 'The step names no image.' };
      if (!networks.has(launch.group)) networks.set(launch.group, createNetwork(tool));
      const name = `bitiq-${randomUUID()}`;
      const args = containerArguments(launch, name, await networks.get(launch.group)!);
      const child = spawn(tool, args, {
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true,
        env: clientEnvironment(launch),
      });
      child.on('spawn', () => names.set(child.pid!, name));
      try {
        return await untilEnd(tool, child, launch, name);
      } finally {
        if (child.pid !== undefined) names.delete(child.pid);
        await run(tool, ['rm', '--force', name], { to: 'remove a step container', allow: [0, 1] });
      }
    },
    probe: (processGroup, command, launch, timeout) =>
      new Promise((resolve) => {
        const name = names.get(processGroup);
        if (name === undefined) return resolve(127);
        const child = spawn(tool, ['exec', name, ...command], { stdio: 'ignore' });
        const end = (code: number) => {
          clearTimeout(timer);
          child.kill('SIGKILL');
          resolve(code);
        };
        const timer = setTimeout(() => end(124), timeout);
        launch.stop.addEventListener('abort', () => end(124), { once: true });
        child.on('error', () => end(127));
        child.on('exit', (code) => end(code ?? 137));
      }),
    endGroup: async (group) => {
      const network = networks.get(group);
      networks.delete(group);
      if (network) {
        await run(tool, ['network', 'rm', await network], { to: 'remove a task network', allow: [0, 1] });
      }
    },
  };
}

/** Variables by which the client itself works; those of the step stand among the arguments instead. */
const clientNeeds = /^(HOME|PATH|TMPDIR|XDG_.*|DOCKER_.*|CONTAINERS?_.*|SSH_AUTH_SOCK|[a-z_]+_proxy)$/i;

/** The arguments that run a step: values of variables stand in the client's environment, so that no process list shows them. */
export function containerArguments(launch: StepLaunch, name: string, network: string): string[] {
  const command = commandOf(launch);
  const [program, ...rest] = command;
  return [
    ...['run', '--rm', '--init', '--name', name, '--network', network],
    ...(launch.workingDir === '/' ? [] : ['--workdir', launch.workingDir]),
    ...Object.entries(launch.env).flatMap(([key, value]) => [
      '--env',
      clientNeeds.test(key) ? `${key}=${value}` : key,
    ]),
    ...(launch.mounts ?? []).flatMap(({ from, to, readOnly }) => [
      '--mount',
      `type=bind,source=${from},target=${to}${readOnly ? ',readonly' : ''}`,
    ]),
    ...(hasProgram(launch) && program !== undefined ? ['--entrypoint', program] : []),
    launch.image!,
    ...(hasProgram(launch) ? rest : command),
  ];
}

function hasProgram({ script, hasCommand }: StepLaunch): boolean {
  return script !== undefined || hasCommand;
}

function commandOf(launch: StepLaunch): string[] {
  if (launch.script === undefined) return [...launch.command];
  mkdirSync(dirname(launch.scriptFile), { recursive: true });
  const text = launch.script.startsWith('#!') ? launch.script : defaultShebang + launch.script;
  writeFileSync(launch.scriptFile, text, { mode: 0o755 });
  return [launch.scriptPath, ...launch.command];
}

/** What the client needs for itself, and beside it the variables of the step. */
function clientEnvironment(launch: StepLaunch): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([key]) => clientNeeds.test(key));
  const given = Object.entries(launch.env).filter(([key]) => !clientNeeds.test(key));
  return Object.fromEntries([...own, ...given]);
}

async function createNetwork(tool: string): Promise<string> {
  const name = `bitiq-${randomUUID()}`;
  await run(tool, ['network', 'create', name], { to: 'create a task network' });
  return name;
}

function untilEnd(tool: string, child: ChildProcess, launch: StepLaunch, name: string): Promise<StepEnd> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      const command = launch.stop.reason === 'terminate' ? ['stop', '--time', '2', name] : ['kill', name];
      run(tool, command, { to: 'end a step container', allow: [0, 1, 125] }).catch(() =>
        child.kill('SIGKILL'),
      );
    };
    const leave = () => launch.stop.removeEventListener('abort', stop);
    launch.stop.addEventListener('abort', stop, { once: true });
    const take = (chunk: Buffer) => {
      try {
        launch.onOutput(chunk);
      } catch (error) {
        leave();
        stop();
        reject(error as Error);
      }
    };
    child.stdout?.on('data', take);
    child.stderr?.on('data', take);
    child.on('spawn', () => launch.onStarted(child.pid!));
    child.on('error', (error: NodeJS.ErrnoException) => {
      leave();
      resolve({
        exitCode: 127,
        problem:
          error.code === 'ENOENT'
            ? `${tool} is not on the PATH.`
            : `${tool} could not be started: ${error.message}.`,
      });
    });
    child.on('close', (code) => {
      leave();
      resolve({ exitCode: code ?? 137 });
    });
  });
}
