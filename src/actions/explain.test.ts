import { describe, expect, it } from 'vitest';
import { actorAt, gitOpsRepository, tagOf } from '../../test/kit/gitops-repository.ts';
import { imagesOf } from '../../test/kit/image-store.ts';
import { headOfMain, openRepository } from '../git/repository.ts';
import { commitTree } from '../git/tree.ts';
import { explain } from './explain.ts';
import { freeze } from './freeze.ts';
import { hold } from './hold.ts';
import { unhold } from './unhold.ts';
import type { ImageSource } from './read/image-source.ts';
import { promote } from './promote.ts';
import { readConfig } from './read/read-state.ts';
import { rollback } from './rollback.ts';
import { setTags } from './set.ts';

const helm = process.env['BITIQ_HELM']!;

async function open() {
  const fixture = gitOpsRepository();
  const repository = await openRepository(fixture.remote);
  let clock = 0;
  const actor = (reason?: string) => actorAt(++clock, reason);
  return {
    fixture,
    repository,
    actor,
    set: (commits: number, reason?: string) =>
      setTags(repository, {
        environment: 'dev',
        tags: new Map([['toy-web', tagOf(commits)]]),
        actor: actor(reason),
        helm,
        force: true,
      }),
    promote: () => promote(repository, { to: 'prod', actor: actor(), helm }),
    hold: (environment: string) =>
      hold(repository, { environment, services: ['toy-web'], actor: actor('r') }),
    unhold: (environment: string) =>
      unhold(repository, { environment, services: ['toy-web'], actor: actor() }),
    freeze: (environment: string) => freeze(repository, { environment, actor: actor('the sale') }),
    explain: async (environment: string, tags: readonly string[], images?: ImageSource) => {
      const head = await headOfMain(repository);
      const config = await readConfig(commitTree(repository, head));
      const source = images ?? imagesOf({ 'toy-web': tags as never });
      const now = new Date('2026-01-02T00:00:00Z');
      return explain(repository, { head, config, environment, service: 'toy-web', images: source, now });
    },
  };
}

describe('explain', () => {
  it('traces a version from its commit to where it is written, and who set it', async () => {
    const at = await open();
    const { head } = await at.set(2, 'a better page');
    await setTags(at.repository, {
      environment: 'dev',
      tags: new Map([['toy-service', tagOf(9)]]),
      actor: at.actor(),
      helm,
    });
    const found = await at.explain('dev', [tagOf(2)]);
    expect(found).toMatchObject({
      tag: tagOf(2),
      source: { sha: 'abc0002', url: 'https://github.com/bitiq-io/toy-web/commit/abc0002' },
      image: `ghcr.io/bitiq-io/toy-web:${tagOf(2)}`,
      rule: expect.stringContaining('takes the greatest tag of the image') as string,
      setBy: { commit: head, action: 'set', by: 'Ada <ada@example.com>', reason: 'a better page' },
      release: `dev@${at.fixture.remoteGit('rev-parse', 'main').slice(0, 7)}`,
      writtenAt: { file: 'helm/bitiq/values-dev.yaml', line: 14, value: `tag: ${tagOf(2)}` },
      newer: undefined,
      stopped: undefined,
      notes: [],
    });
    await at.promote();
    expect(await at.explain('prod', [])).toMatchObject({
      rule: 'prod is pinned: only releases move it, promoted from dev',
      setBy: { release: 'prod/1', action: 'promote' },
      writtenAt: { file: 'environments/prod/application.yaml', value: 'targetRevision: refs/tags/prod/1' },
    });
  });

  it('names the first thing on the way that stopped a newer version', async () => {
    const at = await open();
    const stopOf = async (environment: string, ...tags: string[]) => {
      const { stopped, newer } = await at.explain(environment, tags);
      return stopped && `${newer?.tag} ${stopped.why} at ${stopped.environment}`;
    };
    expect(await stopOf('prod')).toBe(`${tagOf(1)} not-promoted at prod`);
    await at.promote();
    expect(await stopOf('prod')).toBeUndefined();
    expect(await stopOf('prod', tagOf(2))).toBe(`${tagOf(2)} not-written at dev`);
    await at.hold('dev');
    expect(await stopOf('prod', tagOf(2))).toBe(`${tagOf(2)} held at dev`);
    await at.unhold('dev');
    await at.set(2);
    expect(await stopOf('dev', tagOf(2))).toBeUndefined();
    expect(await stopOf('prod', tagOf(2))).toBe(`${tagOf(2)} not-promoted at prod`);
    await at.promote();
    await rollback(at.repository, { environment: 'prod', actor: at.actor() });
    expect(await stopOf('prod')).toBe(`${tagOf(2)} taken-back at prod`);
    await at.hold('prod');
    expect(await stopOf('prod')).toBe(`${tagOf(2)} held at prod`);
    await at.unhold('prod');
    await at.freeze('prod');
    expect(await stopOf('prod')).toBe(`${tagOf(2)} frozen at prod`);
    await at.set(1);
    expect(await stopOf('dev', tagOf(2))).toBe(`${tagOf(2)} flap at dev`);
    const values = at.fixture.remoteGit('show', 'main:helm/bitiq/values-dev.yaml');
    at.fixture.commit({ 'helm/bitiq/values-dev.yaml': values.slice(0, values.indexOf('  - name: toy-web')) });
    expect(await stopOf('dev', tagOf(2))).toBe(`${tagOf(2)} not-in-values at dev`);
  });

  it('names the rule and the image that refuse the newest, unless an older one is free to come', async () => {
    const at = await open();
    const image = '    image: ghcr.io/bitiq-io/toy-web\n';
    const config = at.fixture.read('bitiq.yaml').replace(image, `${image}    update: { range: ~0.1 }\n`);
    at.fixture.commit({ 'bitiq.yaml': config });
    const other = tagOf(1, 'v0.2.0');
    const ruled = await at.explain('dev', [other]);
    expect(ruled.stopped).toMatchObject({ why: 'rule', message: expect.stringContaining('~0.1') as string });
    expect((await at.explain('dev', [other, tagOf(2)])).stopped?.why).toBe('not-written');
    const images: ImageSource = {
      tagsOf: async () => [tagOf(2), tagOf(3)],
      inspect: async (_, tag) => [{ platform: 'linux/amd64', revision: tag === tagOf(3) ? 'f' : 'abc0002' }],
    };
    const faulty = await at.explain('dev', [], images);
    expect(faulty).toMatchObject({
      newer: { tag: tagOf(2) },
      notes: [expect.stringContaining(tagOf(3)) as string],
    });
    const onlyFaulty = await at.explain('dev', [], { ...images, tagsOf: async () => [tagOf(3)] });
    expect(onlyFaulty).toMatchObject({ newer: { tag: tagOf(3) }, stopped: { why: 'image' }, notes: [] });
  });

  it('lets no tag that the rule refuses hide what waits to be promoted', async () => {
    const at = await open();
    const image = '    image: ghcr.io/bitiq-io/toy-web\n';
    const config = at.fixture.read('bitiq.yaml').replace(image, `${image}    update: { range: ~0.1 }\n`);
    at.fixture.commit({ 'bitiq.yaml': config });
    await at.promote();
    await at.set(2);
    const other = tagOf(1, 'v0.2.0');
    const waiting = await at.explain('prod', [other]);
    expect(waiting).toMatchObject({
      newer: { tag: tagOf(2), where: 'dev has it' },
      stopped: { why: 'not-promoted', environment: 'prod' },
      notes: [expect.stringMatching(new RegExp(`^${other} is newer, and the rule of toy-web`)) as string],
    });
    await at.promote();
    expect(await at.explain('prod', [other])).toMatchObject({
      newer: { tag: other },
      stopped: { why: 'rule', environment: 'dev' },
      notes: [],
    });
  });

  it('says what could not be looked up, and goes on', async () => {
    const at = await open();
    await at.promote();
    await at.set(2);
    const away: ImageSource = {
      tagsOf: () => Promise.reject(new Error('no way there')),
      inspect: async () => undefined,
    };
    const found = await at.explain('prod', [], away);
    expect(found.stopped?.why).toBe('not-promoted');
    expect(found.notes).toEqual([
      'The tags of ghcr.io/bitiq-io/toy-web could not be looked up: no way there',
    ]);
  });
});
