import { BitiqError } from './errors.ts';

/** An image tag `vX.Y.Z-N.g<sha>`: N commits since the version tag X.Y.Z, at the commit that begins with sha. */
export interface Tag {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  readonly commits: number;
  /** 7 to 40 lower-case hex digits. */
  readonly sha: string;
}

const number = '(0|[1-9][0-9]{0,14})';

/** The grammar of tags as an unanchored pattern source: valid SemVer, a valid OCI tag, never a YAML number. */
export const tagPattern = `v${number}\\.${number}\\.${number}-${number}\\.g([0-9a-f]{7,40})`;
const wholeTag = new RegExp(`^${tagPattern}$`);

/** The tag of a service that was never built, in the entries that `service add` writes: no image has it, and no release contains it. */
export const placeholderTag = 'v0.0.0-0.g0000000';

/** Whether a tag stands for "not built yet": that of no commit, which is one of zeros, whatever its version is. */
export function isPlaceholder(tag: string): boolean {
  return isTag(tag) && /\.g0+$/.test(tag);
}

/** Whether the first tag is the later version of the two. One that was never built comes before all others. */
export function isNewer(tag: string, other: string): boolean {
  if (isPlaceholder(tag)) return false;
  return isPlaceholder(other) || compareTags(parseTag(tag), parseTag(other)) > 0;
}

/** Whether a text is a tag. */
export function isTag(text: string): boolean {
  return wholeTag.test(text);
}

/** The tag that a text says. Guarantees printTag(parseTag(text)) === text; throws `name-invalid`. */
export function parseTag(text: string): Tag {
  const match = wholeTag.exec(text);
  if (!match) {
    throw new BitiqError({
      code: 'name-invalid',
      message: `${JSON.stringify(text)} is not a tag: ${whyNotTag(text)}.`,
      fix: 'A tag looks like v0.3.1-27.gabc1234; `bitiq tag` prints the tag of a commit.',
    });
  }
  const [, major, minor, patch, commits, sha] = match;
  return {
    major: Number(major),
    minor: Number(minor),
    patch: Number(patch),
    commits: Number(commits),
    sha: sha ?? '',
  };
}

/** The text of a tag. */
export function printTag(tag: Tag): string {
  return `v${tag.major}.${tag.minor}.${tag.patch}-${tag.commits}.g${tag.sha}`;
}

/** Negative when a is the lower version, positive when it is the higher one: SemVer's order, so a later commit is greater. */
export function compareTags(a: Tag, b: Tag): number {
  return (
    a.major - b.major ||
    a.minor - b.minor ||
    a.patch - b.patch ||
    a.commits - b.commits ||
    (a.sha < b.sha ? -1 : a.sha > b.sha ? 1 : 0)
  );
}

/** The tag from the output of `git describe --tags --long`, such as `v0.3.1-27-gabc1234`; throws `name-invalid`. */
export function tagFromDescribe(output: string): Tag {
  return parseTag(output.trim().replace(/-(g[0-9a-f]+)$/, '.$1'));
}

/** The tag of a commit that no version tag precedes: `v0.0.0-<commit count>.g<sha>`. */
export function tagWithoutVersion(commits: number, sha: string): Tag {
  return { major: 0, minor: 0, patch: 0, commits, sha };
}

function whyNotTag(text: string): string {
  if (text === '') return 'it is empty';
  if (/^(latest|main|master|stable|edge)$/.test(text))
    return 'it is a mutable tag, which does not say what it contains';
  if (!text.startsWith('v')) return 'it does not begin with v';
  if (/-g[0-9a-f]{7,40}$/.test(text)) return 'the last dash of `git describe` must be a dot';
  if (/^v\d+\.\d+\.\d+$/.test(text)) return 'it lacks the -N.g<sha> that says which commit it is';
  return 'it does not have the form vX.Y.Z-N.g<sha>, sha being 7 to 40 hex digits';
}
