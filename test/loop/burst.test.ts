import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync } from 'node:fs';
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

it('takes the images of the first start into one commit', () => {
  expect(updates()).toEqual(['dev: 2 services have new versions']);
});

it('takes pushes to both services at once into one commit, and restarts each once', async () => {
  const before = updates().length;
  const [first, second] = await Promise.all([service.push({ 'A.md': '1\n' }), web.push({ 'A.md': '1\n' })]);
  await loop.runs('dev', { 'toy-service': first, 'toy-web': second });
  expect(updates().slice(before)).toEqual(['dev: 2 services have new versions']);
  const syncs = (await loop.view()).events.filter((event) => event.kind === 'sync');
  expect(syncs.filter((event) => event.text.includes(first.slice(0, 7)))).toHaveLength(1);
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
  const next = await service.push({ 'C.md': 'x\n' });
  await loop.until('the build', (view) =>
    view.runs.some((run) => run.revision === next && run.state === 'running'),
  );
  const promoted = bitiq(['promote', 'dev', 'prod', '--repo', 'loop'], { env: { BITIQ_STATE: state } });
  expect(promoted).toMatchObject({ code: 0 });
  await loop.runs('dev', { 'toy-service': next });
  const prod = await loop.until('prod', (view) => {
    const found = environmentIn(view, 'prod');
    return found.state === 'synced' && found.release === 'prod/1' && found;
  });
  expect(prod.services.map(({ running }) => running)).toEqual(before);
});

function updates(): string[] {
  return git('log', '--reverse', '--format=%s', '--author=bitiq updater', 'main').split('\n').filter(Boolean);
}

function git(...args: string[]): string {
  return execFileSync('git', ['--git-dir', gitOps, ...args], { encoding: 'utf8' }).trim();
}
