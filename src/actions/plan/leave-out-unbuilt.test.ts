import { describe, expect, it } from 'vitest';
import { actorAt, gitOpsRepository, tagOf } from '../../../test/kit/gitops-repository.ts';
import { placeholderTag } from '../../model/tag.ts';
import { headOfMain, openRepository } from '../../git/repository.ts';
import { commitTree } from '../../git/tree.ts';
import { check } from '../check.ts';
import { promote } from '../promote.ts';
import { rollback } from '../rollback.ts';
import { setTags } from '../set.ts';

const helm = process.env['BITIQ_HELM']!;
const prod = 'helm/bitiq/values-prod.yaml';
const dev = 'helm/bitiq/values-dev.yaml';

/** A repository where toy-web has a placeholder in these values files. */
async function unbuilt(...files: string[]) {
  const fixture = gitOpsRepository();
  const edited = files.map((file) => {
    const text = fixture.read(file);
    const at = text.indexOf('toy-web');
    return [file, text.slice(0, at) + text.slice(at).replace(tagOf(1), placeholderTag)] as const;
  });
  if (files.length > 0) fixture.commit(Object.fromEntries(edited));
  const repository = await openRepository(fixture.remote);
  let clock = 0;
  return {
    fixture,
    repository,
    promote: async (selection?: { only?: string[]; except?: string[] }) => {
      const options = { from: 'dev', to: 'prod', selection, actor: actorAt(++clock, 'go'), helm };
      return (await promote(repository, options)).prepared.plan;
    },
    set: (tag: string) =>
      setTags(repository, {
        ...{ environment: 'dev', helm, actor: actorAt(++clock, 'built') },
        tags: new Map([['toy-web', tag]]),
      }),
  };
}

describe('a service that was never built', () => {
  it('is not what is missing where there are no services at all', async () => {
    const { fixture, promote } = await unbuilt();
    const empty = (file: string) => fixture.read(file).replace(/^services:[^]*$/m, 'services: []\n');
    fixture.commit({ [dev]: empty(dev), [prod]: empty(prod) });
    await expect(promote()).rejects.toMatchObject({
      code: 'action-denied',
      message: expect.stringMatching(
        /^dev@[0-9a-f]{7} has no services, so there is nothing to release to prod\.$/,
      ) as string,
    });
  });

  it('is nothing to go back to: a rollback of dev passes over it, and leaves its tag where it is named', async () => {
    const at = await unbuilt(dev);
    await at.set(tagOf(2));
    const back = (to?: string) =>
      rollback(at.repository, { environment: 'dev', to, actor: actorAt(50, 'back'), helm: async () => helm });
    const first = at.fixture.remoteGit('rev-parse', '--short=7', 'main~1');
    const { plan: none } = (await back(`dev@${first}`)).prepared;
    expect([none.commits, none.notes]).toEqual([
      [],
      [
        `dev already has the tags of dev@${first}.`,
        `toy-web was not built yet in dev@${first} and keeps its tag.`,
      ],
    ]);
    const { plan } = (await back()).prepared;
    expect(plan.changes).toMatchObject([{ service: 'toy-web', from: tagOf(2), to: tagOf(1) }]);
  });

  it('stays out of a release, and comes with the next one after its first build', async () => {
    const at = await unbuilt(dev, prod);
    const main = at.fixture.remoteGit('show', `main:${prod}`);
    const first = await at.promote();
    expect(first.changes.map(({ service }) => service)).not.toContain('toy-web');
    expect(first.notes).toContain('toy-web was never built: it stays out of prod/1.');
    expect(at.fixture.remoteGit('show', `prod/1:${prod}`)).not.toContain('toy-web');
    expect(at.fixture.remoteGit('cat-file', '-p', 'prod/1')).not.toContain('toy-web');
    expect(at.fixture.remoteGit('show', `main:${prod}`)).toBe(main);
    const tree = commitTree(at.repository, await headOfMain(at.repository));
    const findings = await check(tree, { helm, repository: at.repository, now: new Date() });
    expect(findings.filter(({ code }) => code.startsWith('release'))).toEqual([]);

    await at.set(tagOf(5));
    expect((await at.promote()).changes).toMatchObject([{ service: 'toy-web', to: tagOf(5), kind: 'added' }]);
    expect(at.fixture.remoteGit('show', `main:${prod}`)).toContain(tagOf(5));
  });

  it.each([{ except: ['toy-web'] }, { only: ['toy-service'] }])('can be left out: %j', async (selection) => {
    const at = await unbuilt(prod);
    expect((await at.promote(selection)).to).toBe('prod/1');
    expect(at.fixture.remoteGit('show', `prod/1:${prod}`)).not.toContain('toy-web');
  });

  it('does not take away what runs', async () => {
    const at = await unbuilt();
    await at.promote();
    const text = at.fixture.remoteGit('show', `main:${dev}`);
    const web = text.indexOf('toy-web');
    at.fixture.commit({
      [dev]: `${text.slice(0, web).replace(tagOf(1), tagOf(2))}${text.slice(web).replace(tagOf(1), placeholderTag)}\n`,
    });
    const { changes } = await at.promote();
    expect(changes.map(({ service }) => service)).toEqual(['toy-service']);
    expect(at.fixture.remoteGit('cat-file', '-p', 'prod/2')).toContain(`toy-web: ${tagOf(1)}`);
  });
});
