import { describe, expect, it } from 'vitest';
import type * as Library from '../../src/index.ts';
import { gitOpsRepository, tagOf } from '../kit/gitops-repository.ts';

// The built package, by the path that package.json exports.
const entry = '../../dist/index.js';
const bitiq = (await import(entry)) as typeof Library;

describe('the library', () => {
  it('opens a repository, plans, writes and reads back, as the command line does', async () => {
    const repository = await bitiq.openRepository(gitOpsRepository().checkout);
    const actor = { name: 'Ada', email: 'ada@example.com', now: new Date('2026-01-01T00:00:00Z') };
    const helm = process.env['BITIQ_HELM'] ?? 'helm';

    const set = await bitiq.setTags(repository, {
      environment: 'dev',
      tags: new Map([['toy-web', tagOf(2)]]),
      actor,
      helm,
    });
    await bitiq.promote(repository, { to: 'prod', actor, helm });
    const head = await bitiq.headOfMain(repository);
    const config = await bitiq.readConfig(bitiq.commitTree(repository, head));
    const release = await bitiq.resolveRelease(repository, { head, config, name: 'prod' });

    expect(set.prepared.plan.changes).toMatchObject([{ service: 'toy-web', kind: 'upgrade' }]);
    expect(release).toMatchObject({ release: 'prod/1', record: { by: 'Ada <ada@example.com>' } });
    expect(bitiq.parseComposite(bitiq.printComposite(release.combination))).toEqual(release.combination);
    expect(bitiq.compareTags(bitiq.parseTag(tagOf(2)), bitiq.parseTag(tagOf(1)))).toBeGreaterThan(0);
  });

  it('throws the one error, with its code and fix', async () => {
    await expect(bitiq.openRepository('/nowhere')).rejects.toMatchObject({
      name: 'BitiqError',
      code: 'repository-missing',
      fix: expect.stringContaining('--repo') as string,
    });
  });
});
