import { describe, expect, it } from 'vitest';
import { releasedRepository, type ReleasedRepository } from '../../../test/kit/released-repository.ts';
import { headOfMain } from '../../git/repository.ts';
import { commitTree } from '../../git/tree.ts';
import { check } from '../check.ts';
import { readEnvironmentState } from '../read/environment-state.ts';
import { readConfig } from '../read/read-state.ts';

const idOf = (at: ReleasedRepository, number: number) =>
  at.fixture.remoteGit('rev-parse', `refs/tags/prod/${number}`);

describe('a rollback that finds no release to go to', () => {
  it('says which releases ran before whose tags are gone, and how each comes back', async () => {
    const at = await releasedRepository(3);
    const ids = [2, 1].map((number) => idOf(at, number));
    at.removeTag('prod/1');
    at.removeTag('prod/2');
    await expect(at.rollback()).rejects.toMatchObject({
      code: 'action-denied',
      message: expect.stringMatching(
        /^prod points at prod\/3, and no release that it ran before can be used\. prod ran prod\/2 \(.*\), and its tag is gone\. prod ran prod\/1 \(.*\), and its tag is gone\.$/,
      ) as string,
      fix: expect.stringMatching(
        new RegExp(`update-ref refs/tags/prod/2 ${ids[0]}\`.*update-ref refs/tags/prod/1 ${ids[1]}\``),
      ) as string,
    });
    for (const [index, id] of ids.entries())
      at.fixture.remoteGit('update-ref', `refs/tags/prod/${2 - index}`, id);
    expect((await at.rollback()).prepared.plan.to).toBe('prod/2');
  });

  it('says that the tag of the release before was moved, and how the right one comes back', async () => {
    const at = await releasedRepository(2);
    const id = idOf(at, 1);
    at.fixture.remoteGit('update-ref', 'refs/tags/prod/1', idOf(at, 2));
    await expect(at.rollback()).rejects.toMatchObject({
      code: 'action-denied',
      message: expect.stringContaining('The tag prod/1 was moved') as string,
      fix: expect.stringContaining(id) as string,
    });
  });
});

describe('a pointer to the only release, whose tag is gone', () => {
  it('is told with the id of the tag, and with no rollback and no prod/0, which would both be wrong', async () => {
    const at = await releasedRepository(1);
    const id = idOf(at, 1);
    at.removeTag('prod/1');
    const head = await headOfMain(at.repository);
    const tree = commitTree(at.repository, head);
    const [, prod] = (await readConfig(tree)).environments;
    const { fault } = await readEnvironmentState(at.repository, head, prod!);
    const findings = await check(tree, { helm: undefined, repository: at.repository, now: new Date() });
    const [dangling, ...others] = findings.filter(({ place }) => /tags|application/.test(place.file ?? ''));
    expect([dangling?.code, others]).toEqual(['pointer-invalid', []]);
    for (const fix of [fault?.fix, dangling?.fix]) {
      expect(fix).toContain(`update-ref refs/tags/prod/1 ${id}`);
      expect(fix).toContain('`bitiq promote');
      expect(fix).not.toMatch(/rollback|prod\/0/);
    }
    at.fixture.remoteGit('update-ref', 'refs/tags/prod/1', id);
    expect((await readEnvironmentState(at.repository, head, prod!)).fault).toBeUndefined();
  });
});
