import { describe, expect, it } from 'vitest';
import {
  actorAt,
  gitOpsRepository,
  repositoryWithPolicies,
  tagOf,
  type GitOpsFixture,
} from '../../../test/kit/gitops-repository.ts';
import { headOfMain, openRepository } from '../../git/repository.ts';
import { commitTree, folderTree } from '../../git/tree.ts';
import type { Selection } from '../../model/select-services.ts';
import { addService } from '../service/add.ts';
import { check } from '../check.ts';
import { promote } from '../promote.ts';
import { readConfig } from '../read/read-state.ts';
import { rollback } from '../rollback.ts';
import { setTags } from '../set.ts';
import { readStatus } from '../status.ts';
import { verify } from '../verify.ts';
import { writeFiles } from './write-files.ts';

const helm = process.env['BITIQ_HELM']!;
const prod = 'helm/bitiq/values-prod.yaml';
const dev = 'helm/bitiq/values-dev.yaml';
/** The entry of toy-web as dev has it, with what a person wrote. */
const web = `  # The shop window.
  - name: toy-web # its comment
    image:
      repository: ghcr.io/bitiq-io/toy-web
      # A placeholder, too, at first.
      tag: ${tagOf(2)} # its tag
    replicas: 1
    env:
      # A peer is reached by its name.
      TOY_SERVICE_URL: http://toy-service
      MOTTO: |
        two
          lines
    networkPolicy:
      allowFrom: [toy-mail]
`;

/** A repository whose prod lacks toy-web, which dev has. */
async function open(fixture: GitOpsFixture = gitOpsRepository()) {
  const cut = (text: string) => text.slice(0, text.search(/\n\n? {2}- name: toy-web/));
  const values = `${cut(fixture.read(prod))}\n`;
  const mail = `\n  - name: toy-mail\n    image: { repository: ghcr.io/bitiq-io/toy-mail, tag: ${tagOf(1)} }\n`;
  const config = `  - name: toy-mail\n    repository: https://github.com/bitiq-io/toy-mail\n    image: ghcr.io/bitiq-io/toy-mail\nenvironments:\n`;
  fixture.commit({
    [prod]: values,
    [dev]: `${cut(fixture.read(dev))}\n\n${web}${mail}`,
    'bitiq.yaml': fixture.read('bitiq.yaml').replace('environments:\n', config),
    'helm/bitiq/Chart.yaml': fixture
      .read('helm/bitiq/Chart.yaml')
      .replace(
        /^appVersion:.*$/m,
        `appVersion: "toy-mail-${tagOf(1)}_toy-service-${tagOf(1)}_toy-web-${tagOf(2)}"`,
      ),
  });
  const repository = await openRepository(fixture.remote);
  let clock = 0;
  const show = (path: string, ref = 'main') => `${fixture.remoteGit('show', `${ref}:${path}`)}\n`;
  return {
    fixture,
    repository,
    values,
    show,
    promote: async (selection?: Selection, from = 'dev') => {
      const options = { from, to: 'prod', selection, actor: actorAt(++clock, 'go'), helm };
      return (await promote(repository, options)).prepared.plan;
    },
    set: (environment: string, service: string, tag: string) =>
      setTags(repository, {
        ...{ environment, helm, actor: actorAt(++clock, 'set') },
        tags: new Map([[service, tag]]),
      }),
    rollback: () => rollback(repository, { environment: 'prod', actor: actorAt(++clock) }),
    findings: async () => {
      const tree = commitTree(repository, await headOfMain(repository));
      const found = await check(tree, { helm, repository, now: new Date() });
      return found.filter(({ code }) => /^(values|release|render|config)/.test(code));
    },
    verify: async () => {
      const head = await headOfMain(repository);
      const config = await readConfig(commitTree(repository, head));
      const options = { head, config, names: [], helm, lookUpDigest: undefined, signaturesRequired: false };
      const { releases, findings } = await verify(repository, options);
      return [...findings, ...releases.flatMap((each) => each.findings)];
    },
  };
}

describe('a service that an environment does not list', () => {
  it('is not there yet: nothing is wrong, and status says which it is', async () => {
    const at = await open();
    expect(await at.findings()).toEqual([]);
    await at.promote({ only: ['toy-service'] });
    const head = await headOfMain(at.repository);
    const config = await readConfig(commitTree(at.repository, head));
    const now = { now: new Date(), branches: [] };
    const status = await readStatus(at.repository, head, config, now);
    expect(status.map(({ absent }) => absent)).toEqual([[], ['toy-web', 'toy-mail']]);
  });

  it('comes in with a promotion as its source has it, in the order of bitiq.yaml, and every other byte stays', async () => {
    const at = await open();
    const plan = await at.promote({ except: ['toy-mail'] });
    const entry = web.replace('      # A placeholder, too, at first.\n', '');
    const wanted = `${at.values}\n${entry}`;
    expect(at.show(prod)).toBe(wanted);
    expect(at.show(prod, 'prod/1')).toBe(wanted);
    expect(plan.notes).toContain(`toy-web comes into prod: its entry in ${prod} is that of dev.`);
    expect(plan.commits.map(({ edits }) => edits[0]?.keyPath)).toEqual(
      expect.arrayContaining(['services[1]']),
    );
    const mail = await at.promote();
    expect(mail.changes).toMatchObject([{ service: 'toy-mail', kind: 'added' }]);
    expect(at.show(prod).startsWith(wanted)).toBe(true);
    expect(await at.findings()).toEqual([]);
    expect(await at.verify()).toEqual([]);
  });

  it('stays out with --except, comes alone with --only, and goes with a rollback', async () => {
    const at = await open();
    await at.promote({ except: ['toy-web', 'toy-mail'] });
    expect(at.show(prod)).toBe(at.values);
    await at.set('dev', 'toy-service', tagOf(5));
    const plan = await at.promote({ only: ['toy-web'] });
    expect(plan.changes).toMatchObject([{ service: 'toy-web', kind: 'added' }]);
    await at.rollback();
    // main keeps the entry; what runs is prod/1.
    await at.promote({ only: ['toy-service'] });
    expect(at.show(prod, 'prod/3')).not.toContain('toy-web');
    expect(at.show(prod)).toContain('name: toy-web');
    expect(await at.findings()).toEqual([]);
    expect(await at.verify()).toEqual([]);
    await expect(at.promote()).rejects.toMatchObject({ code: 'release-rolled-back' });
  });

  it('may be one that the source does not have: it stays as it is', async () => {
    const at = await open();
    await at.promote();
    const values = at.show(dev);
    at.fixture.commit({ [dev]: values.slice(0, values.indexOf('\n  - name: toy-mail')) });
    await at.set('dev', 'toy-service', tagOf(6));
    expect((await at.promote()).changes).toMatchObject([{ service: 'toy-service' }]);
    expect(at.show(prod, 'prod/2')).toContain('name: toy-mail');
    await expect(at.promote({ only: ['toy-mail'] })).rejects.toMatchObject({ code: 'service-missing' });
  });

  it('cannot be given a tag, and the error names what brings it in', async () => {
    const at = await open();
    await expect(at.set('prod', 'toy-web', tagOf(3))).rejects.toMatchObject({
      code: 'service-missing',
      message: `toy-web is not in prod yet: ${prod} does not list it.`,
      fix: '`bitiq promote dev prod --only toy-web` brings it in as dev has it.',
    });
    await at.promote({ only: ['toy-web'] });
    expect((await at.set('prod', 'toy-web', tagOf(3))).prepared.plan.to).toBe('prod/2');
    const values = at.show(dev);
    const left = values.slice(0, values.search(/\n {2}(?:#.*|- name: toy-web)/));
    at.fixture.commit({
      [dev]: `${left.trimEnd()}\n`,
      [prod]: at.show(prod).replace(/\n {2}(?:#.*\n {2})?- name: toy-web[^]*$/, '\n'),
    });
    const gone = (environment: string) =>
      at.set(environment, 'toy-web', tagOf(4)).catch((error: Error) => error.message);
    expect(await gone('dev')).toMatch(/^toy-web is not in dev any more: [0-9a-f]{7} by .+ removed it\.$/);
    expect(await gone('prod')).toBe(
      `toy-web leaves prod with the next release: ${prod} does not list it any more.`,
    );
  });

  it('gets the replicas and the budget that the policies of the target ask for', async () => {
    const at = await open(repositoryWithPolicies());
    const plan = await at.promote({ only: ['toy-web'] });
    expect(plan.notes.find((note) => note.startsWith('toy-web comes'))).toMatch(
      /that of dev, with replicas: 2 and disruptionBudget.enabled: true where/,
    );
    expect(at.show(prod)).toContain(
      '    replicas: 2\n    disruptionBudget:\n      enabled: true\n    env:\n      # A peer',
    );
    expect(await at.verify()).toEqual([]);
  });

  it('that `service add` wrote is denied by no policy when it is promoted', async () => {
    const fixture = repositoryWithPolicies();
    const tree = folderTree(fixture.checkout);
    const shop = {
      name: 'shop',
      repository: 'https://github.com/bitiq-io/shop',
      image: 'ghcr.io/bitiq-io/shop',
    };
    const changes = await addService(tree, shop, { now: new Date() });
    await writeFiles(fixture.checkout, new Map(changes.map(({ path, after }) => [path, after])));
    fixture.git('add', '--all');
    fixture.git('commit', '--quiet', '--message', 'Add the shop');
    fixture.git('push', '--quiet');
    const repository = await openRepository(fixture.remote);
    const at = { helm, actor: actorAt(1) };
    await setTags(repository, { ...at, environment: 'dev', tags: new Map([['shop', tagOf(3)]]) });
    const { prepared } = await promote(repository, { ...at, from: 'dev', to: 'prod' });
    expect(prepared.plan.changes).toContainEqual({ service: 'shop', to: tagOf(3), kind: 'added' });
    expect(fixture.remoteGit('show', `prod/1:${prod}`)).toMatch(
      /replicas: 2\n {4}disruptionBudget:\n {6}enabled: true$/,
    );
  });

  it('never comes where bitiq.yaml keeps it out', async () => {
    const at = await open();
    const line = '    image: ghcr.io/bitiq-io/toy-mail\n';
    const config = at.fixture.read('bitiq.yaml').replace(line, `${line}    environments: [dev]\n`);
    at.fixture.commit({ 'bitiq.yaml': config });
    await at.promote();
    expect(at.show(prod)).not.toContain('name: toy-mail');
    expect(await at.findings()).toEqual([]);
    const head = await headOfMain(at.repository);
    const now = { now: new Date(), branches: [] };
    const status = await readStatus(
      at.repository,
      head,
      await readConfig(commitTree(at.repository, head)),
      now,
    );
    expect(status.map(({ absent }) => absent)).toEqual([[], []]);
    const kept = 'bitiq.yaml keeps toy-mail to dev.';
    await expect(at.promote({ only: ['toy-mail'] })).rejects.toThrow(kept);
    await expect(at.set('prod', 'toy-mail', tagOf(3))).rejects.toThrow(kept);
    const tree = commitTree(at.repository, head);
    const added = addService(tree, { name: 'toy-mail' }, { now: new Date(), environments: ['prod'] });
    await expect(added).rejects.toThrow(kept);
    at.fixture.commit({ 'bitiq.yaml': config.replace('[dev]', '[prod]') });
    expect((await at.findings()).map(({ message }) => message)).toEqual([
      `${dev} lists toy-mail, and bitiq.yaml keeps toy-mail to prod.`,
    ]);
    at.fixture.commit({ 'bitiq.yaml': config.replace('[dev]', '[pord]') });
    expect((await at.findings()).map(({ code }) => code)).toContain('config-invalid');
  });

  it('is refused where its entry cannot be copied, with its place', async () => {
    const at = await open();
    const text = at
      .show(dev)
      .replace('    env:\n', '    env: &env\n')
      .replace('toy-mail\n', 'toy-mail\n    env: *env\n');
    at.fixture.commit({ [dev]: text });
    await expect(at.promote({ only: ['toy-mail'] })).rejects.toMatchObject({
      code: 'edit-unsupported',
      message: `The entry of toy-mail cannot be copied from ${dev} to ${prod}: it would not read the same there.`,
    });
  });
});
