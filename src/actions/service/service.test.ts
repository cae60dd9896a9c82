import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import {
  addPipelines,
  gitOpsRepository,
  repositoryWithPolicies,
  type GitOpsFixture,
} from '../../../test/kit/gitops-repository.ts';
import { BitiqError } from '../../model/errors.ts';
import type { FileChange } from '../../model/file-change.ts';
import { folderTree, type Tree } from '../../git/tree.ts';
import { placeholderTag } from '../../model/tag.ts';
import { addService } from './add.ts';
import { checkGenerated, findStaleFiles } from '../generate.ts';
import { readConfig, readTreeCombination } from '../read/read-state.ts';
import { removeService } from './remove.ts';
import { writeFiles } from '../plan/write-files.ts';

const cart = { name: 'cart', repository: 'https://github.com/acme/cart', image: 'ghcr.io/acme/cart' };
const at = { now: new Date() };
let fixture: GitOpsFixture;
let tree: Tree;

beforeEach(async () => {
  fixture = gitOpsRepository();
  addPipelines(fixture);
  tree = folderTree(fixture.checkout);
  await writeFiles(fixture.checkout, await findStaleFiles(tree, await readConfig(tree)));
  fixture.git('add', '--all');
  fixture.git('commit', '--quiet', '--allow-empty', '--message', 'Generate');
});

describe('a new service', () => {
  it('stands in bitiq.yaml, in every environment, in appVersion and in the generated files', async () => {
    const changes = await addService(tree, cart, at);
    expect(changes.map(({ path }) => path)).toEqual(
      expect.arrayContaining([
        'bitiq.yaml',
        'helm/bitiq/values-dev.yaml',
        'helm/bitiq/values-prod.yaml',
        'helm/bitiq/Chart.yaml',
        'pipelines/triggers/services/cart.yaml',
      ]),
    );
    expect(fixture.git('status', '--porcelain')).toBe('');
    await apply(changes);
    const config = await readConfig(tree);
    expect(config.services.at(-1)).toEqual(cart);
    for (const environment of ['dev', 'prod']) {
      expect((await readTreeCombination(tree, environment)).get('cart')).toBe(placeholderTag);
    }
    expect(await checkGenerated(tree, config)).toEqual([]);
    expect(fixture.read('helm/bitiq/Chart.yaml')).toContain(
      `appVersion: "cart-${placeholderTag}_toy-service-`,
    );
  });

  it('stands on the page of the services where there is a reference', async () => {
    const page = 'docs/reference/services.md';
    fixture.commit({ [page]: '' });
    await apply(await addService(tree, { ...cart, repository: 'https://github.com/acme/cart(1)' }, at));
    expect(fixture.read(page)).toContain(
      '- **cart**: [source](https://github.com/acme/cart%281%29), image `ghcr.io/acme/cart`',
    );
    await apply((await removeService(tree, 'cart')).changes);
    expect(fixture.read(page)).toContain('**toy-web**');
    expect(fixture.read(page)).not.toContain('cart');
  });

  it('may be reached by ssh, and have an image of another name', async () => {
    const service = { ...cart, repository: 'git@github.com:acme/cart.git', image: 'ghcr.io/acme/shop/api' };
    await apply(await addService(tree, service, at));
    expect(fixture.read('helm/bitiq/values-dev.yaml')).toContain('nameOverride: true');
    await apply((await removeService(tree, 'cart')).changes);
    expect(fixture.git('status', '--porcelain')).toBe('');
  });

  it('is gone to the byte after it was removed', async () => {
    await apply(await addService(tree, cart, at));
    expect(fixture.git('status', '--porcelain')).not.toBe('');
    await apply((await removeService(tree, 'cart')).changes);
    expect(fixture.git('status', '--porcelain')).toBe('');
  });

  it('may have a name that YAML reads as a truth or as nothing, and is gone to the byte as well', async () => {
    fixture.commit({ 'bitiq.yaml': withImageUpdater(fixture.read('bitiq.yaml')) });
    await writeFiles(fixture.checkout, await findStaleFiles(tree, await readConfig(tree)));
    fixture.commit({});
    const names = ['y', 'on', 'null', 'e1'];
    for (const name of names) {
      await apply(
        await addService(tree, { name, repository: `https://x.org/a/${name}`, image: `x.org/${name}` }, at),
      );
      const trigger = read(`pipelines/triggers/services/${name}.yaml`);
      expect(trigger).toMatchObject({ metadata: { name }, spec: { bindings: [{}, { value: name }, {}] } });
    }
    expect(read('environments/dev/image-updater.yaml')).toMatchObject({
      spec: { applicationRefs: [{ images: [{}, {}, ...names.map((alias) => ({ alias }))] }] },
    });
    const compose = read('compose.yaml') as { services: object };
    expect(Object.keys(compose.services)).toEqual(['toy-service', 'toy-web', ...names]);
    for (const name of names) await apply((await removeService(tree, name)).changes);
    expect(fixture.git('status', '--porcelain')).toBe('');
  });

  it.each([
    ['usage', { ...cart, name: 'Cart' }],
    ['usage', { ...cart, name: 'toy-web' }],
    ['usage', { ...cart, repository: 'https://github.com/bitiq-io/toy-web.git' }],
    ['usage', { ...cart, example: 'examples/cart' }],
    ['usage', { ...cart, repository: 'no address' }],
    ['usage', { ...cart, repository: 'ext::sh -c id' }],
    ['usage', { ...cart, image: 'cart' }],
    ['usage', { ...cart, image: 'ghcr.io/Acme/cart' }],
  ] as const)('is refused as %s when it is %j', async (code, service) => {
    expect(await codeOf(addService(tree, service, at))).toBe(code);
  });

  it.each([
    ['ghcr.io/acme/cart:v1', 'a tag'],
    ['localhost:5000/acme/cart:v1', 'a tag'],
    [`ghcr.io/acme/cart@sha256:${'0'.repeat(64)}`, 'a digest'],
    ['ghcr.io/acme/cart:v1@sha256:0', 'a tag'],
  ])('must not have the image %s, and is told that it has %s', async (image, what) => {
    const error = await addService(tree, { ...cart, image }, at).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'usage', message: expect.stringContaining(`has ${what}.`) });
    expect((error as BitiqError).fix).toMatch(/Write --image \S+\/acme\/cart:/);
  });

  it('can have an image in a registry with a port', async () => {
    const changes = await addService(tree, { ...cart, image: 'localhost:5000/acme/cart' }, at);
    expect(changes[0]?.after).toContain('image: localhost:5000/acme/cart\n');
  });

  it('can be made from a folder with a Dockerfile', async () => {
    mkdirSync(join(fixture.checkout, 'examples/cart'), { recursive: true });
    writeFileSync(join(fixture.checkout, 'examples/cart/Dockerfile'), 'FROM scratch\n');
    await apply(await addService(tree, { ...cart, example: 'examples/cart' }, at));
    expect((await readConfig(tree)).services.at(-1)?.example).toBe('examples/cart');
  });
});

describe('a service that goes', () => {
  it('must exist', async () => {
    expect(await codeOf(removeService(tree, 'toy-wep'))).toBe('service-missing');
  });

  it('is needed as long as a peer or a hold names it, and both are named', async () => {
    const values = fixture.read('helm/bitiq/values-prod.yaml');
    fixture.commit({
      'helm/bitiq/values-prod.yaml': values.replace(
        'replicas: 2',
        'replicas: 2\n    networkPolicy:\n      allowFrom: [toy-web]',
      ),
      'environments/dev/holds.yaml':
        'holds:\n  - service: toy-web\n    reason: it breaks\n    by: Ada\n    since: 2026-01-01T00:00:00Z\n',
    });
    const error = await removeService(tree, 'toy-web').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'action-denied' });
    expect((error as BitiqError).message).toMatch(
      /environments\/dev\/holds\.yaml:2 .*\n.*values-prod\.yaml:\d+ /,
    );
  });

  it('is needed as long as a rule of compatibility names it, on either side', async () => {
    const rules = ['toy-web >= 2 needs toy-service >= 1', 'cart needs toy-web >= 1'];
    await apply(await addService(tree, cart, at));
    const config = fixture.read('bitiq.yaml');
    const list = rules.map((rule) => `  - ${rule}\n`).join('');
    writeFileSync(join(fixture.checkout, 'bitiq.yaml'), `${config}compatibility:\n${list}`);
    const error = await removeService(tree, 'toy-web').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'action-denied' });
    const lines = fixture.read('bitiq.yaml').split('\n');
    for (const rule of rules)
      expect((error as BitiqError).message).toContain(`bitiq.yaml:${lines.indexOf(`  - ${rule}`) + 1} `);
  });

  it('cannot be the last one', async () => {
    await apply((await removeService(tree, 'toy-service')).changes);
    const error = await removeService(tree, 'toy-web').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'action-denied', message: expect.stringContaining('last service') });
    await apply(await addService(tree, cart, at));
    await apply((await removeService(tree, 'toy-web')).changes);
    expect((await readConfig(tree)).services).toEqual([cart]);
  });

  it('tells who still has its address', async () => {
    const values = fixture.read('helm/bitiq/values-dev.yaml');
    const env = '    env:\n      URL: http://toy-service:80/x\n      OTHER: http://toy-service-2\n';
    fixture.commit({ 'helm/bitiq/values-dev.yaml': values.trimEnd() + '\n' + env });
    const { mentions, changes } = await removeService(tree, 'toy-service');
    expect(mentions.map((place) => place.keyPath)).toEqual(['services[1].env.URL']);
    expect(changes.find(({ path }) => path === 'pipelines/triggers/services/toy-service.yaml')?.after).toBe(
      undefined,
    );
  });
});

describe('a service in some environments', () => {
  const prod = 'helm/bitiq/values-prod.yaml';

  it('is written there only, comes into others as it is, and is gone to the byte', async () => {
    await apply(await addService(tree, cart, { ...at, environments: ['dev'] }));
    expect(fixture.git('status', '--porcelain')).not.toContain(prod);
    const file = 'helm/bitiq/values-dev.yaml';
    writeFileSync(join(fixture.checkout, file), `${fixture.read(file)}    port: 9000 # its own\n`);
    const again = { ...at, environments: ['prod'] };
    await apply(await addService(tree, { name: 'cart' }, again));
    expect(fixture.read(prod)).toMatch(/\n\n {2}- name: cart\n[^]*g0000000\n {4}port: 9000 # its own\n$/);
    expect(await codeOf(addService(tree, { name: 'cart' }, again))).toBe('usage');
    await apply((await removeService(tree, 'cart')).changes);
    expect(fixture.git('status', '--porcelain')).toBe('');
  });

  it.each([
    [{ name: 'cart' }, ['dev'], 'usage'],
    [{ name: 'toy-web' }, [], 'usage'],
    [{ name: 'toy-web', image: 'ghcr.io/acme/other' }, ['dev'], 'usage'],
    [cart, ['pord'], 'environment-missing'],
  ])('refuses %j in %j', async (service, environments, code) => {
    expect(await codeOf(addService(tree, service, { ...at, environments }))).toBe(code);
  });

  it('comes into an environment that has no service', async () => {
    const values = fixture.read(prod);
    fixture.commit({ [prod]: `${values.slice(0, values.indexOf('services:'))}services: []\n` });
    await apply((await removeService(tree, 'toy-web')).changes);
    await apply(await addService(tree, { name: 'toy-service' }, { ...at, environments: ['prod'] }));
    expect(fixture.read(prod)).toContain('services:\n  - name: toy-service # the comment of toy-service\n');
  });

  it('has the replicas and the budget that the policies of each environment ask for', async () => {
    fixture = repositoryWithPolicies();
    tree = folderTree(fixture.checkout);
    await apply(await addService(tree, cart, at));
    const entry = (environment: string) =>
      (read(`helm/bitiq/values-${environment}.yaml`) as { services: unknown[] }).services.at(-1);
    const image = { repository: cart.image, tag: placeholderTag };
    expect(entry('dev')).toEqual({ name: 'cart', image });
    expect(entry('prod')).toEqual({ name: 'cart', image, replicas: 2, disruptionBudget: { enabled: true } });
  });
});

function apply(changes: readonly FileChange[]): Promise<void> {
  return writeFiles(fixture.checkout, new Map(changes.map(({ path, after }) => [path, after])));
}

async function codeOf(promise: Promise<unknown>): Promise<string | undefined> {
  const thrown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  return thrown instanceof BitiqError ? thrown.code : undefined;
}

/** As tools read it that follow YAML 1.1. */
function read(path: string): unknown {
  return parse(fixture.read(path), { version: '1.1' });
}

function withImageUpdater(config: string): string {
  return config.replace('follows: main', 'follows: main\n    writeBack: image-updater');
}
