import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { EnvironmentView, LoopView, ServiceView } from '../../src/model/loop-view.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
export const mainFile = join(root, 'dist/cli/main.js');

/** A `bitiq up` that runs as a process of its own. */
export interface LoopProcess {
  readonly state: string;
  readonly url: string;
  readonly token: string;
  readonly pid: number;
  /** Both streams, as they came. */
  output(): string;
  view(): Promise<LoopView>;
  /** Waits until `look` gives something, asking the board's own view; tells the last view when it does not. */
  until<T>(what: string, look: (view: LoopView) => T | undefined | false, within?: number): Promise<T>;
  /** Waits until an environment is synced and runs these commits (full shas by service; an empty one stands for any). */
  runs(environment: string, commits: Readonly<Record<string, string>>, within?: number): Promise<void>;
  /** Sends a signal and gives the exit code (undefined when the signal ended it) and the milliseconds it took. */
  end(signal: NodeJS.Signals): Promise<{ readonly code: number | undefined; readonly took: number }>;
}

const started: ChildProcess[] = [];
process.once('exit', () => {
  for (const child of started) child.kill('SIGKILL');
});

/** Starts `bitiq up` on a state folder and a free port, as a person does, without waiting for anything. */
export function spawnLoop(
  state: string,
  options: {
    readonly args?: readonly string[];
    readonly env?: NodeJS.ProcessEnv;
    /** The built bitiq of another checkout. */
    readonly mainFile?: string;
    /** Whether the state shares the installed packages of all tests. Default: true. */
    readonly warm?: boolean;
  } = {},
): { readonly child: ChildProcess; readonly output: () => string } {
  if (options.warm ?? true) useWarmCache(state);
  const args = [options.mainFile ?? mainFile, 'up', '--state', state, ...(options.args ?? ['--port', '0'])];
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: options.env ?? process.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  let output = '';
  const keep = (chunk: Buffer) => (output += chunk.toString('utf8'));
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  return { child, output: () => output };
}

/** Starts `bitiq up` and waits until it has said where everything is. */
export async function startLoopProcess(
  state: string,
  options: Parameters<typeof spawnLoop>[1] = {},
): Promise<LoopProcess> {
  const { child, output } = spawnLoop(state, options);
  const deadline = performance.now() + 300_000;
  let found: RegExpExecArray | null = null;
  while ((found = /git clone .* (http:\/\/127\.0\.0\.1:\d+)\/git\//.exec(output())) === null) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`up ended:\n${output()}`);
    if (performance.now() > deadline) throw new Error(`up said nothing of where it is:\n${output()}`);
    await sleep(10);
  }
  const [, url = ''] = found;
  const token = readFileSync(join(state, 'secrets/git-token'), 'utf8').trim();
  const view = async (): Promise<LoopView> =>
    (await (await fetchAnew(`${url}/api/view`, { signal: AbortSignal.timeout(120_000) })).json()) as LoopView;
  const until: LoopProcess['until'] = async (what, look, within = 300_000) => {
    const end = performance.now() + within;
    for (;;) {
      const seen = await view().catch((error: unknown) => error as Error);
      if (!(seen instanceof Error)) {
        const result = look(seen);
        if (result !== undefined && result !== false) return result;
      }
      if (performance.now() > end || child.exitCode !== null)
        throw new Error(
          `${what} did not happen in ${within} ms. Last seen: ${seen instanceof Error ? seen.message : JSON.stringify(seen, null, 1)}\n${output()}`,
        );
      await sleep(20);
    }
  };
  return {
    state,
    url,
    token,
    pid: child.pid!,
    output,
    view,
    until,
    runs: async (environment, commits, within) => {
      await until(
        `${environment} running ${JSON.stringify(commits)}`,
        (seen) => {
          const found = environmentIn(seen, environment);
          return (
            found.state === 'synced' &&
            Object.entries(commits).every(([service, commit]) => {
              const each = serviceIn(found, service);
              return each?.health === 'healthy' && (commit === '' || isOf(each.running, commit));
            })
          );
        },
        within,
      );
    },
    end: async (signal) => {
      if (child.exitCode !== null || child.signalCode !== null)
        return { code: child.exitCode ?? undefined, took: 0 };
      const began = performance.now();
      const exit = once(child, 'exit');
      child.kill(signal);
      const [code] = (await exit) as [number | null];
      return { code: code ?? undefined, took: performance.now() - began };
    },
  };
}

/** Fetches over a connection of its own: one that was kept may be closed by its server in the moment in which it is used again. */
export function fetchAnew(url: string | URL, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set('connection', 'close');
  return fetch(url, { ...init, headers });
}

/** One environment of a view. */
export function environmentIn(view: LoopView, environment: string): EnvironmentView {
  const found = view.environments.find((each) => each.environment === environment);
  if (found === undefined) throw new Error(`There is no environment ${environment}.`);
  return found;
}

/** One service of an environment's view. */
export function serviceIn(environment: EnvironmentView, service: string): ServiceView | undefined {
  return environment.services.find((each) => each.service === service);
}

/** Whether a tag is of a commit, given by its full sha. */
export function isOf(tag: string | undefined, commit: string): boolean {
  const short = tag?.split('.g')[1];
  return short !== undefined && commit.startsWith(short);
}

/** Runs a command of bitiq to its end. */
export function bitiq(
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): { readonly code: number | null; readonly stdout: string; readonly stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [mainFile, ...args], {
    cwd: options.cwd ?? root,
    env: { ...process.env, ...options.env },
    encoding: 'utf8',
  });
  return { code: status, stdout, stderr };
}

/**
 * The processes (by /proc) that mention a state folder in their arguments, working directory or environment: what a loop on it has
 * started. The caller itself is left out.
 */
export function processesOf(state: string): string[] {
  if (process.platform !== 'linux') return [];
  const names = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  return names.flatMap((pid) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      if (/\) [ZX] /.test(stat)) return [];
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      const about = `${words} ${readFileSync(`/proc/${pid}/environ`, 'utf8')}`;
      return about.includes(state) ? [`${pid} ${words}`] : [];
    } catch {
      return [];
    }
  });
}

/** Waits until no process of a state folder is left; gives those that are after the time. */
export async function leftProcesses(state: string, within = 150_000): Promise<string[]> {
  const end = performance.now() + within;
  for (;;) {
    const left = processesOf(state);
    if (left.length === 0 || performance.now() > end) return left;
    await sleep(50);
  }
}

/** All loops of tests share the installed packages of the examples, as all runs of one loop do; the rest of a state is its own. */
function useWarmCache(state: string): void {
  const shared = join(root, 'node_modules/.cache/bitiq-loop-tests');
  mkdirSync(shared, { recursive: true });
  mkdirSync(state, { recursive: true });
  if (!existsSync(join(state, 'cache'))) symlinkSync(shared, join(state, 'cache'));
}

/** Moves the state aside and removes it: whatever still writes into it does so in vain. */
export function removeState(state: string): void {
  const aside = `${state}.gone`;
  if (existsSync(state)) renameSync(state, aside);
  rmSync(aside, { recursive: true, force: true, maxRetries: 5 });
}
