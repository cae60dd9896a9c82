import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  actorAt,
  gitOpsRepository,
  tagOf,
  temporaryFolder,
  type GitOpsFixture,
} from '../../../test/kit/gitops-repository.ts';
import { storeImage } from '../../../test/kit/image-store.ts';
import { openRepository } from '../../git/repository.ts';
import { commitTree } from '../../git/tree.ts';
import { check } from '../check.ts';
import { promote } from '../promote.ts';
import { readRecords } from '../read/read-records.ts';
import { recordHealth } from './record-health.ts';
import { imageCheck } from './require-images.ts';
import { rollback } from '../rollback.ts';
import { setTags } from '../set.ts';

const helm = process.env['BITIQ_HELM']!;
let clock = 0;

async function start() {
  const fixture = gitOpsRepository();
  const repository = await openRepository(fixture.remote);
  const store = join(temporaryFolder(), 'images');
  const images = imageCheck(store);
  const build = (service: string, tag: string, architecture = 'amd64') =>
    storeImage(store, `ghcr.io/bitiq-io/${service}`, tag, { architecture });
  const digestOf = (service: string, tag: string) => images.lookUp(`ghcr.io/bitiq-io/${service}:${tag}`);
  for (const service of ['toy-service', 'toy-web']) await build(service, tagOf(1));
  const act = { actor: actorAt(), helm };
  return {
    ...{ fixture, repository, store, images, build, digestOf },
    promote: (options: Partial<Parameters<typeof promote>[1]> = {}) =>
      promote(repository, { ...act, actor: actorAt(++clock), from: 'dev', to: 'prod', images, ...options }),
    set: (environment: string, tags: Record<string, string>, checked = true) =>
      setTags(repository, {
        ...{ helm, environment, tags: new Map(Object.entries(tags)), actor: actorAt(++clock) },
        images: checked ? images : undefined,
      }),
    recordOf: async (release: string) => (await readRecords(repository, 'prod', [release])).get(release),
  };
}

function valuesOf(fixture: GitOpsFixture, revision: string): string {
  return fixture.remoteGit('show', `${revision}:helm/bitiq/values-prod.yaml`);
}

describe('a release', () => {
  it('names the digest of every image in its record, in its values below the tag, and on main', async () => {
    const { fixture, promote: go, recordOf, digestOf, build, set } = await start();
    const before = fixture.read('helm/bitiq/values-prod.yaml');
    const { prepared } = await go();
    const digests = new Map([
      ['toy-service', await digestOf('toy-service', tagOf(1))],
      ['toy-web', await digestOf('toy-web', tagOf(1))],
    ]);
    expect((await recordOf('prod/1'))?.digests).toEqual(digests);
    const expected = before.replaceAll(
      /( +)repository: ghcr\.io\/bitiq-io\/(.*)\n +tag: .*\n/g,
      (entry, indent: string, service: string) => `${entry}${indent}digest: ${digests.get(service)!}\n`,
    );
    expect(valuesOf(fixture, 'prod/1')).toBe(expected.trimEnd());
    expect(valuesOf(fixture, 'main')).toBe(expected.trimEnd());
    expect(prepared.rendering?.manifests).toContain(
      `image: "ghcr.io/bitiq-io/toy-web:${tagOf(1)}@${digests.get('toy-web')!}"`,
    );
    // The next release replaces one digest, and adds no line.
    await build('toy-web', tagOf(2));
    await set('dev', { 'toy-web': tagOf(2) });
    await go();
    expect(
      fixture.remoteGit('diff', '--numstat', 'prod/1', 'prod/2', '--', 'helm/bitiq/values-prod.yaml'),
    ).toMatch(/^2\t2\t/);
    await expect(go()).resolves.toMatchObject({ prepared: { plan: { commits: [] } } });
  });

  it('without a look-up has only digests that were recorded before, and says that images were skipped', async () => {
    const { fixture, promote: go, recordOf, set, digestOf } = await start();
    await go();
    await set('dev', { 'toy-web': tagOf(2) }, false);
    await go({ images: undefined });
    const record = await recordOf('prod/2');
    expect(record?.digests).toEqual(new Map([['toy-service', await digestOf('toy-service', tagOf(1))]]));
    expect(record?.skipped).toEqual([
      { check: 'images', by: 'Ada <ada@example.com>', why: '--no-image-check' },
    ]);
    expect(record?.checks).not.toContain('images');
    expect(valuesOf(fixture, 'prod/2').match(/digest:/g)).toHaveLength(1);
  });

  it('gets the digests that a release of the same versions lacks, once', async () => {
    const { promote: go, recordOf, digestOf } = await start();
    await go({ images: undefined });
    await expect(go({ images: undefined })).resolves.toMatchObject({ prepared: { plan: { commits: [] } } });
    const { plan } = (await go()).prepared;
    expect(plan).toMatchObject({ to: 'prod/2', changes: [] });
    expect(plan.notes.join('\n')).toContain(
      'No version changes. prod/1 has no digest of toy-service, toy-web; this release has one.',
    );
    expect((await recordOf('prod/2'))?.digests?.get('toy-web')).toBe(await digestOf('toy-web', tagOf(1)));
    await expect(go()).resolves.toMatchObject({ prepared: { plan: { commits: [] } } });
  });

  it('looks the image of the values up for a service that bitiq.yaml does not name', async () => {
    const { fixture, promote: go, recordOf, digestOf } = await start();
    const config = fixture.read('bitiq.yaml');
    const entry = /  - name: toy-web\n.*\n.*\n/.exec(config)![0];
    fixture.commit({ 'bitiq.yaml': config.replace(entry, '') });
    await go();
    expect((await recordOf('prod/1'))?.digests?.get('toy-web')).toBe(await digestOf('toy-web', tagOf(1)));
    const other = fixture.read('helm/bitiq/values-dev.yaml').replaceAll('bitiq-io/toy-web', 'other/toy-web');
    const prod = fixture.remoteGit('show', 'main:helm/bitiq/values-prod.yaml');
    fixture.commit({
      'helm/bitiq/values-dev.yaml': other.replace(tagOf(1) + ' # its tag', tagOf(1)),
      'helm/bitiq/values-prod.yaml': `${prod.replaceAll('bitiq-io/toy-web', 'other/toy-web')}\n`,
    });
    await expect(go({ selection: { set: new Map([['toy-web', tagOf(2)]]) } as never })).rejects.toMatchObject(
      { code: 'image-missing', message: expect.stringContaining('ghcr.io/other/toy-web') as string },
    );
  });

  it('keeps the image that runs where its tag was moved, and says so', async () => {
    const { promote: go, recordOf, set, build, digestOf } = await start();
    await go();
    const ran = await digestOf('toy-service', tagOf(1));
    await build('toy-service', tagOf(1), 'arm64');
    const now = await digestOf('toy-service', tagOf(1));
    expect(now).not.toBe(ran);
    await build('toy-web', tagOf(2));
    await set('dev', { 'toy-web': tagOf(2) });
    const { prepared } = await go();
    expect((await recordOf('prod/2'))?.digests?.get('toy-service')).toBe(ran);
    expect(prepared.plan.notes.join('\n')).toContain(
      `its tag ${tagOf(1)} names ${now!} now, and prod/1 recorded the image`,
    );
  });

  it('is refused where a tag names another image than was seen healthy where it comes from', async () => {
    const { repository, promote: go, build, digestOf, set } = await start();
    await build('toy-web', tagOf(2));
    const applied = await set('dev', { 'toy-web': tagOf(2) });
    const healthy = new Map([['toy-web', tagOf(2)]]);
    const digests = new Map([['toy-web', (await digestOf('toy-web', tagOf(2)))!]]);
    const release = `dev@${applied.head.slice(0, 7)}`;
    await recordHealth(repository, {
      environment: 'dev',
      release,
      healthy,
      digests,
      actor: actorAt(++clock),
    });
    await build('toy-web', tagOf(2), 'arm64');
    await expect(go()).rejects.toMatchObject({
      code: 'image-moved',
      message: expect.stringContaining(digests.get('toy-web')!) as string,
    });
    // Without a look-up the image that was seen healthy is released, not whatever the tag names.
    const { prepared } = await go({ images: undefined });
    expect(prepared.rendering?.manifests).toContain(`:${tagOf(2)}@${digests.get('toy-web')!}`);
  });

  it('is refused where an image does not exist', async () => {
    const { promote: go, set } = await start();
    await set('dev', { 'toy-web': tagOf(7) }, false);
    await expect(go()).rejects.toMatchObject({ code: 'image-missing' });
  });
});

it('a rollback goes to the recorded images, whatever their tags name now', async () => {
  const { fixture, repository, promote: go, set, build, digestOf } = await start();
  await go();
  const ran = await digestOf('toy-web', tagOf(1));
  await build('toy-web', tagOf(2));
  await set('dev', { 'toy-web': tagOf(2) });
  await go();
  await build('toy-web', tagOf(1), 'arm64');
  await rollback(repository, { environment: 'prod', actor: actorAt(++clock) });
  expect(fixture.remoteGit('show', 'main:environments/prod/application.yaml')).toContain(
    'targetRevision: refs/tags/prod/1',
  );
  expect(valuesOf(fixture, 'prod/1')).toContain(`digest: ${ran!}`);
});

it('a tag that was moved after a rollback does not come back as another image', async () => {
  const { repository, promote: go, set, build } = await start();
  await go();
  await build('toy-web', tagOf(2));
  await set('dev', { 'toy-web': tagOf(2) });
  await go();
  await rollback(repository, { environment: 'prod', actor: actorAt(++clock) });
  await build('toy-web', tagOf(2), 'arm64');
  await expect(go({ force: true })).rejects.toMatchObject({ code: 'image-moved' });
});

it('a tag that a person moves by hand in a following environment leaves no digest of the old one', async () => {
  const { fixture, set, digestOf } = await start();
  const values = fixture.read('helm/bitiq/values-dev.yaml');
  const digest = (await digestOf('toy-web', tagOf(1)))!;
  fixture.commit({
    'helm/bitiq/values-dev.yaml': values.replace(
      /(toy-web\n +tag: .*\n)( +)/,
      `$1      digest: ${digest}\n$2`,
    ),
  });
  await set('dev', { 'toy-web': tagOf(2) }, false);
  expect(fixture.remoteGit('show', 'main:helm/bitiq/values-dev.yaml')).not.toContain('digest');
});

it('check reports a tag that was moved since it was released, or since it was seen healthy', async () => {
  const { fixture, repository, promote: go, build, digestOf, images } = await start();
  await go();
  const healthy = new Map([['toy-service', tagOf(1)]]);
  const digests = new Map([['toy-service', (await digestOf('toy-service', tagOf(1)))!]]);
  await recordHealth(repository, {
    environment: 'dev',
    release: 'dev',
    healthy,
    digests,
    actor: actorAt(++clock),
  });
  const tree = commitTree(repository, fixture.remoteGit('rev-parse', 'main'));
  const moved = async () =>
    (await check(tree, { helm: undefined, repository, lookUpDigest: images.lookUp, now: new Date() }))
      .filter(({ code }) => code.startsWith('image-'))
      .map(({ code, place }) => `${code} ${place.file}`);
  expect(await moved()).toEqual([]);
  for (const service of ['toy-service', 'toy-web']) await build(service, tagOf(1), 'arm64');
  expect(await moved()).toEqual([
    'image-moved helm/bitiq/values-dev.yaml',
    'image-moved refs/tags/prod/1',
    'image-moved refs/tags/prod/1',
  ]);
});
