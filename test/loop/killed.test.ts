import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { findImage, layoutFolder, listTags } from '../../src/registry/layout.ts';
import { verifyLayout } from '../images/kit.ts';
import { cloneRemote, type Clone } from '../kit/clone.ts';
import {
  bitiq,
  environmentIn,
  fetchAnew,
  isOf,
  leftProcesses,
  mainFile,
  processesOf,
  removeState,
  serviceIn,
  spawnLoop,
  startLoopProcess,
  type LoopProcess,
} from '../kit/loop-process.ts';

const seed = Number(process.env['BITIQ_SEED'] ?? 20_260_101);
const kills = 10;
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'bitiq-loop-killed-')));
const state = join(folder, 'state');
const services = ['toy-service', 'toy-web'] as const;

let loop: LoopProcess;

afterAll(async () => {
  await loop?.end('SIGKILL');
  removeState(folder);
});

it(`loses nothing when it is killed ${kills} times at any moment (BITIQ_SEED=${seed})`, async () => {
  const random = seededRandom(seed);
  // The first two kills hit the very first start: while the remotes are made, and while the first images are built.
  for (const after of [100 + random() * 400, 600 + random() * 2500]) await killDuringStart(after);

  loop = await startLoopProcess(state);
  await loop.runs('dev', { 'toy-service': '', 'toy-web': '' });
  const clones = new Map<string, Clone>();
  for (const service of services)
    clones.set(service, await cloneRemote(loop, service, join(folder, service)));
  const newest = new Map<string, string>();
  const pushTo = async (service: string, round: number): Promise<void> => {
    const clone = clones.get(service)!;
    await clone.git('remote', 'set-url', 'origin', remoteUrl(loop, service));
    newest.set(service, await clone.push({ 'ROUND.md': `${round}\n` }, `Round ${round}`));
  };

  let promoted: Record<string, string> = {};
  for (let round = 3; round <= kills; round++) {
    const isPromotion = round === 6 || round === 9;
    if (isPromotion) {
      await loop.runs('dev', Object.fromEntries(newest));
      promoted = Object.fromEntries(newest);
      const promotion = promoteInBackground(loop);
      await sleep(random() * 1500);
      await loop.end('SIGKILL');
      // The promotion is a process of its own: it writes to Git whether or not the loop runs.
      expect(await promotion).toEqual({ code: 0, errors: '' });
    } else {
      await pushTo(services[round % 2]!, round);
      if (random() < 0.3) await pushTo(services[(round + 1) % 2]!, round);
      await sleep(random() * 2500);
      await loop.end('SIGKILL');
    }
    if (random() < 0.5) {
      // The one that finds the mess is killed, too.
      await killDuringStart(random() * 1000);
    }
    const former = processesOf(state);
    loop = await startLoopProcess(state);
    const still = new Set(former.map(pidOf));
    await expect.poll(() => processesOf(state).filter((each) => still.has(pidOf(each)))).toEqual([]);
  }

  await loop.runs('dev', Object.fromEntries(newest));
  await loop.runs('prod', promoted);
  for (const [environment, commits] of [
    ['dev', Object.fromEntries(newest)],
    ['prod', promoted],
  ] as const) {
    const view = environmentIn(await loop.view(), environment);
    for (const [service, commit] of Object.entries(commits)) {
      const answer = await fetchAnew(`${serviceIn(view, service)?.url}/version`);
      expect(((await answer.json()) as { readonly commit: string }).commit).toBe(commit);
    }
  }

  const gitOps = join(state, 'git', 'bitiq.git');
  expect(bitiq(['check', '--repo', gitOps])).toMatchObject({ code: 0, stdout: '' });
  expect(git(gitOps, 'rev-list', '--min-parents=2', '--count', `${startOf(gitOps)}..main`)).toBe('0');
  expect(git(gitOps, 'fsck', '--no-dangling', '--no-progress')).toBe('');
  expect(writtenTwice(gitOps)).toEqual([]);
  for (const service of services) {
    expect(git(join(state, 'git', `${service}.git`), 'fsck', '--no-dangling', '--no-progress')).toBe('');
    const layout = layoutFolder(join(state, 'images'), `ghcr.io/bitiq-io/${service}`);
    expect(await verifyLayout(layout)).toEqual([]);
    const tag = (await listTags(layout)).find((each) => isOf(each, newest.get(service)!));
    expect(await findImage(layout, tag ?? '')).toBeDefined();
  }

  await loop.end('SIGINT');
  expect(await leftProcesses(state)).toEqual([]);
}, 1_200_000); // about 50 s on two idle cores

async function killDuringStart(after: number): Promise<void> {
  const { child } = spawnLoop(state);
  const ended = new Promise((resolve) => child.once('exit', resolve));
  await sleep(after);
  child.kill('SIGKILL');
  await ended;
}

function promoteInBackground(loop: LoopProcess): Promise<{ code: number | null; errors: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [mainFile, 'promote', 'dev', 'prod', '--repo', 'loop'], {
      env: { ...process.env, BITIQ_STATE: loop.state },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString('utf8')));
    child.once('close', (code) => resolve({ code, errors: code === 0 ? '' : errors }));
  });
}

/** The tags that two commits of the updater gave to one service: a write that was repeated. */
function writtenTwice(gitOps: string): string[] {
  const bodies = git(gitOps, 'log', '--format=%b', '--author=bitiq updater', 'main');
  const written = [...bodies.matchAll(/^(\S+) \S+ → (\S+)/gm)].map(([, service, tag]) => `${service} ${tag}`);
  expect(written.length).toBeGreaterThanOrEqual(services.length);
  return written.filter((line, index) => written.indexOf(line) !== index);
}

function startOf(gitOps: string): string {
  return git(gitOps, 'rev-list', '--author=bitiq updater', 'main').split('\n').at(-1) + '^';
}

function git(directory: string, ...args: string[]): string {
  return execFileSync('git', ['--git-dir', directory, ...args], { encoding: 'utf8' }).trim();
}

function remoteUrl(loop: LoopProcess, service: string): string {
  return `${loop.url.replace('://', `://bitiq:${loop.token}@`)}/git/${service}.git`;
}

function pidOf(line: string): string {
  return line.split(' ', 1)[0] ?? '';
}

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
function seededRandom(start: number): () => number {
  let at = start;
  return () => {
    at = (at + 0x6d2b79f5) | 0;
    let mixed = Math.imul(at ^ (at >>> 15), 1 | at);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
