import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** A folder that is removed when the tests of a file have ended. */
export function removedAfterAll(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'bitiq-places-')));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
