import { expect, it } from 'vitest';
import { errorCatalogue } from '../../src/model/error-catalogue/catalogue.ts';
import { textOf, trackedFiles } from './tracked-files.ts';

/** Codes that no test can reach, and why. */
const untested = new Map([
  ['cluster-secret-missing', 'needs a cluster'],
  ['demo-failed', 'the demo succeeds'],
  ['image-unverified', 'a warning beside what is tested'],
]);

const codes = Object.keys(errorCatalogue);
const join = (files: readonly string[]) => files.map(textOf).join('\n');
const isTest = (file: string) => file.startsWith('test/') || file.endsWith('.test.ts');
const inTests = join(
  trackedFiles.filter(
    (file) => isTest(file) && !file.endsWith('/codes.test.ts') && /\.(ts|txt|ya?ml)$/.test(file),
  ),
);
const inSource = join(
  trackedFiles.filter((file) => /^src\/.*\.ts$/.test(file) && !isTest(file) && !file.includes('catalogue/')),
);

it('has no more error codes than a person can know', () => {
  expect(codes.length).toBeLessThanOrEqual(80);
});

it.each(codes)('%s is thrown, documented and tested', (code) => {
  expect(inSource).toMatch(new RegExp(`['\`]${code}['\`]`));
  expect(textOf('docs/reference/errors.md')).toContain(`\n## ${code}\n`);
  expect(new RegExp(`(?<![\\w-])${code}(?![\\w-])`).test(inTests), untested.get(code)).toBe(
    !untested.has(code),
  );
});

it('names each code by what is wrong, in words of the field', () => {
  expect(
    codes.filter((code) => /untrue|unfit|light|strange|lacking|odd|malformed|refused/.test(code)),
  ).toEqual([]);
});
