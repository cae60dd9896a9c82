import semver from 'semver';
import type { UpdateRule } from '../model/update-rule.ts';

/** Every tag that `bitiq tag` prints is a SemVer prerelease, so the bound must be one, too. */
const anyTag = '>=0.0.0-0';

/**
 * The constraint by which the Image Updater takes exactly the tags that a rule allows. A rule looks at vX.Y.Z alone, and a
 * tag is a prerelease of its vX.Y.Z, so each bound is put before the first prerelease.
 */
export function tagConstraint(rule: UpdateRule | undefined): string {
  if (rule?.exact !== undefined) return rule.exact;
  if (rule?.range === undefined) return anyTag;
  const alternatives = new semver.Range(rule.range).set.map((comparators) => {
    const bounds = comparators.flatMap(boundsOf);
    return bounds.length === 0 ? anyTag : [...new Set(bounds)].join(', ');
  });
  return alternatives.join(' || ');
}

function boundsOf(comparator: semver.Comparator): string[] {
  const { operator } = comparator;
  // What `*` is read as.
  if (!(comparator.semver instanceof semver.SemVer)) return [];
  const { major, minor, patch, prerelease } = comparator.semver;
  const first = `${major}.${minor}.${patch}-0`;
  const next = `${major}.${minor}.${patch + 1}-0`;
  // No vX.Y.Z lies between a prerelease and its own vX.Y.Z.
  if (prerelease.length > 0) return operator === '<' || operator === '<=' ? [`<${first}`] : [`>=${first}`];
  if (operator === '<') return [`<${first}`];
  if (operator === '<=') return [`<${next}`];
  if (operator === '>') return [`>=${next}`];
  if (operator === '>=') return [`>=${first}`];
  return [`>=${first}`, `<${next}`];
}
