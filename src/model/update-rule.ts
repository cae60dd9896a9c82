import semver from 'semver';
import { z } from 'zod';
import { compareTags, isNewer, isTag, parseTag } from './tag.ts';

/** The names that `git check-ref-format --branch` takes, without the strangest of them. */
const branchName = /^(?!.*(?:\.\.|\/\/|\/\.|@\{|\.lock(?:\/|$)))[\p{L}\p{N}_][\p{L}\p{N}_./@+#-]*(?<![./])$/u;

/** The schema of a service's `update` in bitiq.yaml: which of its tags automation may take. */
export const updateRuleSchema = z
  .strictObject({
    range: z
      .string()
      .refine((range) => range.trim() !== '' && semver.validRange(range) !== null, {
        message: 'must be a range of versions such as ~1.4 or >=1.2 <2',
      })
      .optional()
      .describe('Only tags whose vX.Y.Z is in this range of versions'),
    exact: z
      .string()
      .refine(isTag, { message: 'must be a whole tag such as v1.4.2-0.gabc1234' })
      .optional()
      .describe('Only this tag'),
    branch: z
      .string()
      .regex(branchName, { message: 'must be the name of a branch, such as main or release/1.4' })
      .optional()
      .describe("Only tags whose commit is on this branch of the service's repository"),
  })
  .refine((rule) => (rule.exact === undefined) !== (rule.range === undefined && rule.branch === undefined), {
    message: 'needs either `exact`, or `range` or `branch` or both of these',
  });

export type UpdateRule = z.infer<typeof updateRuleSchema>;

/**
 * Whether automation may take a tag by its version: its vX.Y.Z is in the range (the commits since then count for nothing), or it
 * is the exact one. The branch of a rule is not looked at: a tag does not say on which branch its commit is.
 */
export function allows(rule: UpdateRule | undefined, tag: string): boolean {
  if (rule?.exact !== undefined) return tag === rule.exact;
  if (rule?.range === undefined) return true;
  const { major, minor, patch } = parseTag(tag);
  return semver.satisfies(`${major}.${minor}.${patch}`, rule.range);
}

/** The tags among these texts that are higher than the current one, greatest first. */
export function newerTags(texts: readonly string[], current: string): string[] {
  return texts
    .filter((text) => isTag(text) && isNewer(text, current))
    .sort((a, b) => compareTags(parseTag(b), parseTag(a)));
}

/** A rule as a part of a sentence. */
export function describeRule(rule: UpdateRule | undefined): string {
  if (rule?.exact !== undefined) return `only ${rule.exact}`;
  const range = rule?.range === undefined ? '' : ` in ${rule.range}`;
  const branch = rule?.branch === undefined ? '' : ` of a commit on ${rule.branch}`;
  return `the greatest tag${range}${branch}`;
}

/** What an image says of itself, for one of its platforms. */
export interface ImageFacts {
  /** `os/architecture`. */
  readonly platform: string;
  /** Its label org.opencontainers.image.revision. */
  readonly revision: string | undefined;
}

/** Why an image is not what its tag says or not for all of these platforms, as the end of a sentence; undefined when it is. */
export function faultOfImage(
  tag: string,
  facts: readonly ImageFacts[] | undefined,
  platforms: readonly string[],
): string | undefined {
  if (facts === undefined) return 'it does not exist';
  const lacking = platforms.filter((platform) => !facts.some((each) => each.platform === platform));
  if (lacking.length > 0) return `it is not there for ${lacking.join(', ')}`;
  const { sha } = parseTag(tag);
  const wanted = platforms.length > 0 ? facts.filter((each) => platforms.includes(each.platform)) : facts;
  const other = wanted.find(({ revision }) => revision === undefined || !revision.startsWith(sha));
  if (other === undefined) return undefined;
  return other.revision === undefined
    ? 'it has no label org.opencontainers.image.revision, so its commit is unknown'
    : `its label org.opencontainers.image.revision says ${other.revision.slice(0, 12)}, and its tag says ${sha}`;
}
