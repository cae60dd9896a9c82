import { beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { actorAt, gitOpsRepository, tagOf, type GitOpsFixture } from '../../../test/kit/gitops-repository.ts';
import { imagesOf } from '../../../test/kit/image-store.ts';
import { folderTree } from '../../git/tree.ts';
import { openRepository } from '../../git/repository.ts';
import { checkImageUpdaters } from '../check/image-updater.ts';
import { checkGenerated, findStaleFiles } from '../generate.ts';
import { imageUpdaterFiles } from './image-updater.ts';
import { hold } from '../hold.ts';
import { unhold } from '../unhold.ts';
import { readConfig } from '../read/read-state.ts';
import { rollback } from '../rollback.ts';
import { setTags } from '../set.ts';
import { updateEnvironment } from '../update.ts';
import { writeFiles } from '../plan/write-files.ts';

const file = 'environments/dev/image-updater.yaml';
const helm = process.env['BITIQ_HELM']!;
let fixture: GitOpsFixture;

interface Image {
  readonly alias: string;
  readonly imageName: string;
  readonly commonUpdateSettings?: unknown;
  readonly manifestTargets: { readonly helm: { readonly name: string; readonly tag: string } };
}

beforeEach(async () => {
  fixture = gitOpsRepository();
  fixture.commit({
    'bitiq.yaml': fixture
      .read('bitiq.yaml')
      .replace('follows: main', 'follows: main\n    writeBack: image-updater'),
  });
  await generate();
  fixture.commit({});
});

describe('the generated ImageUpdater', () => {
  it('names every service by its place in the list, and the tags that may be chosen', () => {
    expect(images()).toEqual([
      {
        alias: 'toy-service',
        imageName: 'ghcr.io/bitiq-io/toy-service:>=0.0.0-0',
        manifestTargets: { helm: { name: 'services[0].image.repository', tag: 'services[0].image.tag' } },
      },
      {
        alias: 'toy-web',
        imageName: 'ghcr.io/bitiq-io/toy-web:>=0.0.0-0',
        manifestTargets: { helm: { name: 'services[1].image.repository', tag: 'services[1].image.tag' } },
      },
    ]);
    expect(parse(fixture.read(file))).toMatchObject({
      metadata: { name: 'bitiq-dev', namespace: 'argocd' },
      spec: {
        writeBackConfig: {
          method: 'git:secret:bitiq-git-credentials',
          gitConfig: { branch: 'main', writeBackTarget: 'helmvalues:/helm/bitiq/values-dev.yaml' },
        },
        commonUpdateSettings: { updateStrategy: 'semver' },
        applicationRefs: [{ namePattern: 'bitiq-dev' }],
      },
    });
    const { allowTags } = (
      parse(fixture.read(file)) as { spec: { commonUpdateSettings: { allowTags: string } } }
    ).spec.commonUpdateSettings;
    expect(tagOf(12)).toMatch(new RegExp(allowTags.replace('regexp:', '')));
    expect('v1.2.3').not.toMatch(new RegExp(allowTags.replace('regexp:', '')));
  });

  it('passes its check', async () => {
    expect(await findings()).toEqual([]);
  });

  it('takes only the versions that the rule of a service allows', async () => {
    const config = fixture
      .read('bitiq.yaml')
      .replace(/(image: \S+toy-web)/, '$1\n    update:\n      range: ~0.1');
    fixture.commit({ 'bitiq.yaml': config });
    expect((await findings()).map(({ code }) => code)).toEqual(['generated-stale', 'delivery-mismatch']);
    await generate();
    expect(images()[1]?.imageName).toBe('ghcr.io/bitiq-io/toy-web:>=0.1.0-0, <0.2.0-0');
    expect(await findings()).toEqual([]);
  });

  it('forces the update of a service that has no Pods', async () => {
    const values = fixture.read('helm/bitiq/values-dev.yaml');
    fixture.commit({ 'helm/bitiq/values-dev.yaml': values.replace('replicas: 1', 'replicas: 0') });
    await generate();
    expect(images().map((image) => image.commonUpdateSettings)).toEqual([
      { forceUpdate: true, updateStrategy: 'semver' },
      undefined,
    ]);
  });

  it('follows a hold, a new tag of what is held, and the end of the hold in the very commit of each', async () => {
    const repository = await openRepository(fixture.remote);
    const options = { environment: 'dev', services: ['toy-web'] };
    await hold(repository, { ...options, actor: actorAt(1, 'it breaks') });
    expect(changedFiles()).toEqual(['environments/dev/holds.yaml', file]);
    expect(images()[1]?.imageName).toBe(`ghcr.io/bitiq-io/toy-web:${tagOf(1)}`);

    await setTags(repository, {
      environment: 'dev',
      tags: new Map([['toy-service', tagOf(2)]]),
      actor: actorAt(2),
      helm,
    });
    expect(changedFiles()).toEqual(['helm/bitiq/Chart.yaml', 'helm/bitiq/values-dev.yaml']);
    expect(await findings()).toEqual([]);

    await rollback(repository, {
      environment: 'dev',
      actor: actorAt(3, 'it breaks, too'),
      helm: async () => helm,
    });
    expect(changedFiles()).toContain(file);
    expect(images()[0]?.imageName).toBe(`ghcr.io/bitiq-io/toy-service:${tagOf(1)}`);
    expect(await findings()).toEqual([]);

    await unhold(repository, { ...options, actor: actorAt(4, 'it is fixed') });
    expect(changedFiles()).toEqual(['environments/dev/holds.yaml', file]);
    expect(images()[1]?.imageName).toBe('ghcr.io/bitiq-io/toy-web:>=0.0.0-0');
    expect(await findings()).toEqual([]);
  });

  it('is none without services, as one must name an image', async () => {
    const values = fixture.read('helm/bitiq/values-dev.yaml');
    const path = 'helm/bitiq/values-dev.yaml';
    fixture.commit({ [path]: `${values.slice(0, values.indexOf('services:'))}services: []\n` });
    const tree = folderTree(fixture.checkout);
    expect([...(await imageUpdaterFiles(tree, await readConfig(tree)))]).toEqual([]);
  });

  it('goes when bitiq is the writer again', async () => {
    fixture.commit({ 'bitiq.yaml': fixture.read('bitiq.yaml').replace('image-updater', 'bitiq') });
    expect((await findings()).map(({ code, place }) => [code, place.file])).toEqual([
      ['generated-stale', file],
      ['delivery-mismatch', file],
    ]);
    await generate();
    expect(await findings()).toEqual([]);
  });
});

describe('bitiq', () => {
  it('leaves the tags to the Image Updater, and stands in for it only where it is told to', async () => {
    const repository = await openRepository(fixture.remote);
    const options = {
      environment: 'dev',
      images: imagesOf({ 'toy-web': tagOf(2) }),
      actor: actorAt(1),
      helm,
    };
    await expect(updateEnvironment(repository, options)).rejects.toMatchObject({ code: 'usage' });
    await updateEnvironment(repository, { ...options, standIn: true });
    expect(changedFiles()).toEqual(['helm/bitiq/Chart.yaml', 'helm/bitiq/values-dev.yaml']);
    expect(await findings()).toEqual([]);
  });
});

describe('check', () => {
  const valuesFile = 'helm/bitiq/values-dev.yaml';

  it.each([
    ['a service that moved in the list', valuesFile, swapServices, 4],
    [
      'a value in quotes',
      valuesFile,
      (text: string) => text.replace(`tag: ${tagOf(1)}`, `tag: "${tagOf(1)}"`),
      1,
    ],
    ['another image', file, (text: string) => text.replace('toy-web:>', 'toy-wep:>'), 1],
    ['a place past the end', file, (text: string) => text.replaceAll('services[1]', 'services[7]'), 2],
    [
      'a place by a dot',
      file,
      (text: string) => text.replace('services[0].image.tag', 'services.0.image.tag'),
      2,
    ],
    [
      'the name at another place',
      file,
      (text: string) => text.replace('name: services[0]', 'name: services[1]'),
      1,
    ],
    ['a constraint without a hold', file, (text: string) => text.replace('>=0.0.0-0', tagOf(1)), 1],
    ['another file', file, (text: string) => text.replace('values-dev.yaml\n', 'values-prod.yaml\n'), 1],
    ['another branch', file, (text: string) => text.replace('branch: main', 'branch: other'), 1],
    ['a write past Git', file, (text: string) => text.replace(/method: .*/, 'method: argocd'), 1],
    [
      'no Application',
      file,
      (text: string) => text.replace('namePattern: bitiq-dev', 'namePattern: shop'),
      1,
    ],
    ['a registry without a dot', file, (text: string) => text.replace('ghcr.io/', 'registry/'), 2],
  ])('sees %s', async (_, path, edit, count) => {
    const before = fixture.read(path);
    fixture.commit({ [path]: edit(before) });
    const found = await checkImageUpdaters(
      folderTree(fixture.checkout),
      await readConfig(folderTree(fixture.checkout)),
    );
    expect(found.map(({ code }) => code)).toEqual(Array(count).fill('delivery-mismatch'));
    for (const { place } of found) expect(place.line).toBeGreaterThan(1);
  });

  it.each([
    ['a pinned environment', 'namePattern: bitiq-dev', 'namePattern: bitiq-*', 'pinned'],
    [
      'a pinned one by a class of letters',
      'namePattern: bitiq-dev',
      "namePattern: 'bitiq-[^a-d]r?d'",
      'pinned',
    ],
    ['a pinned one by a letter', 'namePattern: bitiq-dev', String.raw`namePattern: 'bitiq-\prod'`, 'pinned'],
    [
      'a second one',
      '    - namePattern: bitiq-dev',
      '    - namePattern: bitiq-de?\n      images: []\n    - namePattern: bitiq-dev',
      'overwrite each other',
    ],
  ])('sees that two would write: %s', async (_, from, to, why) => {
    fixture.commit({ [file]: fixture.read(file).replace(from, to) });
    // A second one lacks the images, too, which is another finding.
    const found = (await findings()).filter(
      ({ code, message }) => code === 'delivery-mismatch' && !message.includes('leaves out'),
    );
    expect(found.map(({ message }) => message)).toEqual([expect.stringContaining(why) as string]);
  });

  it('sees the annotations of an older Image Updater', async () => {
    const path = 'environments/prod/application.yaml';
    const key = 'argocd-image-updater.argoproj.io/image-list';
    fixture.commit({ [path]: fixture.read(path).replace('annotations:', `annotations:\n    ${key}: a=b`) });
    expect((await findings()).map(({ code }) => code)).toEqual(['delivery-mismatch']);
  });
});

async function generate(): Promise<void> {
  const tree = folderTree(fixture.checkout);
  await writeFiles(fixture.checkout, await findStaleFiles(tree, await readConfig(tree)));
}

async function findings() {
  const tree = folderTree(fixture.checkout);
  const config = await readConfig(tree);
  return [...(await checkGenerated(tree, config)), ...(await checkImageUpdaters(tree, config))];
}

function images(): Image[] {
  const document = parse(fixture.read(file)) as { spec: { applicationRefs: { images: Image[] }[] } };
  return document.spec.applicationRefs[0]?.images ?? [];
}

function changedFiles(): string[] {
  fixture.git('pull', '--quiet', '--rebase');
  return fixture.git('show', '--name-only', '--format=', 'HEAD').split('\n');
}

/** The same two services in the other order. */
function swapServices(text: string): string {
  const [head = '', first = '', second = ''] = text.split(/(?=^ {2}- name)/m);
  return `${head}${second.trimEnd()}\n\n${first.trimEnd()}\n`;
}
