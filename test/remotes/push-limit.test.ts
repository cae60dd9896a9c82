import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hold } from '../../src/actions/hold.ts';
import { openRepository } from '../../src/git/repository.ts';
import { cuttingProxy } from '../kit/cutting-proxy.ts';
import { actorAt, gitOpsRepository, temporaryFolder, type GitOpsFixture } from '../kit/gitops-repository.ts';
import { loopServer } from './loop-server.ts';

/** A checkout whose pushes may take two seconds. */
async function impatient(fixture: GitOpsFixture, seconds = '2') {
  fixture.git('config', 'bitiq.pushTimeout', seconds);
  return openRepository(fixture.checkout);
}

async function holdWeb(fixture: GitOpsFixture, seconds?: string) {
  const repository = await impatient(fixture, seconds);
  return hold(repository, { environment: 'dev', services: ['toy-web'], actor: actorAt(1, 'slow') });
}

function writeHook(path: string, script: string): void {
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}

/** A hook that waits for a file, so that no test waits for it. */
function waitingHook(path: string): { readonly letGo: () => void; readonly seen: string } {
  const folder = temporaryFolder();
  const [go, seen] = [join(folder, 'go'), join(folder, 'seen')];
  writeHook(
    path,
    `touch '${seen}'; for _ in $(seq 300); do [ -e '${go}' ] && exit 0; sleep 0.1; done; exit 1`,
  );
  return { letGo: () => writeFileSync(go, ''), seen };
}

describe('a push over http that is never answered', () => {
  it('ends, and says that it is not known what the remote has', async () => {
    const { fixture, cut } = await overHttp();
    cut('silent');
    const started = performance.now();
    await expect(holdWeb(fixture)).rejects.toMatchObject({
      code: 'push-unknown',
      message: expect.stringMatching(/ did not answer the push within 2 seconds\./) as string,
      fix: expect.stringMatching(
        /^Before you run the command again, see what the remote has: `git .*ls-remote .*`\. With \w{12} the push is done\. .*BITIQ_PUSH_TIMEOUT=900/s,
      ) as string,
      state: expect.stringContaining('When it was asked last, it had nothing of it: main was at ') as string,
    });
    expect(performance.now() - started).toBeLessThan(60_000);
    cut('none');
    await holdWeb(fixture, '60');
  });

  it('is done where the remote took it', async () => {
    const { fixture, main, cut } = await overHttp();
    cut('swallowed');
    const { head, warnings } = await holdWeb(fixture, '3');
    expect(main()).toBe(head);
    expect(warnings).toEqual([
      expect.stringMatching(
        /did not answer the push within 3 seconds; asked again, it has all of the push\.$/,
      ) as string,
    ]);
  });
});

describe('a hook that does not end', () => {
  it('of the remote ends the push, and the command says so', async () => {
    const fixture = gitOpsRepository();
    const before = fixture.remoteGit('rev-parse', 'main');
    const hook = waitingHook(join(fixture.remote, 'hooks/pre-receive'));
    await expect(holdWeb(fixture)).rejects.toMatchObject({ code: 'push-unknown' });
    expect(existsSync(hook.seen)).toBe(true);
    hook.letGo();
    expect(fixture.remoteGit('rev-parse', 'main')).toBe(before);
    await holdWeb(fixture, '60');
  });

  it('of the clone ends the push before anything is sent', async () => {
    const fixture = gitOpsRepository();
    const hook = waitingHook(join(fixture.checkout, '.git/hooks/pre-push'));
    await expect(holdWeb(fixture)).rejects.toMatchObject({
      code: 'push-denied',
      message: expect.stringContaining(
        `The pre-push hook of ${fixture.checkout} did not end within 2 seconds, before anything was sent.`,
      ) as string,
      state: 'Nothing was changed.',
    });
    hook.letGo();
    await holdWeb(fixture, '60');
  });
});

describe('races that are lost', () => {
  it('end with the time of a push', async () => {
    const fixture = gitOpsRepository();
    const outside = 'env -u GIT_QUARANTINE_PATH -u GIT_OBJECT_DIRECTORY -u GIT_ALTERNATE_OBJECT_DIRECTORIES';
    // Each push takes most of the time, and another writer is faster each time.
    writeHook(
      join(fixture.remote, 'hooks/pre-receive'),
      `sleep 1.5; head=$(git rev-parse main); next=$(${outside} git -c user.name=x -c user.email=x@x commit-tree -p $head -m next "$head^{tree}"); ${outside} git update-ref refs/heads/main $next`,
    );
    await expect(holdWeb(fixture, '3')).rejects.toMatchObject({
      code: 'push-conflict',
      message: expect.stringMatching(
        /^In the 3 seconds that a push may take, main of .* was moved by others each time, [23] in all\.$/,
      ) as string,
      state: 'Nothing was changed.',
    });
  });
});

it('is a number of seconds', async () => {
  await expect(impatient(gitOpsRepository(), 'soon')).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringContaining('"soon" is not a time for a push') as string,
  });
});

/** A checkout whose origin is served over http by way of a proxy. */
async function overHttp() {
  const fixture = gitOpsRepository();
  const server = await loopServer(dirname(fixture.remote));
  const proxy = await cuttingProxy(server.url);
  fixture.git('remote', 'set-url', 'origin', proxy.url(server.withToken('remote')));
  return { fixture, cut: proxy.cut, main: () => fixture.remoteGit('rev-parse', 'main') };
}
