import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root, textOf } from './tracked-files.ts';

const rows = textOf('.github/SECURITY.md')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (?:who +\| tries|-)/.test(line));

it('names for each line of the threat model a test that there is', () => {
  expect(rows.length).toBeGreaterThan(10);
  for (const row of rows) {
    const tests = [...row.matchAll(/\]\(\.\.\/([^)]+)\)/g)].map(([, path]) => path!);
    expect(tests, row).not.toEqual([]);
    expect(
      tests.filter((path) => !path.endsWith('.test.ts') || !existsSync(join(root, path))),
      row,
    ).toEqual([]);
  }
});
