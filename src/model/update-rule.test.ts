import { describe, expect, it } from 'vitest';
import { allows, describeRule, faultOfImage, newerTags, updateRuleSchema } from './update-rule.ts';

describe('a rule', () => {
  it.each([
    [undefined, 'v9.0.0-0.gabc1234', true],
    [{ range: '~1.4' }, 'v1.4.0-27.gabc1234', true],
    [{ range: '~1.4' }, 'v1.5.0-0.gabc1234', false],
    // Commits since a version belong to it, and not before it as SemVer's prereleases.
    [{ range: '>=1.4.0' }, 'v1.4.0-1.gabc1234', true],
    [{ range: '<2' }, 'v2.0.0-1.gabc1234', false],
    [{ exact: 'v1.4.0-1.gabc1234' }, 'v1.4.0-1.gabc1234', true],
    [{ exact: 'v1.4.0-1.gabc1234' }, 'v1.4.0-2.gabc1234', false],
  ])('%j allows %s: %s', (rule, tag, expected) => {
    expect(allows(rule, tag)).toBe(expected);
  });

  it.each([
    [{}],
    [{ range: '1', exact: 'v1.0.0-0.gabc1234' }],
    [{ range: 'newest' }],
    [{ range: '' }],
    [{ exact: 'v1' }],
    [{ branch: 'x', exact: 'v1.4.0-1.gabc1234' }],
    ...['', '-x', 'a..b', 'a//b', 'a b', 'a/', 'a.lock', '.a', 'a~1'].map((branch): [object] => [{ branch }]),
  ])('cannot be %j', (rule) => {
    expect(updateRuleSchema.safeParse(rule).success).toBe(false);
  });
});

it.each([
  [{ branch: 'release/1.4' }, 'the greatest tag of a commit on release/1.4'],
  [{ branch: 'main', range: '~1.4' }, 'the greatest tag in ~1.4 of a commit on main'],
])('%j is %s', (rule, said) => {
  expect(describeRule(updateRuleSchema.parse(rule))).toBe(said);
});

it('newer tags are those above the current one, greatest first', () => {
  const tags = [
    'latest',
    'v1.0.0-2.gabc1234',
    'v1.0.0-10.gabc1234',
    'v1.0.0-1.gabc1234',
    'v0.9.0-99.gabc1234',
  ];
  expect(newerTags(tags, 'v1.0.0-1.gabc1234')).toEqual(['v1.0.0-10.gabc1234', 'v1.0.0-2.gabc1234']);
});

describe('an image', () => {
  const tag = 'v1.0.0-2.gabc1234';
  const amd = { platform: 'linux/amd64', revision: 'abc1234567' };
  it.each([
    [[amd], [], undefined],
    [undefined, [], /does not exist/],
    [[amd], ['linux/amd64', 'linux/arm64'], /not there for linux\/arm64/],
    [[{ ...amd, revision: undefined }], [], /has no label/],
    [[{ ...amd, revision: 'fff1234567' }], [], /says fff1234567, and its tag says abc1234/],
    [[amd, { platform: 'linux/s390x', revision: 'fff' }], ['linux/amd64'], undefined],
    [[amd, { platform: 'linux/s390x', revision: 'fff' }], [], /says fff/],
  ])('of %j for %j', (facts, platforms, fault) => {
    const found = faultOfImage(tag, facts, platforms);
    if (fault === undefined) expect(found).toBeUndefined();
    else expect(found).toMatch(fault);
  });
});
