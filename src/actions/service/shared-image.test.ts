import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  actorAt,
  addPipelines,
  gitOpsRepository,
  tagOf,
  temporaryFolder,
} from '../../../test/kit/gitops-repository.ts';
import { storeImage } from '../../../test/kit/image-store.ts';
import { openRepository } from '../../git/repository.ts';
import { folderTree } from '../../git/tree.ts';
import { builderOf, builtServices } from '../../model/built-services.ts';
import type { FileChange } from '../../model/file-change.ts';
import { addService, type AddOptions, type GivenService } from './add.ts';
import { check } from '../check.ts';
import { storedImages } from '../read/image-source.ts';
import { promote } from '../promote.ts';
import { removeService } from './remove.ts';
import { updateEnvironment } from '../update.ts';
import { writeFiles } from '../plan/write-files.ts';

const helm = process.env['BITIQ_HELM']!;
const image = 'ghcr.io/bitiq-io/toy-web';
const worker = { name: 'worker', repository: 'https://github.com/bitiq-io/toy-web.git', image };

function open() {
  const fixture = gitOpsRepository();
  addPipelines(fixture);
  const tree = folderTree(fixture.checkout);
  const write = (changes: readonly FileChange[]) =>
    writeFiles(fixture.checkout, new Map(changes.map(({ path, after }) => [path, after])));
  return {
    fixture,
    add: async (service: GivenService, options: Partial<AddOptions> = {}) => {
      await write(await addService(tree, service, { now: new Date(), ...options }));
      fixture.git('add', '--all');
      fixture.git('commit', '--quiet', '--message', `Add ${service.name}`);
      fixture.git('push', '--quiet');
    },
    remove: async (service: string) => write((await removeService(tree, service)).changes),
    findings: async () => {
      const found = await check(tree, { helm, repository: undefined, now: new Date() });
      return found.flatMap(({ code, message }) => (/^(config|values|render)/.test(code) ? message : []));
    },
    trigger: (service: string) =>
      existsSync(join(fixture.checkout, 'pipelines/triggers/services', `${service}.yaml`)),
  };
}

describe('two services of one image', () => {
  it('are added, accepted, built once, updated in one commit and promoted together', async () => {
    const at = open();
    await at.add(worker);
    expect(await at.findings()).toEqual([]);
    expect([at.trigger('toy-web'), at.trigger('worker')]).toEqual([true, false]);

    const store = join(temporaryFolder(), 'images');
    await storeImage(store, image, tagOf(4));
    const repository = await openRepository(at.fixture.remote);
    const options = { environment: 'dev', images: storedImages(store), helm, actor: actorAt(1) };
    const { applied } = await updateEnvironment(repository, options);
    expect(applied.prepared.plan.commits).toHaveLength(1);
    expect(applied.prepared.plan.changes).toMatchObject([
      { service: 'toy-web', to: tagOf(4) },
      { service: 'worker', to: tagOf(4) },
    ]);
    const { prepared } = await promote(repository, { from: 'dev', to: 'prod', helm, actor: actorAt(2) });
    expect(prepared.plan.changes.filter(({ to }) => to === tagOf(4))).toHaveLength(2);
  });

  it('are built by the one that stays when the other goes', async () => {
    const at = open();
    await at.add(worker);
    await at.remove('toy-web');
    expect([at.trigger('toy-web'), at.trigger('worker')]).toEqual([false, true]);
    expect(await at.findings()).toEqual([]);
  });

  it.each([
    { ...worker, repository: 'https://github.com/acme/worker' },
    { ...worker, image: 'ghcr.io/bitiq-io/worker' },
  ])('need one repository and one image: %j', async (service) => {
    await expect(open().add(service)).rejects.toMatchObject({ code: 'usage' });
  });

  it('are not for the Image Updater, which tells services apart by their images', async () => {
    const at = open();
    await at.add(worker);
    const config = at.fixture.read('bitiq.yaml');
    const writer = config.replace('follows: main', 'follows: main\n    writeBack: image-updater');
    at.fixture.commit({ 'bitiq.yaml': writer });
    expect(await at.findings()).toEqual([
      expect.stringContaining('the Image Updater of dev tells services apart'),
    ]);
    at.fixture.commit({ 'bitiq.yaml': writer.replace(/ {2}- name: worker\n.*\n.*\n/, '') });
    await expect(at.add({ ...worker, name: 'other' })).rejects.toMatchObject({ code: 'usage' });
  });
});

it('builds the first service of an image, from the example that any of them has', () => {
  const services = [
    { name: 'a', repository: 'r', image: 'i' },
    { name: 'b', repository: 'r', image: 'i', example: 'x' },
    { name: 'c', repository: 's', image: 'j' },
  ];
  expect(builtServices(services)).toEqual([{ ...services[0]!, example: 'x' }, services[2]]);
  expect(['a', 'b', 'c', 'd'].map((name) => builderOf(services, name))).toEqual(['a', 'a', 'c', 'd']);
});
