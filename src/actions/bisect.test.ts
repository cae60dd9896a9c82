import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tagOf, temporaryFolder } from '../../test/kit/gitops-repository.ts';
import { combinationOf } from '../model/combination.ts';
import { bisect, type Trial } from './bisect.ts';
import type { ResolvedRelease } from './read/resolve-release.ts';

const names = ['auth', 'cart', 'mail', 'pay', 'shop', 'stock', 'web', 'work'];

function release(name: string, tags: Readonly<Record<string, number>>): ResolvedRelease {
  const combination = combinationOf(Object.entries(tags).map(([service, n]) => [service, tagOf(n)] as const));
  return {
    release: name,
    environment: 'prod',
    commit: undefined,
    combination,
    record: undefined,
    findings: [],
  };
}

const all = (n: number) => Object.fromEntries(names.map((name) => [name, n]));

/** Runs a bisection whose command is this body of a Node script, in which `tags` is the combination. */
async function find(body: string, more: { good?: ResolvedRelease; bad?: ResolvedRelease } = {}) {
  const folder = temporaryFolder();
  const script = join(folder, 'try.js');
  writeFileSync(
    script,
    `const fs = require('node:fs');
     const path = process.env.BITIQ_COMBINATION;
     fs.appendFileSync(${JSON.stringify(join(folder, 'paths'))}, path + '\\n');
     const tags = JSON.parse(fs.readFileSync(path, 'utf8'));
     const isNew = (...names) => names.every((name) => tags[name] === ${JSON.stringify(tagOf(2))});
     ${body}`,
  );
  const trials: string[] = [];
  const found = await bisect({
    good: release('prod/1', all(1)),
    bad: release('prod/2', all(2)),
    command: [process.execPath, script],
    cwd: folder,
    env: process.env,
    signal: new AbortController().signal,
    onTrial: (trial: Trial, output) => trials.push(`${trial.verdict} ${output.trim()}`),
    ...more,
  });
  const paths = readFileSync(join(folder, 'paths'), 'utf8').trim().split('\n');
  return { ...found, culprit: found.culprit.map((change) => change.service), trials, paths };
}

describe('bisect', () => {
  it('finds one service among eight in a few trials, and leaves nothing behind', async () => {
    const found = await find(
      `console.log('composite', process.env.BITIQ_COMPOSITE_VERSION.length > 100); process.exit(isNew('pay') ? 1 : 0)`,
    );
    expect(found.culprit).toEqual(['pay']);
    expect(found.trail.length).toBeLessThanOrEqual(2 + 6 + 2);
    expect(found.trail.slice(0, 2).map((trial) => trial.verdict)).toEqual(['good', 'bad']);
    expect(found.trials[0]).toBe('good composite true');
    expect(found.paths.some((path) => existsSync(path))).toBe(false);
  });

  it.each([
    ['./nowhere', /^The command \.\/nowhere could not be started: there is no such program\.$/],
    ['./plain', /^The command \.\/plain could not be started: .*EACCES/],
  ])('says that %s could not be started', async (tool, message) => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'plain'), 'no program\n');
    const started = bisect({
      good: release('prod/1', all(1)),
      bad: release('prod/2', all(2)),
      command: [tool],
      cwd,
      env: process.env,
      signal: new AbortController().signal,
      onTrial: () => {},
    });
    await expect(started).rejects.toMatchObject({ code: 'usage', message: expect.stringMatching(message) });
  });

  it('finds two that break it only together', async () => {
    expect((await find(`process.exit(isNew('auth', 'web') ? 3 : 0)`)).culprit).toEqual(['auth', 'web']);
  });

  it('goes around combinations of which nothing can be said', async () => {
    // The new shop only starts with the new stock.
    const body = `if (isNew('shop') && !isNew('stock')) process.exit(125); process.exit(isNew('mail') ? 1 : 0)`;
    expect((await find(body)).culprit).toEqual(['mail']);
  });

  it('tries services that come and go', async () => {
    const { web: _, ...without } = all(1);
    const good = release('prod/1', { ...all(1), old: 1 });
    expect((await find(`process.exit(tags.old ? 0 : 1)`, { good })).culprit).toEqual(['old']);
    const fresh = await find(`process.exit(tags.web ? 1 : 0)`, { good: release('prod/1', without) });
    expect(fresh.culprit).toEqual(['web']);
  });

  it.each([
    ['process.exit(1)', {}, 'usage', /prod\/1 is to be the good one, and the command called it bad/],
    ['process.exit(0)', {}, 'usage', /prod\/2 is to be the bad one/],
    ['process.exit(125)', {}, 'usage', /could not tell/],
    ['process.exit(0)', { bad: release('prod/3', all(1)) }, 'usage', /have the same versions/],
    ['process.exit(130)', {}, 'tool-failed', /exit code 130/],
    [
      `process.kill(process.pid, 'SIGKILL')`,
      {},
      'tool-failed',
      /ended by SIGKILL, which is neither a good nor a bad verdict\.$/,
    ],
    // Good the first time, and bad ever after.
    [
      `const count = fs.readFileSync('paths', 'utf8').split('\\n').length; process.exit(count > 2 ? 1 : 0)`,
      {},
      'tool-failed',
      /it called the same combination first good and then bad: the good release/,
    ],
  ])('refuses %s with %j', async (body, more, code, message) => {
    await expect(find(body, more)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    });
  });
});
