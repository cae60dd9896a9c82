import { basename, dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { kyvernoModule } from './kyverno-module.ts';
import { runTestFile, testFolders } from './kyverno-test-file.ts';

const found = kyvernoModule();
const corpora = ['test-validating-policy', 'test-validating-admission-policy'];

/** What bitiq does not evaluate: it judges objects and releases, not HTTP requests. The message names the mode. */
const unsupported: Record<string, string> = {
  'envoy-allow': 'the evaluation mode Envoy',
  'envoy-deny': 'the evaluation mode Envoy',
  'envoy-jwt': 'the evaluation mode Envoy',
  'http-allow': 'the evaluation mode HTTP',
  'http-deny': 'the evaluation mode HTTP',
};

describe.skipIf('missing' in found)("the verdicts that Kyverno's own tests expect", () => {
  const root = 'folder' in found ? join(found.folder, 'test/cli') : '';
  const folders = root === '' ? [] : corpora.flatMap((corpus) => testFolders(join(root, corpus)));

  it.each(folders.map((folder) => [relative(root, folder), folder]))('%s', (_name, folder) => {
    const name = basename(folder) === '.kyverno-test' ? basename(dirname(folder)) : basename(folder);
    const why = unsupported[name];
    if (why !== undefined) {
      expect(() => runTestFile(folder)).toThrow(why);
      return;
    }
    const results = runTestFile(folder);
    expect(results.length).toBeGreaterThan(0);
    expect(results).toEqual(results.map((result) => ({ ...result, found: result.expected })));
  });

  it('has all folders that were there', () => {
    expect(folders).toHaveLength(30);
  });
});

if ('missing' in found) {
  describe("Kyverno's own tests", () => {
    it.skip(`are not here: ${found.missing}`, () => {});
  });
}
