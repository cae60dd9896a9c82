import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openRepository, type Repository } from '../../src/git/repository.ts';
import { fetchRemote } from '../../src/git/repository.ts';
import { hold } from '../../src/actions/hold.ts';
import { promote } from '../../src/actions/promote.ts';
import { cuttingProxy } from '../kit/cutting-proxy.ts';
import { actorAt, gitOpsRepository, temporaryFolder, type GitOpsFixture } from '../kit/gitops-repository.ts';
import { loopServer } from './loop-server.ts';

const helm = process.env['BITIQ_HELM']!;

function holdWeb(repository: Repository) {
  return hold(repository, { environment: 'dev', services: ['toy-web'], actor: actorAt(1, 'slow') });
}

function writeHook(path: string, script: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}

const headOf = (fixture: GitOpsFixture): string => fixture.remoteGit('rev-parse', 'main');

describe('a push that went out', () => {
  it('is done, although a tag in the clone is in the way of the release', async () => {
    const fixture = gitOpsRepository();
    const repository = await openRepository(fixture.checkout);
    // One that is there before is refused by the plan; this one comes while the push is on its way.
    writeHook(
      join(fixture.remote, 'hooks/post-receive'),
      `env -u GIT_DIR git -C '${fixture.checkout}' tag prod`,
    );
    const applied = await promote(repository, { to: 'prod', actor: actorAt(1), helm });
    expect(applied.head).toBe(headOf(fixture));
    expect(fixture.remoteGit('tag')).toBe('prod/1');
    expect(applied.warnings).toEqual([
      expect.stringMatching(
        /^The push is done, and your clone could not be updated\. The tag prod in .* keeps Git from creating refs\/tags\/prod\/1: .* `git tag --delete prod`\.$/,
      ) as string,
    ]);
    // The next command is told the same, and not that the network is gone.
    await expect(fetchRemote(repository)).rejects.toMatchObject({
      code: 'tool-failed',
      fix: 'Rename it: `git tag prod-old prod` and `git tag --delete prod`.',
    });
    fixture.git('tag', 'prod-old', 'prod');
    fixture.git('tag', '--delete', 'prod');
    await fetchRemote(repository);
  });

  it('is done, although a lock keeps the clone from being updated', async () => {
    const fixture = gitOpsRepository();
    const repository = await openRepository(fixture.checkout);
    const lock = join(fixture.checkout, '.git/refs/remotes/origin/main.lock');
    // Taken when the push is out already, as by an editor that fetches meanwhile.
    writeHook(join(fixture.remote, 'hooks/post-receive'), `touch '${lock}'`);
    const applied = await holdWeb(repository);
    expect(applied.head).toBe(headOf(fixture));
    expect(applied.warnings).toEqual([
      expect.stringContaining(`remove the file: \`rm '${lock}'\``) as string,
    ]);
    await expect(fetchRemote(repository)).rejects.toMatchObject({
      code: 'tool-failed',
      message: expect.stringContaining(lock) as string,
    });
    rmSync(lock);
    await fetchRemote(repository);
  });
});

describe('a clone whose remote mirrors', () => {
  it('pushes the refs of the action and no others', async () => {
    const fixture = gitOpsRepository();
    fixture.git('config', 'remote.origin.mirror', 'true');
    fixture.git('branch', 'mine');
    const applied = await holdWeb(await openRepository(fixture.checkout));
    expect(applied.head).toBe(headOf(fixture));
    expect(fixture.remoteGit('branch', '--list', 'mine')).toBe('');
  });
});

describe('the pre-push hook of a clone', () => {
  it.each(['hooks', 'core.hooksPath'])('runs, and one that refuses is told as that (%s)', async (where) => {
    const fixture = gitOpsRepository();
    const folder = where === 'hooks' ? join(fixture.checkout, '.git/hooks') : join(temporaryFolder(), 'mine');
    if (where !== 'hooks') fixture.git('config', 'core.hooksPath', folder);
    const repository = await openRepository(fixture.checkout);
    const seen = join(temporaryFolder(), 'seen');
    writeHook(join(folder, 'pre-push'), `echo "$1" >'${seen}'; cat >>'${seen}'`);
    const applied = await holdWeb(repository);
    expect(readFileSync(seen, 'utf8')).toMatch(
      new RegExp(`^origin\n${applied.head} ${applied.head} refs/heads/main `),
    );
    const head = headOf(fixture);
    writeHook(
      join(folder, 'pre-push'),
      'echo "fatal: the remote end hung up: no pushes on Fridays" >&2; exit 7',
    );
    await expect(promote(repository, { to: 'prod', actor: actorAt(2), helm })).rejects.toMatchObject({
      code: 'push-denied',
      message: expect.stringContaining('no pushes on Fridays') as string,
      state: 'Nothing was changed.',
    });
    expect([headOf(fixture), fixture.remoteGit('tag')]).toEqual([head, '']);
  });
});

describe('a push that the remote refuses', () => {
  it('is not taken for a lost race by what its hook prints', async () => {
    const fixture = gitOpsRepository();
    const counted = join(temporaryFolder(), 'counted');
    writeHook(
      join(fixture.remote, 'hooks/pre-receive'),
      `echo x >>'${counted}'; echo "fetch first, cannot lock ref"; exit 1`,
    );
    await expect(holdWeb(await openRepository(fixture.checkout))).rejects.toMatchObject({
      code: 'push-denied',
      state: 'Nothing was changed.',
    });
    expect(readFileSync(counted, 'utf8')).toBe('x\n');
  });

  it('is refused at once where a name on the remote is in the way', async () => {
    const fixture = gitOpsRepository();
    const outside = 'env -u GIT_QUARANTINE_PATH -u GIT_OBJECT_DIRECTORY -u GIT_ALTERNATE_OBJECT_DIRECTORIES';
    writeHook(
      join(fixture.remote, 'hooks/pre-receive'),
      `${outside} git update-ref refs/tags/prod refs/heads/main`,
    );
    const repository = await openRepository(fixture.remote);
    await expect(promote(repository, { to: 'prod', actor: actorAt(1), helm })).rejects.toMatchObject({
      code: 'push-denied',
      message: expect.stringMatching(
        /has refs\/tags\/prod, so Git cannot create refs\/tags\/prod\/1/,
      ) as string,
    });
  });

  it('names the lock of the index where main is checked out there', async () => {
    const fixture = gitOpsRepository();
    fixture.git('remote', 'remove', 'origin');
    const lock = join(fixture.checkout, '.git/index.lock');
    writeFileSync(lock, '');
    const repository = await openRepository(fixture.checkout);
    await expect(holdWeb(repository)).rejects.toMatchObject({
      code: 'tool-failed',
      fix: expect.stringContaining(lock) as string,
    });
    rmSync(lock);
    expect((await holdWeb(repository)).head).toBe(fixture.git('rev-parse', 'main'));
  });
});

describe('a connection that breaks during a push', () => {
  async function overHttp() {
    const fixture = gitOpsRepository();
    fixture.remoteGit('config', 'http.receivepack', 'true');
    const server = await loopServer(dirname(fixture.remote));
    const proxy = await cuttingProxy(server.url);
    const repository = await openRepository(proxy.url(server.withToken('remote')), {
      cacheDirectory: temporaryFolder(),
    });
    return { fixture, proxy, repository };
  }

  it.each(['forwarded', 'answered', 502] as const)('is done where the remote has it (%s)', async (how) => {
    const { fixture, proxy, repository } = await overHttp();
    proxy.cut(how);
    const applied = await promote(repository, { to: 'prod', actor: actorAt(1), helm });
    expect(applied.head).toBe(headOf(fixture));
    expect(fixture.remoteGit('tag')).toBe('prod/1');
    expect(applied.warnings).toEqual([
      expect.stringMatching(
        /^The connection broke before .* answered; asked again, it has all of the push\.$/,
      ) as string,
    ]);
  });

  it('is done where others have moved main on since', async () => {
    const { fixture, proxy, repository } = await overHttp();
    writeHook(
      join(fixture.remote, 'hooks/post-receive'),
      'git update-ref refs/heads/main $(git -c user.name=B -c user.email=b@x commit-tree -p main -m More main^{tree})',
    );
    proxy.cut('answered');
    const applied = await holdWeb(repository);
    expect(fixture.remoteGit('rev-parse', 'main~1')).toBe(applied.head);
  });

  it('is not known where the remote had nothing of it, with the command that shows it', async () => {
    const { fixture, proxy, repository } = await overHttp();
    const head = headOf(fixture);
    proxy.cut('before');
    await expect(holdWeb(repository)).rejects.toMatchObject({
      code: 'push-unknown',
      fix: expect.stringMatching(
        /`git ls-remote http:\/\/127\.0\.0\.1:\d+\/git\/remote\.git refs\/heads\/main`/,
      ) as string,
      state: `When it was asked last, it had nothing of it: main was at ${head.slice(0, 12)}. Only if the remote still works on the push, that changes.`,
    });
    expect(headOf(fixture)).toBe(head);
  });
});
