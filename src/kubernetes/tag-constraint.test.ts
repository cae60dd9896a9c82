import { fc } from '../../test/kit/fast-check.ts';
import semver from 'semver';
import { describe, expect, it } from 'vitest';
import { allows } from '../model/update-rule.ts';
import { tagConstraint } from './tag-constraint.ts';

const number = fc.integer({ min: 0, max: 3 });
const version = fc.tuple(number, number, number).map((parts) => parts.join('.'));
const bound = fc
  .tuple(fc.constantFrom('>', '>=', '<', '<=', '=', '~', '^', ''), version)
  .map((parts) => parts.join(''));
const range = fc.oneof(
  bound,
  fc.tuple(bound, bound).map((parts) => parts.join(' ')),
  fc.tuple(bound, bound).map((parts) => parts.join(' || ')),
  fc.tuple(version, version).map((parts) => parts.join(' - ')),
  fc.constantFrom('*', '1.x', '~2', '^0.1', '>=1.2 <2'),
);

describe('the constraint of a rule', () => {
  it.each([
    [undefined, '>=0.0.0-0'],
    [{ exact: 'v1.4.2-0.gabc1234' }, 'v1.4.2-0.gabc1234'],
    [{ range: '~1.4' }, '>=1.4.0-0, <1.5.0-0'],
    [{ range: '>1.4.1' }, '>=1.4.2-0'],
    [{ range: '1.4.1 || *' }, '>=0.0.0-0'],
  ])('of %j is %s', (rule, constraint) => expect(tagConstraint(rule)).toBe(constraint));

  it('takes exactly the tags that the rule allows', () => {
    fc.assert(
      fc.property(range, version, fc.integer({ min: 0, max: 99 }), (text, of, commits) => {
        const tag = `v${of}-${commits}.gabc1234`;
        // The Image Updater joins bounds by commas, npm by spaces; npm's own guard against prereleases is off.
        const constraint = tagConstraint({ range: text }).replaceAll(',', '');
        expect(semver.satisfies(tag, constraint, { includePrerelease: true })).toBe(
          allows({ range: text }, tag),
        );
      }),
      { numRuns: 2000 },
    );
  });
});
