import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseComposite, type Combination } from '../../src/model/combination.ts';
import { headOfMain, openRepository } from '../../src/git/repository.ts';
import { logOf } from '../../src/git/read.ts';
import { takeTurn } from '../../src/git/take-turn.ts';
import { requireRecord } from '../../src/actions/read/read-records.ts';
import { gitOpsRepository, root, temporaryFolder, type GitOpsFixture } from '../kit/gitops-repository.ts';
import { expectVerified } from '../kit/verified.ts';

// BITIQ_RACES=full: ten processes and two hundred actions.
const isFull = process.env['BITIQ_RACES'] === 'full';
const processes = isFull ? 10 : 4;
const actionsEach = isFull ? 20 : 5;

interface Outcome {
  readonly kind: string;
  readonly wrote?: boolean;
  readonly head?: string;
  readonly to?: string;
  readonly races?: number;
  readonly error?: string;
  readonly reason: string;
}

/** A copy of dist, so that a build in the meantime changes nothing under running writers. */
function ownDist(): string {
  const folder = join(temporaryFolder(), 'toolkit');
  mkdirSync(folder);
  cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true });
  for (const name of ['node_modules', 'package.json']) symlinkSync(join(root, name), join(folder, name));
  return join(folder, 'dist');
}

async function write(dist: string, remote: string, number: number): Promise<Outcome[]> {
  const writer = join(root, 'test/races/writer.mjs');
  const child = spawn(process.execPath, [writer, dist, remote, String(number), String(actionsEach)]);
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += String(chunk)));
  child.stderr.on('data', (chunk: Buffer) => (err += String(chunk)));
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Outcome);
}

describe('writers from many processes on one remote', () => {
  it(
    `${processes * actionsEach} actions leave a linear history that replays to the byte`,
    { timeout: 900_000 },
    async () => {
      const fixture = gitOpsRepository();
      const start = fixture.git('rev-parse', 'HEAD');
      const dist = ownDist();
      const numbers = Array.from({ length: processes }, (_, index) => index + 1);
      const outcomes = (await Promise.all(numbers.map((each) => write(dist, fixture.remote, each)))).flat();

      // A rollback may have nothing to go back to, and a step from where prod was stops when others moved it.
      const failed = outcomes.filter(({ error }) => error !== undefined);
      const allowed = (kind: string) =>
        kind === 'set' ? [] : ['environment-moved', ...(kind === 'rollback' ? ['action-denied'] : [])];
      expect(failed.filter(({ kind, error }) => !allowed(kind).includes(error!))).toEqual([]);
      await replay(
        fixture,
        start,
        outcomes.filter(({ wrote }) => wrote === true),
      );
      expect(readdirSync(join(fixture.remote, 'bitiq-turns'))).toEqual([]);
    },
  );
});

/** Follows main commit by commit with nothing but the trailers and records, and compares every file with what must stand there. */
async function replay(fixture: GitOpsFixture, start: string, wrote: readonly Outcome[]): Promise<void> {
  const repository = await openRepository(fixture.remote);
  const show = (name: string) => fixture.remoteGit('show', name);
  expect(fixture.remoteGit('rev-list', '--merges', '--count', 'main')).toBe('0');
  const commits = fixture.remoteGit('rev-list', '--reverse', `${start}..main`).split('\n');
  // One commit an action, and none that no one reported: no update is lost.
  expect([...commits].sort()).toEqual(wrote.map(({ head }) => head).sort());
  const infos = await logOf(repository, { from: await headOfMain(repository), paths: ['.'] });
  const info = new Map(infos.map((each) => [each.sha, each]));
  const reasonOf = new Map(wrote.map(({ head, reason }) => [head, reason]));

  const initial = {
    dev: show(`${start}:helm/bitiq/values-dev.yaml`),
    prod: show(`${start}:helm/bitiq/values-prod.yaml`),
    chart: show(`${start}:helm/bitiq/Chart.yaml`),
    pointer: show(`${start}:environments/prod/application.yaml`),
  };
  let dev = combinationOf(initial.chart);
  let prod = dev;
  let pointer = 'prod/0';
  let released = 0;
  for (const sha of commits) {
    const trailers = info.get(sha)!.trailers;
    expect(trailers.get('Bitiq-Reason')).toBe(reasonOf.get(sha));
    if (trailers.get('Bitiq-Action') === 'set') {
      const [service = '', tag = ''] = /^dev: (\S+) (\S+)$/.exec(info.get(sha)!.subject)!.slice(1);
      dev = new Map([...dev, [service, tag]]);
    } else {
      expect(trailers.get('Bitiq-From')).toBe(pointer);
      const before = pointer;
      pointer = trailers.get('Bitiq-To')!;
      if (trailers.get('Bitiq-Action') === 'promote') {
        expect(pointer).toBe(`prod/${++released}`);
        const record = await requireRecord(repository, 'prod', pointer);
        // What dev had when the command began: its own name says so.
        prod = combinationOf(show(`${record.from.replace('dev@', '')}:helm/bitiq/Chart.yaml`));
        expect(new Map(record.services)).toEqual(new Map(prod));
        expect(record.parent).toBe(before === 'prod/0' ? undefined : before);
        expect(show(`${pointer}:helm/bitiq/values-prod.yaml`)).toBe(withTags(initial.prod, prod));
        expect(combinationOf(show(`${pointer}:helm/bitiq/Chart.yaml`))).toEqual(prod);
      }
    }
    expect(show(`${sha}:helm/bitiq/values-dev.yaml`)).toBe(withTags(initial.dev, dev));
    expect(show(`${sha}:helm/bitiq/values-prod.yaml`)).toBe(withTags(initial.prod, prod));
    expect(combinationOf(show(`${sha}:helm/bitiq/Chart.yaml`))).toEqual(dev);
    expect(show(`${sha}:environments/prod/application.yaml`)).toBe(
      initial.pointer.replace('targetRevision: refs/tags/prod/0', `targetRevision: refs/tags/${pointer}`),
    );
  }
  const tags = fixture.remoteGit('tag', '--list', 'prod/*').split('\n').filter(Boolean);
  expect(tags).toHaveLength(released);
  expect(await expectVerified(fixture.remote)).toBe(released);
}

function combinationOf(chart: string): Combination {
  return parseComposite(/^appVersion: "?([^"\n]*)"?$/m.exec(chart)![1]!);
}

function withTags(values: string, combination: Combination): string {
  return [...combination].reduce(
    (text, [service, tag]) =>
      text.replace(
        new RegExp(`(- name: ${service} [^]*?\\n      tag: )\\S+`),
        (_, head: string) => head + tag,
      ),
    values,
  );
}

describe('taking turns', () => {
  it('lets them come one at a time, in the order of coming, and lets an error pass', async () => {
    const { checkout, remote } = gitOpsRepository();
    const repository = await openRepository(checkout);
    const queue = join(remote, 'bitiq-turns');
    let inside = 0;
    const order: number[] = [];
    let allHaveCome = (): void => {};
    const coming = new Promise<void>((resolve) => (allHaveCome = resolve));
    const turns: Promise<void>[] = [];
    for (const number of [1, 2, 3, 4]) {
      turns.push(
        takeTurn(repository, async () => {
          expect(++inside).toBe(1);
          order.push(number);
          await coming;
          await new Promise((resolve) => setTimeout(resolve, 20));
          inside--;
          if (number === 2) throw new Error('on purpose');
        }),
      );
      while (!existsSync(queue) || readdirSync(queue).length < number)
        await new Promise((go) => setTimeout(go, 5));
    }
    allHaveCome();
    const ended = await Promise.allSettled(turns);
    expect(ended.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
    expect(order).toEqual([1, 2, 3, 4]);
  });

  it('passes over the turn of a process that was killed', async () => {
    const { remote } = gitOpsRepository();
    const dist = ownDist();
    const script = `
      const { openRepository } = await import('${dist}/git/repository.js');
      const { takeTurn } = await import('${dist}/git/take-turn.js');
      await takeTurn(await openRepository('${remote}'), () => new Promise(() => setInterval(() => {}, 1000)));`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script]);
    const queue = join(remote, 'bitiq-turns');
    while (!existsSync(queue) || readdirSync(queue).length === 0)
      await new Promise((go) => setTimeout(go, 20));
    child.kill('SIGKILL');
    await new Promise((resolve) => child.on('close', resolve));
    expect(readdirSync(queue)).toHaveLength(1);
    await takeTurn(await openRepository(remote), async () => {});
    // Who loses patience goes ahead, too, but leaves the turn of the other one where it is.
    expect(readdirSync(queue)).toEqual([]);
  });

  it('goes ahead where the remote is not a folder', async () => {
    const repository = await openRepository(gitOpsRepository().checkout);
    expect(await takeTurn({ ...repository, remote: 'https://example.com/x.git' }, async () => 'done')).toBe(
      'done',
    );
  });
});
