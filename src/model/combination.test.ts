import { fc } from '../../test/kit/fast-check.ts';
import { describe, expect, it } from 'vitest';
import { combinationOf, parseComposite, printComposite, releaseId, sameCombination } from './combination.ts';
import { diffCombinations } from './combination-diff.ts';
import { isServiceName } from './service-name.ts';
import { printTag } from './tag.ts';

const names = fc.stringMatching(/^[a-z]([-a-z0-9]{0,20}[a-z0-9])?$/).filter(isServiceName);
const numbers = fc.integer({ min: 0, max: 99 });
const tags = fc
  .record({
    major: numbers,
    minor: numbers,
    patch: numbers,
    commits: numbers,
    sha: fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 7, maxLength: 40 }),
  })
  .map(printTag);
const combinations = fc
  .dictionary(names, tags, { maxKeys: 12 })
  .map((record) => combinationOf(Object.entries(record)));

describe('a composite version', () => {
  it('is read back as the combination that it was printed from', () => {
    fc.assert(
      fc.property(combinations, (each) => {
        expect(parseComposite(printComposite(each))).toEqual(new Map(each));
      }),
    );
  });

  it('does not depend on the order of the services', () => {
    const a = combinationOf([
      ['web', 'v1.0.0-0.gabc1234'],
      ['api', 'v2.0.0-1.gabc1234'],
    ]);
    const b = combinationOf([...a].reverse());
    expect(printComposite(a)).toBe('api-v2.0.0-1.gabc1234_web-v1.0.0-0.gabc1234');
    expect(printComposite(b)).toBe(printComposite(a));
    expect(releaseId(b)).toBe(releaseId(a));
    expect(sameCombination(a, b)).toBe(true);
  });

  it('keeps names apart that look like tags', () => {
    const tricky = combinationOf([
      ['a-v1', 'v2.0.0-3.gabc1234'],
      ['constructor', 'v0.0.0-1.gabc1234'],
      ['a', 'v1.0.0-0.gabc1234'],
    ]);
    expect([...parseComposite(printComposite(tricky)).keys()]).toEqual(['a', 'a-v1', 'constructor']);
  });

  it('of no service is empty, with a release id of its own', () => {
    expect(printComposite(new Map())).toBe('');
    expect(parseComposite('').size).toBe(0);
    expect(releaseId(new Map())).toBe('e3b0c44298fc');
  });

  it.each([
    ['b-v1.0.0-0.gabc1234_a-v1.0.0-0.gabc1234', 'not sorted'],
    ['a-v1.0.0-0.gabc1234_a-v1.0.0-1.gabc1234', 'twice'],
    ['a-v1.0.0', 'is not <service>-<tag>'],
    ['a-v1.0.0-0.gabc1234_', 'is not <service>-<tag>'],
    ['A-v1.0.0-0.gabc1234', 'is not a service name'],
  ])('refuses %s: %s', (text, why) => {
    expect(() => parseComposite(text)).toThrow(why);
  });

  it('has a release id that fits a label', () => {
    fc.assert(fc.property(combinations, (each) => void expect(releaseId(each)).toMatch(/^[0-9a-f]{12}$/)));
  });
});

describe('the difference of two combinations', () => {
  it('is empty for the same, and mirrored when they are swapped', () => {
    fc.assert(
      fc.property(combinations, combinations, (a, b) => {
        expect(diffCombinations(a, a)).toEqual([]);
        const there = diffCombinations(a, b);
        const back = diffCombinations(b, a);
        expect(there.map(({ service, from, to }) => [service, from, to])).toEqual(
          back.map(({ service, from, to }) => [service, to, from]),
        );
      }),
    );
  });

  it('names the direction', () => {
    const a = combinationOf([
      ['api', 'v1.0.0-2.gabc1234'],
      ['old', 'v1.0.0-0.gabc1234'],
      ['web', 'v1.0.0-2.gabc1234'],
    ]);
    const b = combinationOf([
      ['api', 'v1.0.0-10.gabc1234'],
      ['new', 'v1.0.0-0.gabc1234'],
      ['web', 'v1.0.0-1.gabc1234'],
    ]);
    expect(diffCombinations(a, b).map(({ service, kind }) => [service, kind])).toEqual([
      ['api', 'upgrade'],
      ['new', 'added'],
      ['old', 'removed'],
      ['web', 'downgrade'],
    ]);
  });
});
