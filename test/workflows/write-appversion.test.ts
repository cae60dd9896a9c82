import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { gitOpsRepository, tagOf, temporaryFolder, type GitOpsFixture } from '../kit/gitops-repository.ts';
import { runStep } from './run-step.ts';

const values = 'helm/bitiq/values-dev.yaml';
const composite = (service: number, web: number) => `toy-service-${tagOf(service)}_toy-web-${tagOf(web)}`;

/** Moves toy-web in dev as the Image Updater does: the values, and not appVersion. */
function moveWeb(fixture: GitOpsFixture, commits: number): string {
  const text = fixture.read(values).replace(/(name: toy-web[^]*?tag: )\S+/, `$1${tagOf(commits)}`);
  return fixture.commit({ [values]: text }, 'build: automatic update of dev');
}

const appVersion = (fixture: GitOpsFixture) =>
  /^appVersion: "?(.*?)"?$/m.exec(fixture.remoteGit('show', 'main:helm/bitiq/Chart.yaml'))?.[1];
const write = (cwd: string) => runStep('appversion.yml', 'write', { cwd, env: { PUSH_TOKEN: 'x' } });

describe('the workflow appversion', () => {
  it('commits the true appVersion alone, and then has nothing to do', async () => {
    const fixture = gitOpsRepository();
    const before = moveWeb(fixture, 2);
    expect(await write(fixture.checkout)).toMatchObject({ status: 0, stderr: '' });
    expect(appVersion(fixture)).toBe(composite(1, 2));
    expect(fixture.remoteGit('rev-parse', 'main^')).toBe(before);
    expect(fixture.remoteGit('diff', '--stat', 'main^', 'main')).toContain(
      '1 file changed, 1 insertion(+), 1 deletion(-)',
    );
    expect(fixture.remoteGit('log', '-1', '--format=%s%n%(trailers)', 'main')).toBe(
      `dev: appVersion says what runs\nBitiq-Action: appversion\nBitiq-Environment: dev\nBitiq-From: ${composite(1, 1)}\nBitiq-To: ${composite(1, 2)}`,
    );
    const head = fixture.remoteGit('rev-parse', 'main');
    expect(await write(fixture.checkout)).toMatchObject({
      status: 0,
      stdout: `appVersion of main is true: ${composite(1, 2)}. Nothing to do.\n`,
    });
    expect(fixture.remoteGit('rev-parse', 'main')).toBe(head);
  });

  it('starts again on what main is when it loses a race', async () => {
    const fixture = gitOpsRepository();
    moveWeb(fixture, 2);
    const clone = join(temporaryFolder(), 'clone');
    fixture.git('clone', '--quiet', fixture.remote, clone);
    // Between the commit and the push of the clone somebody else moves the other service, once.
    const hook = join(clone, '.git/hooks/pre-push');
    const other = `sed -i 's/${tagOf(1)}/${tagOf(3)}/' ${values} && git commit --quiet --all --message 'dev: toy-service' && git push --quiet origin main`;
    mkdirSync(join(clone, '.git/hooks'), { recursive: true });
    writeFileSync(hook, `#!/bin/sh\nrm "$0"\nunset GIT_DIR\ncd '${fixture.checkout}' && ${other}\n`);
    chmodSync(hook, 0o755);
    const { status, stderr } = await write(clone);
    expect(stderr).toContain('main has moved; starting again (1 of 5).');
    expect(status).toBe(0);
    expect(appVersion(fixture)).toBe(composite(3, 2));
    expect(fixture.remoteGit('log', '--format=%s', '-3', 'main').split('\n')).toEqual([
      'dev: appVersion says what runs',
      'dev: toy-service',
      'build: automatic update of dev',
    ]);
  });

  it('ends when two of it run at once, with one commit', async () => {
    const fixture = gitOpsRepository();
    const before = moveWeb(fixture, 2);
    const clones = ['a', 'b'].map((name) => join(temporaryFolder(), name));
    for (const clone of clones) fixture.git('clone', '--quiet', fixture.remote, clone);
    const ends = await Promise.all(clones.map((clone) => write(clone)));
    expect(ends.map(({ status }) => status)).toEqual([0, 0]);
    expect(fixture.remoteGit('rev-list', '--count', `${before}..main`)).toBe('1');
  });

  it('refuses to go in circles with another writer', async () => {
    const fixture = gitOpsRepository();
    moveWeb(fixture, 2);
    await write(fixture.checkout);
    fixture.git('checkout', '--quiet', '-B', 'main', 'origin/main');
    const chart = fixture.read('helm/bitiq/Chart.yaml').replace(/^appVersion:.*$/m, 'appVersion: other');
    const head = fixture.commit(
      { 'helm/bitiq/Chart.yaml': chart },
      'dev: appVersion\n\nBitiq-Action: appversion',
    );
    const { status, stderr } = await write(fixture.checkout);
    expect(status).toBe(1);
    expect(stderr).toContain('another writer disagrees with it. Nothing was changed.');
    expect(fixture.remoteGit('rev-parse', 'main')).toBe(head);
  });

  it('says why a push is refused that is not a race', async () => {
    const fixture = gitOpsRepository();
    const before = moveWeb(fixture, 2);
    const hook = join(fixture.remote, 'hooks/update');
    mkdirSync(join(fixture.remote, 'hooks'), { recursive: true });
    writeFileSync(hook, '#!/bin/sh\necho "main is protected" >&2\nexit 1\n');
    chmodSync(hook, 0o755);
    const { status, stderr } = await write(fixture.checkout);
    expect(status).toBe(1);
    expect(stderr).toContain('main is protected');
    expect(fixture.remoteGit('rev-parse', 'main')).toBe(before);
  });
});
