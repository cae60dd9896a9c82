import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { actorAt, gitOpsRepository, tagOf, temporaryFolder } from '../../test/kit/gitops-repository.ts';
import { storeImage } from '../../test/kit/image-store.ts';
import { openRepository } from '../git/repository.ts';
import { storedImages } from './read/image-source.ts';
import { updateEnvironment, type UpdateResult } from './update.ts';
import { watchUpdates } from './plan/watch-updates.ts';

const helm = process.env['BITIQ_HELM']!;
const web = 'ghcr.io/bitiq-io/toy-web';
const service = 'ghcr.io/bitiq-io/toy-service';

async function open() {
  const fixture = gitOpsRepository();
  const repository = await openRepository(fixture.remote);
  const store = join(temporaryFolder(), 'images');
  const options = { environment: 'dev', images: storedImages(store), helm };
  return {
    fixture,
    repository,
    store,
    options,
    update: () => updateEnvironment(repository, { ...options, actor: actorAt(1) }),
    configure: (find: string, replace: string) =>
      fixture.commit({ 'bitiq.yaml': fixture.read('bitiq.yaml').replace(find, replace) }),
    tags: () =>
      [...fixture.remoteGit('show', 'main:helm/bitiq/values-dev.yaml').matchAll(/tag: (\S+)/g)].map(
        (match) => match[1],
      ),
  };
}

describe('the updater', () => {
  it('writes all newer images of the store in one commit', async () => {
    const at = await open();
    await storeImage(at.store, web, tagOf(2));
    await storeImage(at.store, web, tagOf(3));
    await storeImage(at.store, service, tagOf(2));
    await storeImage(at.store, service, tagOf(0));
    const { applied } = await at.update();
    expect(applied.prepared.plan.action).toBe('update');
    expect(at.tags()).toEqual([tagOf(2), tagOf(3)]);
    expect(at.fixture.remoteGit('rev-list', '--count', 'main')).toBe('2');
  });

  it('obeys the rule of a service', async () => {
    const at = await open();
    await storeImage(at.store, web, tagOf(4));
    await storeImage(at.store, web, tagOf(1, 'v0.2.0'));
    const image = `    image: ${web}\n`;
    at.configure(image, `${image}    update: { range: ~0.1 }\n`);
    await at.update();
    expect(at.tags()[1]).toBe(tagOf(4));
    at.configure('{ range: ~0.1 }', `{ exact: ${tagOf(2)} }`);
    const { applied } = await at.update();
    expect(applied.prepared.plan.commits).toEqual([]);
  });

  it('takes only what is on the branch that the rule of a service names, and says when nobody can tell', async () => {
    const at = await open();
    const source = join(temporaryFolder(), 'toy-web');
    const git = (...args: string[]) =>
      execFileSync('git', ['-C', source, '-c', 'user.name=Ada', '-c', 'user.email=a@example.com', ...args], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }).trim();
    execFileSync('git', ['init', '--quiet', '--initial-branch=main', source]);
    const tagAt = (commits: number) => `v0.1.0-${commits}.g${git('rev-parse', 'HEAD')}`;
    git('commit', '--quiet', '--allow-empty', '-m', 'on main');
    const onMain = tagAt(2);
    git('checkout', '--quiet', '-b', 'next');
    git('commit', '--quiet', '--allow-empty', '-m', 'on next');
    const onNext = tagAt(3);
    await storeImage(at.store, web, onMain);
    await storeImage(at.store, web, onNext);
    const image = `    image: ${web}\n`;
    at.configure(image, `${image}    update: { branch: main }\n`);
    const take = (location: string) =>
      updateEnvironment(at.repository, {
        ...at.options,
        sources: new Map([['toy-web', location]]),
        actor: actorAt(1),
      });
    const { applied, skipped } = await take(join(source, 'gone'));
    expect(applied.prepared.plan.commits).toEqual([]);
    expect(skipped.map(({ why, tag }) => [why, tag])).toEqual([
      ['branch', onNext],
      ['branch', onMain],
    ]);
    expect((await take(source)).skipped).toEqual([]);
    expect(at.tags()[1]).toBe(onMain);
    at.configure('{ branch: main }', '{ branch: next }');
    await take(source);
    expect(at.tags()[1]).toBe(onNext);
  });

  it('takes the next best when an image is not what it says or lacks a platform, and tells', async () => {
    const at = await open();
    await storeImage(at.store, web, tagOf(2));
    await storeImage(at.store, web, tagOf(3), { revision: undefined });
    await storeImage(at.store, web, tagOf(4), { revision: 'f'.repeat(40) });
    await storeImage(at.store, web, tagOf(5), { architecture: 'arm64' });
    at.configure('    follows: main\n', '    follows: main\n    platforms: [linux/amd64]\n');
    const { skipped } = await at.update();
    expect(at.tags()[1]).toBe(tagOf(2));
    expect(skipped.map((each) => `${each.why} ${each.message}`)).toEqual([
      `image toy-web does not take ${tagOf(5)}: it is not there for linux/amd64.`,
      expect.stringContaining('says ffffffffffff, and its tag says abc0004'),
      expect.stringContaining('it has no label'),
    ]);
  });

  it('while it watches writes a burst in one commit, after the quiet time', async () => {
    const at = await open();
    const stop = new AbortController();
    const updates: UpdateResult[] = [];
    const problems: string[] = [];
    let updated = (): void => {};
    const once = () => new Promise<void>((resolve) => (updated = resolve));
    const watching = watchUpdates(at.repository, {
      ...at.options,
      actor: () => actorAt(1),
      interval: 50,
      debounce: 10_000,
      signal: stop.signal,
      onUpdated: (result) => {
        updates.push(result);
        updated();
      },
      onSkipped: () => {},
      onProblem: (message) => problems.push(message),
    });
    let done = once();
    for (const commits of [2, 3, 4]) {
      await storeImage(at.store, web, tagOf(commits));
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await storeImage(at.store, service, tagOf(2));
    await done;
    expect(at.tags()).toEqual([tagOf(2), tagOf(4)]);
    done = once();
    await storeImage(at.store, service, tagOf(3));
    await done;
    stop.abort();
    await watching;
    expect(at.tags()).toEqual([tagOf(3), tagOf(4)]);
    expect(at.fixture.remoteGit('rev-list', '--count', 'main')).toBe('3');
    expect(updates).toHaveLength(2);
    expect(problems).toEqual([]);
  });
});
