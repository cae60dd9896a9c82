import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { appversionCommand } from '../../src/cli/commands/appversion.ts';
import { proposeInstead } from '../../src/cli/propose-instead.ts';
import { BitiqError } from '../../src/model/errors.ts';
import { gitOpsRepository, type GitOpsFixture } from '../kit/gitops-repository.ts';
import { mainFile } from '../kit/loop-process.ts';

/** What the hosts print for a push to a protected branch, by name. */
const hosts: readonly (readonly [name: string, ...lines: string[]])[] = [
  [
    'GitHub',
    'error: GH006: Protected branch update failed for refs/heads/main.',
    'error: Changes must be made through a pull request.',
  ],
  [
    'GitHub by a ruleset',
    'error: GH013: Repository rule violations found for refs/heads/main.',
    '',
    '- Changes must be made through a pull request.',
  ],
  ['GitLab', 'GitLab: You are not allowed to push code to protected branches on this project.'],
  ['Bitbucket Cloud', 'Permission denied to update branch main.'],
  ['Bitbucket Data Center', 'Branch refs/heads/main can only be modified through pull requests.'],
  ['Gitea', 'Gitea: Not allowed to push to protected branch main'],
  [
    'Azure DevOps',
    'TF402455: Pushes to this branch are not permitted; you must use a pull request to update this branch.',
  ],
];

/** A remote whose main is protected by a hook, as it is at hosts. */
function protectMain(fixture: GitOpsFixture, lines: readonly string[], hook = 'pre-receive'): void {
  const refuse = [...lines.map((line) => `echo '${line}' >&2`), 'exit 1'].join('; ');
  const script =
    hook === 'update'
      ? `case "$1" in refs/heads/main) ${refuse};; esac`
      : `while read -r _ _ ref; do case "$ref" in refs/heads/main) ${refuse};; esac; done`;
  const path = join(fixture.remote, 'hooks', hook);
  writeFileSync(path, `#!/bin/sh\n${script}\nexit 0\n`);
  chmodSync(path, 0o755);
}

const bitiq = (fixture: GitOpsFixture, ...args: string[]) =>
  spawnSync(process.execPath, [mainFile, ...args], { cwd: fixture.checkout, encoding: 'utf8' });

describe('a protected main', () => {
  it.each(hosts)('of %s is told as that, with the same command by pull request', (_, ...lines) => {
    const fixture = gitOpsRepository();
    protectMain(fixture, lines);
    const main = fixture.remoteGit('rev-parse', 'main');
    const { status, stderr } = bitiq(fixture, 'hold', 'dev', 'toy-web', '--reason', "it's slow");
    expect(stderr).toContain('error[main-protected]: main of ');
    expect(stderr).toContain(`remote: ${lines[0]}`);
    expect(stderr).toContain(
      `fix: Propose it by a pull request: \`bitiq hold dev toy-web --reason 'it'\\''s slow' --pr\`\n`,
    );
    expect(stderr).toContain('Nothing was changed.');
    expect(status).toBe(3);
    expect(fixture.remoteGit('rev-parse', 'main')).toBe(main);
  });

  it('takes what its fix says, as text and as JSON', () => {
    const fixture = gitOpsRepository();
    fixture.git('remote', 'set-url', 'origin', 'https://gitlab.com/acme/gitops.git');
    fixture.git('config', `url.${fixture.remote}.insteadOf`, 'https://gitlab.com/acme/gitops.git');
    protectMain(fixture, hosts[2]!.slice(1), 'update');
    const refused = bitiq(fixture, 'promote', 'prod', '--no-image-check', '--json', '--reason', 'first');
    const { error } = JSON.parse(refused.stdout) as { error: { code: string; fix: string } };
    expect(error.code).toBe('main-protected');
    // The tag went with main, or not at all.
    expect(fixture.remoteGit('tag')).toBe('');
    const command = /`bitiq (.*)`$/.exec(error.fix)![1]!.split(' ');
    const done = bitiq(fixture, ...command);
    expect(done.status).toBe(0);
    expect(JSON.parse(done.stdout)).toMatchObject({
      done: true,
      plan: { proposal: { branch: 'bitiq/prod' } },
    });
    expect(fixture.remoteGit('tag')).toBe('prod/1');
  });

  it('is told by a command that has no --pr, too', () => {
    const error = new BitiqError({ code: 'main-protected', message: 'main is protected.', fix: 'Use --pr.' });
    expect(proposeInstead(error, appversionCommand, ['appversion'])).toMatchObject({
      message: 'main is protected.',
      fix: expect.stringContaining('appversion has no --pr') as string,
    });
  });
});
