import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../kit/gitops-repository.ts';
import { replay } from './console.ts';
import { openSession } from './session.ts';

// `npx vitest run test/docs/releases.test.ts -u` writes the outputs anew; read the difference before you commit it.
it('docs/releases.md shows what its commands print', { timeout: 120_000 }, async () => {
  const page = join(root, 'docs', 'releases.md');
  const replayed = replay(readFileSync(page, 'utf8'), await openSession());
  await expect(replayed).toMatchFileSnapshot(page);
});
