import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/kit/gitops-repository.ts';
import { sourceBranch } from './source-branch.ts';

/** main: a - b; fix, from a: c. */
function service() {
  const folder = join(temporaryFolder(), 'service');
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', folder, '-c', 'user.name=Ada', '-c', 'user.email=a@example.com', ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  execFileSync('git', ['init', '--quiet', '--initial-branch=main', folder]);
  const commit = (name: string) => {
    git('commit', '--quiet', '--allow-empty', '-m', name);
    return git('rev-parse', 'HEAD');
  };
  const a = commit('a');
  git('checkout', '--quiet', '-b', 'fix/1');
  const c = commit('c');
  git('checkout', '--quiet', 'main');
  const b = commit('b');
  return { folder, git, commit, a, b, c };
}

describe('whether a commit is on a branch', () => {
  it('is answered for full and short shas, and for commits that nobody knows', async () => {
    const { folder, a, b, c } = service();
    const [main, fix] = ['main', 'fix/1'].map((branch) => sourceBranch({ location: folder, branch }));
    expect(await Promise.all([a, b, c, a.slice(0, 7), 'f'.repeat(7)].map((each) => main!(each)))).toEqual([
      true,
      true,
      false,
      true,
      false,
    ]);
    expect(await Promise.all([a, b, c].map((each) => fix!(each)))).toEqual([true, false, true]);
  });

  it('is known for a URL by what was fetched, and fetched again for what is not known yet', async () => {
    const { folder, a, commit } = service();
    const options = {
      location: pathToFileURL(folder).href,
      branch: 'main',
      cacheDirectory: temporaryFolder(),
    };
    expect(await sourceBranch(options)(a)).toBe(true);
    const d = commit('d');
    expect(await sourceBranch(options)(d)).toBe(true);
    rmSync(folder, { recursive: true });
    expect(await sourceBranch(options)(d)).toBe(true);
    expect(await sourceBranch(options)('f'.repeat(40))).toEqual({
      why: expect.stringContaining('could not be fetched'),
    });
  });

  it('cannot be told without the repository or the branch', async () => {
    const { folder, a } = service();
    const branch = 'gone';
    expect(await sourceBranch({ location: folder, branch })(a)).toEqual({
      why: `${folder} has no branch gone`,
    });
    expect(await sourceBranch({ location: join(folder, 'no'), branch })(a)).toEqual({
      why: expect.stringContaining('does not exist'),
    });
  });
});
