import { BitiqError } from '../../model/errors.ts';
import { suggestion } from '../../model/did-you-mean.ts';
import { releaseRecordFrom, type ReleaseRecord } from '../../model/release.ts';
import { gitText } from '../../git/git.ts';
import { readObjects } from '../../git/read.ts';
import { resolveCommit, type Repository } from '../../git/repository.ts';
import { parsePlainYaml } from '../../yaml/parse-plain.ts';
import { parseValueWithinLimits } from '../../yaml/parse-within-limits.ts';
import { describeLost } from './lost-release.ts';
import { readPointerHistory } from './pointer-history.ts';
import { isUnreleased } from './read-state.ts';

/** The record in a tag object's raw text (headers, blank line, message), or undefined when it holds none. */
export function recordOfTag(object: Buffer): ReleaseRecord | undefined {
  const text = object.toString('utf8');
  const end = text.indexOf('\n\n');
  if (!text.startsWith('object ') || end < 0) return undefined;
  try {
    // A signature stands at the beginning of a line, and what a person wrote as a reason never does.
    const message = text.slice(end + 2).split(/^-----BEGIN /m)[0] ?? '';
    return releaseRecordFrom(parsePlainYaml(message) ?? parseValueWithinLimits(message));
  } catch {
    return undefined;
  }
}

/** The records of these releases, by name; a release without a readable record is absent. */
export async function readRecords(
  repository: Repository,
  environment: string,
  releases: readonly string[],
): Promise<Map<string, ReleaseRecord>> {
  const names = [...new Set(releases)].filter((name) => name.startsWith(`${environment}/`));
  const objects = await readObjects(
    repository,
    names.map((name) => `refs/tags/${name}`),
  );
  return new Map(
    names.flatMap((name, index) => {
      const object = objects[index];
      const record = object && recordOfTag(object);
      return record ? [[name, record] as const] : [];
    }),
  );
}

/** The record of one release; throws `release-missing` with a suggestion and for `<env>/0`, or `release-record-invalid`. */
export async function requireRecord(
  repository: Repository,
  environment: string,
  release: string,
): Promise<ReleaseRecord> {
  const record = (await readRecords(repository, environment, [release])).get(release);
  if (record) return record;
  if (isUnreleased(environment, release)) {
    throw new BitiqError({
      code: 'release-missing',
      message: `${release} is ${environment} before its first release, so it is empty.`,
      fix: `\`bitiq log ${environment}\` lists the releases that ${environment} ran.`,
    });
  }
  const numbers = await releaseNumbers(repository, environment);
  const names = numbers.map((number) => `${environment}/${number}`);
  if (!names.includes(release)) throw await lost(repository, { environment, release, names });
  throw new BitiqError({
    code: 'release-record-invalid',
    message: `The message of the tag ${release} is not a release record.`,
    fix: `Read it with \`git show refs/tags/${release}\`; \`bitiq check\` shows what is wrong with each release.`,
  });
}

/** A release without a tag: one that main knows is gone, and is not a typing error. */
async function lost(
  repository: Repository,
  at: { readonly environment: string; readonly release: string; readonly names: readonly string[] },
): Promise<BitiqError> {
  const { environment, release, names } = at;
  const head = await resolveCommit(repository, repository.mainRef);
  const moves = head === undefined ? [] : await readPointerHistory(repository, { head, environment });
  const ran = moves.filter((move) => move.release === release);
  const told = describeLost(repository, { environment, release, moves: ran });
  if (told === undefined) {
    return new BitiqError({
      code: 'release-missing',
      message: `There is no release ${release || '""'}.`,
      fix: suggestion(release, [...names].reverse()),
    });
  }
  return new BitiqError({
    code: 'release-missing',
    message: told.message,
    fix: `${told.fix} \`bitiq log ${environment}\` lists what else ran.`,
  });
}

/** The numbers of the releases of a pinned environment that exist, ascending. */
export async function releaseNumbers(repository: Repository, environment: string): Promise<number[]> {
  const text = await gitText(
    repository.directory,
    ['for-each-ref', '--format=%(refname:lstrip=3)', `refs/tags/${environment}/`],
    { to: 'list the releases' },
  );
  return (
    text
      .split('\n')
      .map((number) => /^([1-9][0-9]*)$/.exec(number))
      .flatMap((match) => (match ? [Number(match[1])] : []))
      // A tag of somebody with a date or a hash for a number is not a release.
      .filter(Number.isSafeInteger)
      .sort((a, b) => a - b)
  );
}
