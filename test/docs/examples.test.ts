import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../kit/gitops-repository.ts';
import { replay } from './console.ts';
import { openSession } from './session.ts';

// `npx vitest run test/docs/examples.test.ts -u` writes all outputs anew, those too in which only a sha or a time differs: so
// each page is of one run. Read the difference before you commit it.
it.each([
  'releases.md',
  'adopting.md',
  'model.md',
  'workflows.md',
  'webhooks.md',
  'triggers.md',
  'pipelines.md',
])('docs/%s shows what its commands print', async (name) => {
  const { _updateSnapshot } = expect.getState().snapshotState as unknown as { _updateSnapshot: string };
  const anew = _updateSnapshot === 'all';
  const page = join(root, 'docs', name);
  const github = ['releases.md', 'webhooks.md'].includes(name);
  const replayed = await replay(readFileSync(page, 'utf8'), await openSession({ github }), { anew });
  await expect(replayed).toMatchFileSnapshot(page);
});
