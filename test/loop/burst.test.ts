import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cloneRemote, type Clone } from '../kit/clone.ts';
import {
  bitiq,
  environmentIn,
  removeState,
  startLoopProcess,
  type LoopProcess,
} from '../kit/loop-process.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'bitiq-loop-burst-')));
const state = join(folder, 'state');
const gitOps = join(state, 'git', 'bitiq.git');
let loop: LoopProcess;
let service: Clone;
let web: Clone;

beforeAll(async () => {
  loop = await startLoopProcess(state);
  await loop.runs('dev', { 'toy-service': '', 'toy-web': '' });
  [service, web] = (await Promise.all(
    ['toy-service', 'toy-web'].map((name) => cloneRemote(loop, name, join(folder, name))),
  )) as [Clone, Clone];
});

afterAll(async () => {
  await loop?.end('SIGINT');
  removeState(folder);
});

// src/local/updater.test.ts says how a burst becomes one commit; a machine that is slow enough makes two commits of this one.
it('writes the images of the first start to Git once', () => {
  expect(written(firstCommit())).toEqual(['toy-service', 'toy-web']);
});

it('writes pushes to both services at once to Git once, and restarts each once', async () => {
  const before = { head: git('rev-parse', 'main'), updates: updates().length };
  const [first, second] = await Promise.all([service.push({ 'A.md': '1\n' }), web.push({ 'A.md': '1\n' })]);
  await loop.runs('dev', { 'toy-service': first, 'toy-web': second });
  expect(written(before.head)).toEqual(['toy-service', 'toy-web']);
  const commits = updates().length - before.updates;
  const tellingOfFirst = await loop.until('the event', (view) => {
    const told = view.events.filter(({ kind, text }) => kind === 'sync' && text.includes(first.slice(0, 7)));
    return told.some(({ text }) => text.includes(second.slice(0, 7))) && told;
  });
  expect(tellingOfFirst.length).toBeLessThanOrEqual(commits);
});

it('takes many pushes to one service in a row, and ends on the last', async () => {
  const before = updates().length;
  let last = '';
  for (let count = 1; count <= 5; count++)
    last = await service.push({ 'B.md': `${count}\n` }, `Push ${count}`);
  await loop.runs('dev', { 'toy-service': last });
  expect(updates().length - before).toBeLessThanOrEqual(5);
  const tags = git('log', '--reverse', '--format=%s', '--author=bitiq updater', 'main')
    .split('\n')
    .flatMap((subject) => /toy-service v0\.1\.0-(\d+)\./.exec(subject)?.[1] ?? []);
  expect(tags.map(Number)).toEqual(tags.map(Number).toSorted((a, b) => a - b));
});

it('promotes while a build runs: prod gets what dev has in Git, and dev the build', async () => {
  const before = environmentIn(await loop.view(), 'dev').services.map(({ running }) => running);
  // The build goes on for as long as it takes to promote.
  const promotedFile = join(folder, 'promoted');
  const waiting = `"test": "while ! test -e '${promotedFile}'; do sleep 0.1; done"`;
  const next = await service.push({
    'package.json': service.read('package.json').replace(/"test": ".*"/, waiting),
  });
  await loop.until('the build', (view) =>
    view.runs.some((run) => run.revision === next && run.state === 'running'),
  );
  const promoted = bitiq(['promote', 'dev', 'prod', '--repo', 'loop'], { env: { BITIQ_STATE: state } });
  writeFileSync(promotedFile, '');
  expect(promoted).toMatchObject({ code: 0 });
  await loop.runs('dev', { 'toy-service': next });
  const prod = await loop.until('prod', (view) => {
    const found = environmentIn(view, 'prod');
    return found.state === 'synced' && found.release === 'prod/1' && found;
  });
  expect(prod.services.map(({ running }) => running)).toEqual(before);
});

/** The services that the updater gave new tags to since a commit, each as often as that happened, sorted. */
function written(since: string): string[] {
  const bodies = git('log', '--format=%b', '--author=bitiq updater', `${since}..main`);
  return [...bodies.matchAll(/^(\S+) \S+ → \S+/gm)].map(([, name = '']) => name).sort();
}

function firstCommit(): string {
  return git('rev-list', '--max-parents=0', 'main').split('\n')[0]!;
}

function updates(): string[] {
  return git('log', '--reverse', '--format=%s', '--author=bitiq updater', 'main').split('\n').filter(Boolean);
}

function git(...args: string[]): string {
  return execFileSync('git', ['--git-dir', gitOps, ...args], { encoding: 'utf8' }).trim();
}
