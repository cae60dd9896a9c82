import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../kit/gitops-repository.ts';
import { replay } from './console.ts';
import { openSession } from './session.ts';

// `npx vitest run test/docs/examples.test.ts -u` writes all outputs again, those too in which only a sha or a time differs: so
// each page is of one run. Read the difference before you commit it.
// The pages of one row are one session.
it.each([
  [
    'releases.md',
    'releases/compare.md',
    'releases/rollback.md',
    'releases/update.md',
    'releases/special.md',
    'releases/pull-requests.md',
    'releases/check.md',
    'releases/verify.md',
  ],
  ['releases/services.md'],
  ['adopting.md'],
  ['model.md'],
  ['workflows.md'],
  ['webhooks.md'],
  ['triggers.md'],
  ['pipelines.md'],
])('docs/%s shows what its commands print', async (...names) => {
  const { _updateSnapshot } = expect.getState().snapshotState as unknown as { _updateSnapshot: string };
  const anew = _updateSnapshot === 'all';
  const github = names.some((name) => ['releases.md', 'webhooks.md'].includes(name));
  const run = await openSession({ github });
  for (const name of names) {
    const page = join(root, 'docs', name);
    const replayed = await replay(readFileSync(page, 'utf8'), run, { anew });
    await expect.soft(replayed).toMatchFileSnapshot(page);
  }
});
