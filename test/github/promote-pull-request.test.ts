import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { check } from '../../src/actions/check.ts';
import { explain } from '../../src/actions/explain.ts';
import { promote } from '../../src/actions/promote.ts';
import { readLedger } from '../../src/actions/read/ledger.ts';
import { readConfig, requireEnvironment } from '../../src/actions/read/read-state.ts';
import { rollback } from '../../src/actions/rollback.ts';
import { readStatus } from '../../src/actions/status.ts';
import { fetchOwnBranches } from '../../src/git/branches.ts';
import { fetchRemote, headOfMain, openRepository } from '../../src/git/repository.ts';
import { commitTree, folderTree } from '../../src/git/tree.ts';
import type { BitiqError } from '../../src/model/errors.ts';
import { actorAt, root, tagOf, temporaryFolder } from '../kit/gitops-repository.ts';
import { mainFile } from '../kit/loop-process.ts';
import { helm, openWorkshop, remoteUrl } from './kit.ts';

type Workshop = Awaited<ReturnType<typeof openWorkshop>>;

const notes = (proposed: Awaited<ReturnType<Workshop['propose']>>) =>
  proposed.applied.prepared.plan.notes.join('\n');

async function read({ repository }: Workshop) {
  await Promise.all([fetchRemote(repository), fetchOwnBranches(repository)]);
  const head = await headOfMain(repository);
  return { head, config: await readConfig(commitTree(repository, head)) };
}

async function statusOfProd(at: Workshop) {
  const { head, config } = await read(at);
  const status = await readStatus(at.repository, head, config, { now: new Date(), branches: [] });
  return status.find((each) => each.environment === 'prod')!;
}

async function findings(at: Workshop) {
  await read(at);
  at.fixture.git('fetch', '--quiet', '--tags', 'origin');
  at.fixture.git('checkout', '--quiet', '-B', 'main', 'origin/main');
  const found = await check(folderTree(at.fixture.checkout), {
    helm,
    repository: at.repository,
    now: new Date(),
  });
  return found.filter(({ code, severity }) => severity === 'error' && code !== 'generated-stale');
}

describe('promotion by pull request', () => {
  it('pushes tag and branch and opens one pull request; merged, the environment runs it', async () => {
    const at = await openWorkshop();
    at.server.state.labels = ['promotion', 'prod', 'bug'];
    const before = at.fixture.remoteGit('rev-parse', 'main');
    const first = await at.propose({ actor: actorAt(1, 'because of @all, see #1') });
    expect(first.pullRequest).toMatchObject({ state: 'opened', number: 1, notes: [] });
    expect(at.fixture.remoteGit('rev-parse', 'main')).toBe(before);
    expect([at.pointer(), at.pointer('bitiq/prod'), at.tags()]).toEqual(['prod/0', 'prod/1', ['prod/1']]);
    expect(at.fixture.remoteGit('rev-parse', 'bitiq/prod^')).toBe(before);
    const [pull] = at.server.state.pulls;
    expect(pull).toMatchObject({
      title: expect.stringMatching(/^prod: promote dev@\w{7} as prod\/1$/),
      head: { ref: 'bitiq/prod' },
    });
    expect(pull.labels.map(({ name }: { name: string }) => name)).toEqual(['promotion', 'prod']);
    expect(pull.body).toContain('Merging this moves **prod** from `prod/0` to `prod/1`');
    expect(pull.body).toContain('- reason: because of @\u200Ball, see #\u200B1');
    expect(pull.body).toContain(`| toy-web | – | \`${tagOf(1)}\` | **added** |`);
    expect(pull.body).not.toContain('ada@example.com');
    expect((await statusOfProd(at)).release).toBe('prod/0');
    expect(await findings(at)).toEqual([]);

    at.merge();
    expect((await statusOfProd(at)).release).toBe('prod/1');
    const { head, config } = await read(at);
    const environment = requireEnvironment(config, 'prod');
    expect(await readLedger(at.repository, { head, environment, limit: 5 })).toMatchObject([
      { release: 'prod/1', action: 'promote', by: 'Ada <ada@example.com>' },
    ]);
    expect(await findings(at)).toEqual([]);
    const again = await at.propose();
    expect(again.pullRequest).toBeUndefined();
    expect(notes(again)).toBe('prod has exactly this already, as prod/1.');
  });

  it('says so when it is run again with nothing new, and mends what somebody changed', async () => {
    const at = await openWorkshop();
    await at.propose();
    const tip = at.fixture.remoteGit('rev-parse', 'bitiq/prod');
    const again = await at.propose();
    expect(again.pullRequest).toMatchObject({ state: 'unchanged', number: 1 });
    expect(again.applied.proposed).toBeUndefined();
    expect(notes(again)).toBe('prod/1 is exactly this, and proposed already on bitiq/prod.');
    expect([at.fixture.remoteGit('rev-parse', 'bitiq/prod'), at.tags()]).toEqual([tip, ['prod/1']]);
    at.server.state.pulls[0].title = 'mine';
    expect((await at.propose()).pullRequest).toMatchObject({ state: 'updated', number: 1 });
    expect(at.server.state.pulls).toHaveLength(1);
  });

  it('replaces an older proposal in the same pull request, and says what', async () => {
    const at = await openWorkshop();
    await at.promote();
    await at.set(2);
    await at.propose();
    await at.set(3);
    const policy = 'policies/restricted-pods/policy.yaml';
    const values = 'helm/bitiq/values-prod.yaml';
    const three = at.fixture.remoteGit('show', `main:${values}`).replace('replicas: 2', 'replicas: 3');
    at.fixture.commit({
      [values]: `${three}\n`,
      [policy]: readFileSync(join(root, policy), 'utf8'),
    });
    const newer = await at.propose();
    expect(newer.pullRequest).toMatchObject({ state: 'updated', number: 1 });
    expect(newer.applied.prepared.plan).toMatchObject({ from: 'prod/1', to: 'prod/3' });
    expect(notes(newer)).toContain('It replaces prod/2, which was proposed and never ran; that tag stays.');
    expect(at.tags()).toEqual(['prod/1', 'prod/2', 'prod/3']);
    expect(at.server.state.pulls[0]).toMatchObject({ number: 1, title: expect.stringContaining('prod/3') });
    const { body } = at.server.state.pulls[0];
    expect(body).toContain('from `prod/1` to `prod/3`');
    expect(body).toContain(`- modified: \`${values}\``);
    expect(body).toContain('Policies: 0 new, 0 fixed, 0 the same, 2 fail on neither side.');
    expect(body).toContain('`spec.replicas`: `2` → `3`');
    expect(at.fixture.remoteGit('rev-list', '--count', 'main..bitiq/prod')).toBe('1');
    expect(await findings(at)).toEqual([]);
  });

  it('makes the branch anew for the same release when main has changed what it changes', async () => {
    const at = await openWorkshop();
    await at.set(2);
    await at.propose();
    await at.set(2, ['toy-web']);
    // dev moved and came back, so that the release would be the same and main is another one.
    await at.set(1, ['toy-web']);
    expect((await at.propose()).applied.proposed).toBeUndefined();
    const path = 'helm/bitiq/values-prod.yaml';
    at.fixture.commit({ [path]: `${at.fixture.remoteGit('show', `main:${path}`)}\n# a comment\n` });
    const again = await at.propose();
    expect(again.applied.proposed).toBeDefined();
    expect(notes(again)).toContain('prod/1 is exactly this; only its branch is made again');
    expect(at.tags()).toEqual(['prod/1']);
    expect(at.fixture.remoteGit('show', `bitiq/prod:${path}`)).toContain('# a comment');
    // Somebody writes on main what the branch says: the branch would change it beside.
    at.fixture.commit({
      [path]: `${at.fixture.remoteGit('show', `main:${path}`).replace(tagOf(1), tagOf(2))}\n`,
    });
    expect((await at.propose()).applied.proposed).toBeDefined();
    expect(at.fixture.remoteGit('rev-list', '--count', 'main..bitiq/prod')).toBe('1');
  });

  it.each(['merge', 'squash'] as const)(
    'opens a new one after a %s, and after one was closed',
    async (how) => {
      const at = await openWorkshop();
      await at.propose();
      at.merge(how);
      expect(await statusOfProd(at)).toMatchObject({ release: 'prod/1', proposed: undefined });
      await at.set(2);
      expect((await at.propose()).pullRequest).toMatchObject({ state: 'opened', number: 2 });
      at.server.state.pulls[1].state = 'closed';
      const again = await at.propose();
      expect(again.pullRequest).toMatchObject({ state: 'opened', number: 3 });
      expect(again.applied.prepared.plan.to).toBe('prod/2');
      at.server.state.pulls[2].state = 'closed';
      at.fixture.remoteGit('branch', '--quiet', '-D', 'bitiq/prod');
      expect((await statusOfProd(at)).proposed).toBeUndefined();
      expect((await at.propose()).applied.prepared.plan.to).toBe('prod/3');
    },
  );

  it('numbers no release that is proposed, and keeps what is proposed apart from what runs', async () => {
    const at = await openWorkshop();
    await at.promote();
    await at.set(2);
    await at.propose();
    expect(await statusOfProd(at)).toMatchObject({
      release: 'prod/1',
      proposed: { release: 'prod/2', branch: 'bitiq/prod' },
    });
    const { head, config } = await read(at);
    const why = {
      head,
      config,
      environment: 'prod',
      service: 'toy-service',
      images: undefined,
      now: new Date(),
    };
    expect((await explain(at.repository, why)).stopped).toMatchObject({
      why: 'proposed',
      message: 'prod/2 has it, and the branch bitiq/prod proposes that release.',
    });
    const refused = rollback(at.repository, { environment: 'prod', to: '2', actor: actorAt(50) });
    await expect(refused).rejects.toMatchObject({
      code: 'action-denied',
      message: expect.stringContaining('prod/2 is only proposed and never ran'),
    });
    await at.set(3);
    const direct = await at.promote();
    expect(direct.prepared.plan.to).toBe('prod/3');
    const left = await at.propose();
    expect(notes(left)).toContain('prod/2 is still proposed on bitiq/prod; close its pull request');
    const shown = execFileSync(process.execPath, [mainFile, 'status'], {
      cwd: at.fixture.checkout,
      encoding: 'utf8',
    });
    expect(shown).toContain(
      'prod/2 is proposed on bitiq/prod by Ada <ada@example.com>, when prod ran prod/1: `bitiq promote prod --pr` brings it up to date',
    );
  });

  it('throws no commit of a person on its branch away', async () => {
    const at = await openWorkshop();
    await at.propose();
    at.fixture.git('fetch', '--quiet', 'origin');
    at.fixture.git('checkout', '--quiet', '-B', 'mine', 'origin/bitiq/prod');
    at.fixture.git('commit', '--quiet', '--allow-empty', '--message', 'A fix of mine');
    at.fixture.git('push', '--quiet', 'origin', 'mine:bitiq/prod');
    await at.set(2);
    await expect(at.propose()).rejects.toMatchObject({
      code: 'proposal-conflict',
      message: expect.stringContaining('A fix of mine'),
      state: 'Nothing was changed.',
    });
    expect(at.tags()).toEqual(['prod/1']);
  });

  it('needs no checkout: the address is enough', async () => {
    const at = await openWorkshop();
    const elsewhere = await openRepository(remoteUrl, { cacheDirectory: temporaryFolder() });
    const options = { to: 'prod', helm, pullRequest: { github: at.github, helm } };
    for (const state of ['opened', 'unchanged']) {
      const actor = actorAt(state === 'opened' ? 1 : 2);
      const { pullRequest } = await promote(elsewhere, { ...options, actor });
      expect(pullRequest).toMatchObject({ state, number: 1 });
    }
    expect([at.tags(), at.pointer('bitiq/prod')]).toEqual([['prod/1'], 'prod/1']);
    at.merge();
    const done = await promote(elsewhere, { ...options, actor: actorAt(3) });
    expect(done.prepared.plan.notes.join('\n')).toBe('prod has exactly this already, as prod/1.');
  });

  it('plans without a token and without a write', async () => {
    const at = await openWorkshop();
    const { applied, pullRequest } = await at.propose({ dryRun: true, github: undefined });
    expect(pullRequest).toBeUndefined();
    expect(applied.prepared.plan).toMatchObject({
      tag: { name: 'prod/1' },
      proposal: { branch: 'bitiq/prod', tip: undefined, replaces: undefined },
      commits: [{ on: 'release' }, { on: 'branch' }],
    });
    expect([at.tags(), at.server.requests]).toEqual([[], []]);
  });
});

describe('when GitHub fails', () => {
  it('writes nothing with a token that is not good, and says what is done when it fails later', async () => {
    const at = await openWorkshop();
    at.server.faults.push({ match: /^GET/, answer: { status: 401, body: { message: 'Bad credentials' } } });
    await expect(at.propose()).rejects.toMatchObject({
      code: 'github-denied',
      state: 'Nothing was changed.',
    });
    expect(at.tags()).toEqual([]);
    const body = { message: 'Resource not accessible by integration' };
    at.server.faults.push({ match: /^POST/, answer: { status: 403, body } });
    const error = await at.propose().catch((thrown: unknown) => thrown as BitiqError);
    expect(error).toMatchObject({
      code: 'github-denied',
      state:
        'prod/1 is tagged and is on the branch bitiq/prod; its pull request is not up to date. The main branch was not changed. The same command goes on from here.',
    });
    expect(at.tags()).toEqual(['prod/1']);
    expect((await at.propose()).pullRequest).toMatchObject({ state: 'opened', number: 1 });
    expect(at.tags()).toEqual(['prod/1']);
  });

  it('opens one pull request when the answer is lost, and two run at once', async () => {
    const at = await openWorkshop();
    at.server.faults.push({ match: /^POST .*pulls$/, answer: 'lose' });
    expect((await at.propose()).pullRequest).toMatchObject({ number: 1 });
    expect(at.server.state.pulls).toHaveLength(1);
    await at.set(2);
    const both = await Promise.all([at.propose(), at.propose()]);
    expect(new Set(both.map(({ applied }) => applied.prepared.plan.to))).toEqual(new Set(['prod/2']));
    expect([at.server.state.pulls.length, at.tags()]).toEqual([1, ['prod/1', 'prod/2']]);
  });

  it('goes on with a label that cannot be set', async () => {
    const at = await openWorkshop();
    at.server.state.labels = ['bitiq'];
    at.server.faults.push({ match: /^POST .*labels$/, answer: { status: 403, body: { message: 'No' } } });
    const { pullRequest } = await at.propose();
    expect(pullRequest).toMatchObject({
      state: 'opened',
      notes: [expect.stringContaining('It has no labels')],
    });
  });

  it('is taken up again after a kill between the push and the pull request', async () => {
    const at = await openWorkshop();
    const command = () => {
      const child = spawn(
        process.execPath,
        [mainFile, 'promote', 'dev', 'prod', '--pr', '--no-image-check'],
        {
          cwd: at.fixture.checkout,
          env: { ...process.env, ...at.server.env },
          stdio: ['ignore', 'pipe', 'pipe'],
        },
      );
      let said = '';
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (text: string) => (said += text));
      return { child, ended: once(child, 'close').then(() => said) };
    };
    const first = command();
    at.server.faults.push({ match: /^POST .*pulls$/, answer: () => void first.child.kill('SIGKILL') });
    await first.ended;
    expect([at.tags(), at.pointer('bitiq/prod'), at.server.state.pulls]).toEqual([['prod/1'], 'prod/1', []]);
    const said = await command().ended;
    expect(said).toContain('prod/1 is exactly this, and proposed already on bitiq/prod.');
    expect(said).toContain('Opened https://github.com/acme/gitops/pull/1');
    expect([at.tags(), at.server.state.pulls.length]).toEqual([['prod/1'], 1]);
  });
});
