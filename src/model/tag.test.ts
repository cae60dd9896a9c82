import { fc } from '../../test/kit/fast-check.ts';
import semver from 'semver';
import { describe, expect, it } from 'vitest';
import { BitiqError } from './errors.ts';
import {
  compareTags,
  isNewer,
  isPlaceholder,
  isTag,
  parseTag,
  printTag,
  tagFromDescribe,
  tagWithoutVersion,
  type Tag,
} from './tag.ts';

const numbers = fc.integer({ min: 0, max: 1_000_000 });
const shas = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 7, maxLength: 40 });
const tags: fc.Arbitrary<Tag> = fc.record({
  major: numbers,
  minor: numbers,
  patch: numbers,
  commits: numbers,
  sha: shas,
});

describe('a tag', () => {
  it('prints what was parsed and parses what was printed', () => {
    fc.assert(fc.property(tags, (tag) => void expect(parseTag(printTag(tag))).toEqual(tag)));
    expect(printTag(parseTag('v0.3.1-27.gabc1234'))).toBe('v0.3.1-27.gabc1234');
  });

  it('is valid SemVer, a valid OCI tag, and never another YAML type', () => {
    fc.assert(
      fc.property(tags, (tag) => {
        const text = printTag(tag);
        expect(semver.valid(text)).not.toBeNull();
        expect(text).toMatch(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/);
        expect(Number.isNaN(Number(text))).toBe(true);
      }),
    );
  });

  it('is ordered as SemVer orders it', () => {
    fc.assert(
      fc.property(tags, tags, (a, b) => {
        const expected = semver.compare(printTag(a), printTag(b));
        expect(Math.sign(compareTags(a, b))).toBe(expected);
      }),
    );
    expect(compareTags(parseTag('v1.0.0-9.gabc1234'), parseTag('v1.0.0-10.gabc1234'))).toBeLessThan(0);
  });

  it.each([
    '',
    'latest',
    'v1.2.3',
    'v1.2.3-4-gabc1234',
    '1.2.3-4.gabc1234',
    'v1.2-4.gabc1234',
    'v1.2.3-4.gabc123',
    'v01.2.3-4.gabc1234',
    'v1.2.3-4.gABC1234',
    'v1.2.3-4.gabc1234 ',
    'v1.2.3-4.gabc1234\n',
    `v1.2.3-4.g${'a'.repeat(41)}`,
    'v1.2.3-rc.1-4.gabc1234',
  ])('refuses %j and says why', (text) => {
    expect(isTag(text)).toBe(false);
    expect(() => parseTag(text)).toThrow(BitiqError);
    expect(() => parseTag(text)).toThrow(/is not a tag: /);
  });

  it('comes from the output of git describe', () => {
    expect(printTag(tagFromDescribe('v0.3.1-27-gabc1234\n'))).toBe('v0.3.1-27.gabc1234');
    expect(printTag(tagWithoutVersion(12, 'abc1234'))).toBe('v0.0.0-12.gabc1234');
    expect(() => tagFromDescribe('v0.3.1-rc.1-27-gabc1234')).toThrow(/is not a tag/);
  });
});

describe('a placeholder', () => {
  it.each([
    ['v0.0.0-0.g0000000', true],
    ['v0.1.0-0.g0000000', true],
    [`v1.2.3-4.g${'0'.repeat(40)}`, true],
    ['v0.0.0-0.g0000001', false],
    ['g0000000', false],
    ['', false],
  ])('is a tag with a sha of zeros: %s %s', (tag, expected) => {
    expect(isPlaceholder(tag)).toBe(expected);
  });

  it('comes before every version', () => {
    expect(isNewer('v0.0.0-1.gabc1234', 'v0.1.0-0.g0000000')).toBe(true);
    expect(isNewer('v0.1.0-0.g0000000', 'v0.0.0-1.gabc1234')).toBe(false);
    expect(isNewer('v0.0.0-2.gabc1234', 'v0.0.0-1.gabc1234')).toBe(true);
    expect(isNewer('v0.0.0-1.gabc1234', 'v0.0.0-1.gabc1234')).toBe(false);
  });
});
