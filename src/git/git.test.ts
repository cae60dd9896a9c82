import { execFileSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { gitOpsRepository } from '../../test/kit/gitops-repository.ts';
import { describeCommit } from './describe.ts';
import { gitText, markFound } from './git.ts';
import { openRepository } from './repository.ts';

/** A bare repository as it may lie in a checkout, with a setting that names a program. */
function embedded(): string {
  const fixture = gitOpsRepository();
  const directory = join(fixture.checkout, 'embedded');
  cpSync(fixture.remote, directory, { recursive: true });
  execFileSync('git', ['--git-dir=.', 'config', 'core.fsmonitor', 'false'], { cwd: directory });
  return directory;
}

describe('a bare repository', () => {
  it('is used by whoever runs git in it, without a word before', async () => {
    const directory = embedded();
    expect(await gitText(directory, ['rev-parse', '--is-bare-repository'], { to: 'look' })).toBe('true');
    expect(await describeCommit(directory, 'main')).toMatch(/^v0\.0\.0-/);
  });

  it('is not used where it was only found, until a person names it', async () => {
    const directory = embedded();
    await expect(openRepository(directory, { isFound: true, offline: true })).rejects.toMatchObject({
      code: 'repository-denied',
    });
    await expect(gitText(directory, ['rev-parse', '--git-dir'], { to: 'look' })).rejects.toThrow();
    expect((await openRepository(directory, { offline: true })).kind).toBe('bare');
    markFound(directory, true);
    await expect(describeCommit(directory, 'main')).rejects.toThrow();
  });
});
