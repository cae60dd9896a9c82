import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readLedger } from '../../src/actions/read/ledger.ts';
import { readConfig, requireEnvironment } from '../../src/actions/read/read-state.ts';
import { promote } from '../../src/actions/promote.ts';
import { setTags } from '../../src/actions/set.ts';
import { indexHistory } from '../../src/git/index-history.ts';
import { headOfMain, openRepository } from '../../src/git/repository.ts';
import { commitTree } from '../../src/git/tree.ts';
import { actorAt, gitOpsRepository, root, tagOf, temporaryFolder } from '../kit/gitops-repository.ts';

const helm = process.env['BITIQ_HELM']!;

describe('a long ledger', () => {
  it('is made by the generator as bitiq itself would write it, and read back', async () => {
    const folder = join(temporaryFolder(), 'ledger.git');
    const made = spawnSync(
      process.execPath,
      [
        ...[join(root, 'tools/bench/make-ledger.js'), folder],
        ...['--services', '4', '--releases', '30', '--commits', '300'],
      ],
      { encoding: 'utf8' },
    );
    expect(made).toMatchObject({ status: 0, stderr: '' });
    const repository = await openRepository(folder);
    const head = await headOfMain(repository);
    const config = await readConfig(commitTree(repository, head));
    const ledgerOf = (name: string, limit: number) =>
      readLedger(repository, { head, environment: requireEnvironment(config, name), limit });
    const prod = await ledgerOf('prod', 1000);
    expect(prod.map(({ release }) => release)).toEqual(
      Array.from({ length: 30 }, (_, index) => `prod/${30 - index}`),
    );
    expect(prod.every(({ changes, action }) => changes!.length > 0 && action === 'promote')).toBe(true);
    expect(await ledgerOf('dev', 1000)).toHaveLength(30 * 3 + 1);
    expect((await ledgerOf('staging', 5)).map(({ release }) => release)).toEqual(['staging/1']);

    const actor = actorAt();
    await setTags(repository, {
      environment: 'dev',
      tags: new Map([['service-0001', tagOf(999)]]),
      actor,
      helm,
    });
    const promoted = await promote(repository, { from: 'dev', to: 'prod', actor, helm });
    expect(promoted.prepared.plan).toMatchObject({ from: 'prod/30', to: 'prod/31' });
  });
});

describe('the index of a long history', () => {
  const emptyCommits = (folder: string, count: number) => {
    const one = (index: number) =>
      `commit refs/heads/main\ncommitter A <a@example.com> ${1_600_000_000 + index} +0000\ndata 1\nx\n`;
    const input = Array.from({ length: count }, (_, index) => one(index)).join('');
    execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', folder]);
    execFileSync('git', ['fast-import', '--quiet'], { cwd: folder, input });
  };

  it('is written in the background for a long one, and not for a short one', async () => {
    const [long, short] = [join(temporaryFolder(), 'long.git'), join(temporaryFolder(), 'short.git')];
    emptyCommits(long, 10_000);
    emptyCommits(short, 100);
    for (const folder of [long, short]) await indexHistory(await openRepository(folder));
    const chain = join(long, 'objects/info/commit-graphs/commit-graph-chain');
    await expect.poll(() => existsSync(chain)).toBe(true);
    expect(existsSync(join(short, 'objects/info/commit-graphs'))).toBe(false);
  });
});

describe('a pointer that was moved by a merged pull request', () => {
  it('moved when it was merged, by whom and why the merged commit says', async () => {
    const fixture = gitOpsRepository();
    const repository = await openRepository(fixture.remote);
    await promote(repository, { from: 'dev', to: 'prod', actor: actorAt(5, 'It is time'), helm });
    const [before, moved] = [fixture.remoteGit('rev-parse', 'main^'), fixture.remoteGit('rev-parse', 'main')];
    const tree = fixture.remoteGit('rev-parse', 'main^{tree}');
    const merge = fixture.remoteGit(
      'commit-tree',
      tree,
      '-p',
      before,
      '-p',
      moved,
      '-m',
      'Merge pull request',
    );
    fixture.remoteGit('update-ref', 'refs/heads/main', merge);
    const config = await readConfig(commitTree(repository, merge));
    const [entry, ...others] = await readLedger(repository, {
      head: merge,
      environment: requireEnvironment(config, 'prod'),
      limit: 9,
    });
    expect(others).toEqual([]);
    expect(entry).toMatchObject({
      release: 'prod/1',
      commit: merge,
      action: 'promote',
      reason: 'It is time',
      by: 'Ada <ada@example.com>',
    });
  });
});
