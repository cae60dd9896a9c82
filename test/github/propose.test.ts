import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { freeze } from '../../src/actions/freeze.ts';
import { thaw } from '../../src/actions/thaw.ts';
import { hold } from '../../src/actions/hold.ts';
import { unhold } from '../../src/actions/unhold.ts';
import { readLedger } from '../../src/actions/read/ledger.ts';
import { readConfig, requireEnvironment } from '../../src/actions/read/read-state.ts';
import { promote } from '../../src/actions/promote.ts';
import { rollback } from '../../src/actions/rollback.ts';
import { setTags } from '../../src/actions/set.ts';
import { updateEnvironment } from '../../src/actions/update.ts';
import { storedImages } from '../../src/actions/read/image-source.ts';
import { readStatus } from '../../src/actions/status.ts';
import { fetchOwnBranches } from '../../src/git/branches.ts';
import { fetchRemote, headOfMain } from '../../src/git/repository.ts';
import { commitTree } from '../../src/git/tree.ts';
import { actorAt, tagOf, temporaryFolder } from '../kit/gitops-repository.ts';
import { storeImage } from '../kit/image-store.ts';
import { mainFile } from '../kit/loop-process.ts';
import { helm, openWorkshop } from './kit.ts';

type Workshop = Awaited<ReturnType<typeof openWorkshop>>;

let clock = 1000;
const someone = (reason = 'checkout fails') => actorAt(++clock, reason);

async function statusOf({ repository }: Workshop, name: string) {
  await Promise.all([fetchRemote(repository), fetchOwnBranches(repository)]);
  const head = await headOfMain(repository);
  const config = await readConfig(commitTree(repository, head));
  const status = await readStatus(repository, head, config, { now: new Date(), branches: [] });
  const environment = requireEnvironment(config, name);
  const [newest] = await readLedger(repository, { head, environment, limit: 1 });
  return { ...status.find((each) => each.environment === name)!, newest };
}

/** prod has run prod/1 and runs prod/2. */
async function withReleases(): Promise<Workshop> {
  const at = await openWorkshop();
  await at.promote();
  await at.set(2);
  await at.promote();
  return at;
}

const goBack = (at: Workshop, more: { readonly to?: string; readonly environment?: string } = {}) =>
  rollback(at.repository, {
    environment: 'prod',
    actor: someone(),
    helm: async () => helm,
    pullRequest: at.door,
    ...more,
  });

describe('a rollback by pull request', () => {
  it.each(['merge', 'squash'] as const)('is one when it is merged by a %s', async (how) => {
    const at = await withReleases();
    const main = at.fixture.remoteGit('rev-parse', 'main');
    const proposed = await goBack(at);
    expect(proposed).toMatchObject({ head: main, pullRequest: { state: 'opened', number: 1 } });
    expect(at.fixture.remoteGit('rev-parse', 'main')).toBe(main);
    expect([at.pointer(), at.pointer('bitiq/prod.rollback')]).toEqual(['prod/2', 'prod/1']);
    const [pull] = at.server.state.pulls;
    expect(pull).toMatchObject({ title: 'prod: roll back to prod/1', head: { ref: 'bitiq/prod.rollback' } });
    expect(pull.body).toContain('it moves **prod** from `prod/2` to `prod/1`');
    expect(pull.body).toContain('- reason: checkout fails');
    expect(pull.body).toContain('refs/tags/prod/2 → refs/tags/prod/1');
    expect((await statusOf(at, 'prod')).proposedActions).toMatchObject([
      { branch: 'bitiq/prod.rollback', subject: 'prod: roll back to prod/1', by: 'Ada <ada@example.com>' },
    ]);

    // Run again, it changes nothing.
    const again = await goBack(at);
    expect(again.pullRequest).toMatchObject({ state: 'unchanged', number: 1 });
    expect(again.proposed).toBeUndefined();

    at.merge(how, 'bitiq/prod.rollback');
    expect(await statusOf(at, 'prod')).toMatchObject({
      release: 'prod/1',
      proposedActions: [],
      newest: { release: 'prod/1', action: 'rollback' },
    });
    // What was taken back stays so.
    await expect(at.promote()).rejects.toMatchObject({ code: 'release-rolled-back' });
    await expect(at.propose()).rejects.toMatchObject({ code: 'release-rolled-back' });
  });

  it.each([
    ['the title alone, while its branch is there', () => 'Back to what worked (#1)', false],
    ['the text of the pull request', (body: string) => `Back (#1)\n\n${body}\nCo-authored-by: B <b@x>`, true],
  ])('is known as one after a squash under another title with %s', async (_, messageOf, isDeleted) => {
    const at = await withReleases();
    await goBack(at);
    at.merge('squash', 'bitiq/prod.rollback', messageOf(at.server.state.pulls[0].body as string));
    if (isDeleted) at.fixture.remoteGit('branch', '--quiet', '-D', 'bitiq/prod.rollback');
    expect(await statusOf(at, 'prod')).toMatchObject({
      release: 'prod/1',
      newest: { action: 'rollback', by: 'Ada <ada@example.com>', reason: 'checkout fails' },
    });
    await expect(at.promote()).rejects.toMatchObject({ code: 'release-rolled-back' });
    // The same by hand, later, is an edit.
    await at.promote('dev', true);
    const path = 'environments/prod/application.yaml';
    const text = at.fixture.remoteGit('show', `main:${path}`);
    at.fixture.commit({ [path]: `${text.replace('prod/3', 'prod/2')}\n` });
    expect((await statusOf(at, 'prod')).newest).toMatchObject({ release: 'prod/2', action: 'edit' });
  });

  it('passes a freeze, beside a release that is proposed', async () => {
    const at = await withReleases();
    await at.set(3);
    await at.propose();
    await freeze(at.repository, { environment: 'prod', actor: someone() });
    expect((await goBack(at)).pullRequest).toMatchObject({ state: 'opened', number: 2 });
    expect([at.pointer('bitiq/prod'), at.pointer('bitiq/prod.rollback')]).toEqual(['prod/3', 'prod/1']);
  });

  it('is not repeated as a step where the environment has moved since', async () => {
    const at = await withReleases();
    await goBack(at);
    await at.set(3);
    await at.promote();
    await expect(goBack(at)).rejects.toMatchObject({
      code: 'environment-moved',
      message: expect.stringMatching(
        /^prod moved from prod\/2 to prod\/3 after this was proposed on bitiq\/prod\.rollback: promote by Ada/,
      ) as string,
      fix: expect.stringContaining('`bitiq rollback prod --to RELEASE --pr`') as string,
      state: 'Nothing was changed.',
    });
    const named = await goBack(at, { to: 'prod/2' });
    expect(named.pullRequest).toMatchObject({ state: 'updated', number: 1 });
    expect(named.prepared.plan.notes.join('\n')).toContain(
      'It takes the place of "prod: roll back to prod/1", which Ada <ada@example.com> proposed on bitiq/prod.rollback.',
    );
    at.merge('merge', 'bitiq/prod.rollback');
    expect(at.pointer()).toBe('prod/2');
    // What was merged or closed is done with.
    expect((await goBack(at)).pullRequest).toMatchObject({ state: 'opened', number: 2 });
  });

  it.each(['merge', 'squash'] as const)(
    'of an environment that follows main holds what it moves (%s)',
    async (how) => {
      const at = await openWorkshop();
      await at.set(2);
      await at.set(3);
      await goBack(at, { environment: 'dev' });
      expect((await goBack(at, { environment: 'dev' })).pullRequest?.state).toBe('unchanged');
      at.merge(how, 'bitiq/dev.rollback');
      const after = await statusOf(at, 'dev');
      expect(after.combination.get('toy-service')).toBe(tagOf(2));
      expect(after.holds).toMatchObject([{ service: 'toy-service' }]);
      expect(after.newest).toMatchObject({ action: 'rollback' });
      await expect(at.set(4)).rejects.toMatchObject({ code: 'service-held' });
      // Going back twice goes further back.
      await goBack(at, { environment: 'dev' });
      at.merge(how, 'bitiq/dev.rollback');
      expect((await statusOf(at, 'dev')).combination.get('toy-service')).toBe(tagOf(1));
    },
  );
});

describe('stops by pull request', () => {
  it('are in force when they are merged, each on a branch of its own', async () => {
    const at = await openWorkshop();
    const { repository, door: pullRequest } = at;
    const stop = { environment: 'dev', pullRequest };
    const both = { ...stop, services: ['toy-web', 'toy-service'] };
    await hold(repository, { ...stop, services: ['toy-web'], actor: someone() });
    await hold(repository, { ...both, actor: someone() });
    await freeze(repository, { environment: 'prod', pullRequest, actor: someone() });
    const branches = ['bitiq/dev.hold/toy-web', 'bitiq/dev.hold/toy-service+toy-web', 'bitiq/prod.freeze'];
    expect(at.server.state.pulls.map((pull) => pull.head.ref)).toEqual(branches);
    expect(at.server.state.pulls[2].body).toContain('it changes what is held or frozen in **prod**');
    // The moment in the entry is another one, and nothing else.
    const again = await freeze(repository, { environment: 'prod', pullRequest, actor: someone() });
    expect(again.pullRequest).toMatchObject({ state: 'unchanged', number: 3 });
    expect(again.proposed).toBeUndefined();
    const other = await freeze(repository, { environment: 'prod', pullRequest, actor: someone('a sale') });
    expect(other.pullRequest).toMatchObject({ state: 'updated', number: 3 });
    expect((await statusOf(at, 'dev')).holds).toEqual([]);
    at.merge('merge', 'bitiq/dev.hold/toy-service+toy-web');
    at.merge('squash', 'bitiq/prod.freeze');
    expect((await statusOf(at, 'dev')).holds).toHaveLength(2);
    await expect(at.set(2)).rejects.toMatchObject({ code: 'service-held' });
    const promotion = { to: 'prod', actor: someone(), helm };
    await expect(promote(repository, promotion)).rejects.toMatchObject({ code: 'environment-frozen' });

    await unhold(repository, { ...both, actor: someone() });
    await thaw(repository, { environment: 'prod', pullRequest, actor: someone() });
    at.merge('merge', 'bitiq/dev.unhold/toy-service+toy-web');
    at.merge('merge', 'bitiq/prod.thaw');
    await at.set(2);
    await at.promote();
    expect(at.pointer()).toBe('prod/1');
  });
});

describe('tags by pull request', () => {
  const set = (at: Workshop, environment: string, commits: number, service = 'toy-service') =>
    setTags(at.repository, {
      environment,
      tags: new Map([[service, tagOf(commits)]]),
      actor: someone(),
      helm,
      pullRequest: { ...at.door, helm },
    });

  it('move an environment that follows main, a pull request for each service', async () => {
    const at = await openWorkshop();
    expect((await set(at, 'dev', 2)).pullRequest).toMatchObject({ state: 'opened', number: 1 });
    expect((await set(at, 'dev', 3)).pullRequest).toMatchObject({ state: 'updated', number: 1 });
    expect((await set(at, 'dev', 3, 'toy-web')).pullRequest).toMatchObject({ state: 'opened', number: 2 });
    at.merge('merge', 'bitiq/dev.set/toy-service');
    expect((await statusOf(at, 'dev')).combination.get('toy-service')).toBe(tagOf(3));
    // The other one has a conflict in the appVersion now: the same command brings it up to date.
    expect((await set(at, 'dev', 3, 'toy-web')).proposed).toBeDefined();
    at.merge('merge', 'bitiq/dev.set/toy-web');
    expect((await statusOf(at, 'dev')).combination.get('toy-web')).toBe(tagOf(3));
  });

  it('are proposed by the updater, all newer images at once', async () => {
    const at = await openWorkshop();
    const store = join(temporaryFolder(), 'images');
    const update = () =>
      updateEnvironment(at.repository, {
        ...{ environment: 'dev', images: storedImages(store), helm, actor: someone('newer images') },
        pullRequest: at.door,
      });
    await storeImage(store, 'ghcr.io/bitiq-io/toy-web', tagOf(2));
    expect((await update()).applied.pullRequest).toMatchObject({ state: 'opened', number: 1 });
    await storeImage(store, 'ghcr.io/bitiq-io/toy-service', tagOf(2));
    expect((await update()).applied.pullRequest).toMatchObject({ state: 'updated', number: 1 });
    expect((await update()).applied.pullRequest?.state).toBe('unchanged');
    at.merge('merge', 'bitiq/dev.update');
    expect([...(await statusOf(at, 'dev')).combination.values()]).toEqual([tagOf(2), tagOf(2)]);
    expect((await update()).applied.pullRequest).toBeUndefined();
  });

  it('are a new release of a pinned one, on the branch of its releases', async () => {
    const at = await openWorkshop();
    await at.promote();
    const proposed = await set(at, 'prod', 2);
    expect(proposed.prepared.plan).toMatchObject({ to: 'prod/2', proposal: { branch: 'bitiq/prod' } });
    expect(at.server.state.pulls[0].body).toContain('- from: `set`');
    expect(at.server.state.pulls[0].body).toContain('Written by `bitiq set --pr`');
    expect((await set(at, 'prod', 2)).pullRequest?.state).toBe('unchanged');
    at.merge();
    expect(at.pointer()).toBe('prod/2');
  });
});

describe('a repository that is not on GitHub', () => {
  it('gets the branch, and the page that the remote names for it', async () => {
    const at = await withReleases();
    const remote = 'https://gitlab.com/acme/gitops.git';
    at.fixture.git('remote', 'set-url', 'origin', remote);
    const page =
      'https://gitlab.com/acme/gitops/-/merge_requests/new?merge_request%5Bsource_branch%5D=bitiq%2Fprod.rollback';
    const hook = [
      '#!/bin/sh',
      'echo >&2',
      'echo "To create a merge request for bitiq/prod.rollback, visit:" >&2',
      `echo "  ${page}" >&2`,
      'echo >&2',
      '',
    ];
    writeFileSync(join(at.fixture.remote, 'hooks/post-receive'), hook.join('\n'), { mode: 0o755 });
    const command = async (...args: string[]) => {
      const child = spawn(
        process.execPath,
        [mainFile, 'rollback', 'prod', '--pr', '--reason', 'x', ...args],
        {
          cwd: at.fixture.checkout,
          env: { ...process.env, GIT_CONFIG_VALUE_1: remote, GITHUB_TOKEN: '' },
          stdio: ['ignore', 'pipe', 'pipe'],
        },
      );
      let said = '';
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (text: string) => (said += text));
      await once(child, 'close');
      return said;
    };
    const planned = await command('--dry-run');
    expect(planned).toContain('This is a plan. Nothing was changed.');
    expect(planned).toContain('branch bitiq/prod.rollback, without a pull request, as this is not GitHub: ');
    expect(planned).not.toContain('pull request of');
    const said = await command();
    expect(said).toContain('main was not changed.');
    expect(said).toContain(`Open a pull request of bitiq/prod.rollback into main: ${page}\n`);
    expect(at.pointer('bitiq/prod.rollback')).toBe('prod/1');
    expect(await command()).toContain('This is proposed already on bitiq/prod.rollback.');
    expect(JSON.parse(await command('--json'))).toMatchObject({ done: false, pullRequest: null });
  });
});
