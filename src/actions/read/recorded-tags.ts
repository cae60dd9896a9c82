import { BitiqError } from '../../model/errors.ts';
import type { Finding } from '../../model/finding.ts';
import { isShallow } from '../../git/shallow.ts';
import { gitText } from '../../git/git.ts';
import { tagOnRemote } from '../../git/remote-tags.ts';
import { resolveObject, type Repository } from '../../git/repository.ts';
import { nameOfRemote, pushTarget, restoreTagCommand } from '../../git/tag-command.ts';
import { readPointerHistory, type PointerMove } from './pointer-history.ts';
import { releaseFinding } from './release-finding.ts';

/** What main says of a release's content, in the commit that moved the pointer there. */
export interface RecordedTag {
  readonly release: string;
  /** The id of the annotated tag object. It covers the message, the commit and every file of the release. */
  readonly tag: string;
  /** `sha256:<hex>` of what the release renders to. */
  readonly manifests: string | undefined;
  /** The full sha of the commit of main that recorded it. */
  readonly commit: string;
}

/**
 * What moves of a pointer record of its releases, by release: the first record of each. Releases that were made before tags were
 * recorded are absent.
 */
export function recordedTags(moves: readonly PointerMove[]): Map<string, RecordedTag> {
  // Oldest last, so that the first record of a release stays.
  return new Map(
    moves.flatMap(({ release, tag, manifests, commit }) =>
      tag === undefined ? [] : [[release, { release, tag, manifests, commit: commit.sha }] as const],
    ),
  );
}

/** The ids of the tag objects of an environment's releases as they are here, by release; one process, whatever their number. */
export async function readTagIds(repository: Repository, environment: string): Promise<Map<string, string>> {
  const text = await gitText(
    repository.directory,
    ['for-each-ref', '--format=%(refname:lstrip=2) %(objectname)', `refs/tags/${environment}/`],
    { to: 'read the ids of the releases' },
  );
  const lines = text.split('\n').filter((line) => line !== '');
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), line.slice(line.lastIndexOf(' ') + 1)]),
  );
}

/** The tag of a release here, and what main recorded of it. */
export interface BoundTag {
  readonly tag: string | undefined;
  readonly recorded: RecordedTag | undefined;
}

interface NamedRelease {
  readonly head: string;
  readonly environment: string;
  readonly release: string;
}

/** How far back the record of a release is looked for: nearly always the first is enough. */
const looks = [2, 64, undefined];

async function readBoundTag(repository: Repository, at: NamedRelease): Promise<BoundTag> {
  const tag = await resolveObject(repository, `refs/tags/${at.release}`);
  for (const limit of looks) {
    const recorded = recordedTags(await readPointerHistory(repository, { ...at, limit })).get(at.release);
    if (recorded !== undefined) return { tag, recorded };
  }
  return { tag, recorded: undefined };
}

/**
 * Throws `release-tag-moved` where the tag of a release, here or on the remote, is another one than main recorded when the release
 * came into use. Returns the id of the tag, and whether main has a record of it at all.
 */
export async function requireUnmoved(repository: Repository, at: NamedRelease): Promise<BoundTag> {
  const bound = await readBoundTag(repository, at);
  const moved = await describeMovedTag(repository, { ...bound, release: at.release });
  if (moved !== undefined) throw new BitiqError({ code: 'release-tag-moved', ...moved });
  return bound;
}

/** The finding that the tag of a release was moved; none where it was not, or where nothing tells. */
export async function findMovedTag(repository: Repository, at: NamedRelease): Promise<Finding[]> {
  return movedFindings(repository, at, await readBoundTag(repository, at));
}

async function movedFindings(
  repository: Repository,
  { release }: Pick<NamedRelease, 'release'>,
  bound: BoundTag,
): Promise<Finding[]> {
  const moved = await describeMovedTag(repository, { ...bound, release });
  return moved === undefined ? [] : [releaseFinding(release, 'release-tag-moved', moved.message, moved.fix)];
}

/** As `findMovedTag`, and where main never recorded the tag of the release that an environment points at: then no one knows whose words it has. */
export async function findDoubtfulTag(repository: Repository, at: NamedRelease): Promise<Finding[]> {
  const { environment, release } = at;
  const bound = await readBoundTag(repository, at);
  const moved = await movedFindings(repository, at, bound);
  if (moved.length > 0) return moved;
  // A shallow clone does not have the whole history of the pointer.
  if (bound.recorded !== undefined || bound.tag === undefined || (await isShallow(repository))) return [];
  const message = `${environment} points at ${release}, but main never recorded its tag: somebody moved the pointer by hand, and nothing proves the content of this release.`;
  const fix = `\`bitiq verify ${release}\` compares it with its tree. \`bitiq promote ${release} ${environment}\` makes a release of the same versions that main records.`;
  return [releaseFinding(release, 'release-mismatch', message, fix)];
}

/** The same as a warning, for what shows all the same what the tag has now. */
export async function warnOfMovedTag(repository: Repository, at: NamedRelease): Promise<Finding[]> {
  return (await findMovedTag(repository, at)).map((finding) => ({ ...finding, severity: 'warning' }));
}

/** What is wrong with the tag of a release by the moves of the pointer to it: its number was used again, or the tag was moved. */
export async function judgeTag(
  repository: Repository,
  at: { readonly release: string; readonly tag: string | undefined; readonly moves: readonly PointerMove[] },
): Promise<Finding[]> {
  const { release, tag, moves } = at;
  const ids = new Set(moves.flatMap((move) => move.tag ?? []));
  if (ids.size > 1) {
    const all = [...ids].map((id) => id.slice(0, 12)).join(' and ');
    const message = `The number of ${release} was used again: main recorded the tags ${all} for it.`;
    return [releaseFinding(release, 'release-mismatch', message)];
  }
  const recorded = recordedTags(moves).get(release);
  return movedFindings(repository, at, { tag, recorded });
}

/** How a tag that was moved is told: which one is right, and how that one comes back. Undefined where it was not moved. */
async function describeMovedTag(
  repository: Repository,
  { release, tag, recorded }: BoundTag & { readonly release: string },
): Promise<{ readonly message: string; readonly fix: string } | undefined> {
  const ref = `refs/tags/${release}`;
  const there = tagOnRemote(repository, ref);
  const short = (id: string) => id.slice(0, 12);
  const remote = nameOfRemote(repository);
  const take = `\`git fetch --force ${pushTarget(repository) ?? ''} ${ref}:${ref}\``;
  if (tag === undefined) return undefined;
  if (recorded === undefined) {
    if (there === undefined) return undefined;
    return {
      message: `The tag ${release} is ${short(tag)} here and ${short(there)} on ${remote}, and main has no record of which one is right.`,
      fix: `Compare them, then keep one: ${take} takes that of the remote, \`${restoreTagCommand(repository, { release, force: true })}\` that of this clone.`,
    };
  }
  const told = `main recorded ${short(recorded.tag)} in ${recorded.commit.slice(0, 7)} when ${release} came into use`;
  if (tag === recorded.tag) {
    if (there === undefined) return undefined;
    return {
      message: `The tag ${release} of ${remote} was moved: it is ${short(there)} there, and ${told}, which this clone has.`,
      fix: `A release never changes. Find out who moved the tag, then bring the right one back from here: \`${restoreTagCommand(repository, { release, force: true })}\`.`,
    };
  }
  if (there === recorded.tag) {
    return {
      message: `The tag ${release} of this clone is ${short(tag)}, and ${told}, which ${remote} has.`,
      fix: `A release never changes. Take the right one from the remote: ${take}.`,
    };
  }
  const command = restoreTagCommand(repository, { release, id: recorded.tag, force: true });
  const isHere = (await resolveObject(repository, recorded.tag)) !== undefined;
  return {
    message: `The tag ${release} was moved: it is ${short(tag)} now, and ${told}.`,
    fix: `A release never changes. Find out who moved the tag; ${isHere ? 'this clone still has the right one and' : 'a clone that has the right one'} brings it back: \`${command}\`.`,
  };
}
