import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { tagPattern } from '../../src/model/tag.ts';
import { runTestFile } from './kyverno-test-file.ts';

const root = fileURLToPath(new URL('../../policies', import.meta.url));
const names = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== 'exceptions')
  .map(({ name }) => name);
const hasKyverno = spawnSync('kyverno', ['version']).status === 0;

describe.each(names)('the policy %s', (name) => {
  const folder = join(root, name);

  it('has the same files as all others', () => {
    const files = readdirSync(folder);
    expect(files).toEqual(expect.arrayContaining(['kyverno-test.yaml', 'policy.yaml']));
    expect(files.filter((file) => file.startsWith('good'))).not.toEqual([]);
    expect(files.filter((file) => file.startsWith('bad'))).not.toEqual([]);
    expect(files.filter((file) => !/^(kyverno-test|policy|context|(good|bad)[-\w]*)\./.test(file))).toEqual(
      [],
    );
  });

  it('decides its good and bad cases as expected, each of its cases named', () => {
    const results = runTestFile(folder);
    expect(results).toEqual(results.map((result) => ({ ...result, found: result.expected })));
    expect(results.some(({ expected }) => expected === 'pass')).toBe(true);
    expect(results.some(({ expected }) => expected === 'fail')).toBe(true);
    expect(new Set(results.map(({ policy }) => policy))).toEqual(new Set([name]));
  });

  it('says how to mend what it refuses, and where', () => {
    const text = readFileSync(join(folder, 'policy.yaml'), 'utf8');
    expect(text).toMatch(/^ {2}name: (.*)$/m);
    expect(/^ {2}name: (.*)$/m.exec(text)?.[1]).toBe(name);
    expect(text).toContain('bitiq.io/fix:');
    expect(text).toContain('policies.kyverno.io/description:');
  });

  it.skipIf(!hasKyverno)(
    `is decided the same by Kyverno${hasKyverno ? '' : ' (kyverno is not on PATH)'}`,
    () => {
      const output = execFileSync('kyverno', ['test', folder, '--require-tests'], { encoding: 'utf8' });
      expect(output).toContain('0 tests failed');
    },
  );
});

describe('the policy fixed-tags', () => {
  it('has the grammar of tags', () => {
    expect(readFileSync(join(root, 'fixed-tags/policy.yaml'), 'utf8')).toContain(`^[^@]+:${tagPattern}(`);
  });
});
