import type { Finding } from '../../model/finding.ts';
import { partOf } from '../../model/verification.ts';
import type { Repository } from '../../git/repository.ts';
import { restoreTagCommand } from '../../git/tag-command.ts';
import { judgeTag } from '../read/recorded-tags.ts';
import { releaseFinding } from '../read/release-finding.ts';
import { headerOf, type ReleaseFacts } from './release-facts.ts';

/**
 * Whether the tag of a release is the annotated tag that main recorded when the pointer moved to it: there, with its own name, the
 * same object in every move, and never another one under the same number.
 */
export async function verifyTag(
  repository: Repository,
  facts: ReleaseFacts,
): Promise<ReturnType<typeof partOf>> {
  const { release, tag, moves } = facts;
  const findings: Finding[] = [];
  if (tag === undefined) {
    return partOf(
      'tag',
      [
        releaseFinding(
          release,
          'release-mismatch',
          `${release} ran (${moves[0]?.commit.sha.slice(0, 7) ?? 'main'}), and its tag is gone.`,
          `Push it again from a clone that has it: \`${restoreTagCommand(repository, { release, id: moves.find((move) => move.tag !== undefined)?.tag })}\`.`,
        ),
      ],
      '',
    );
  }
  if (tag.type !== 'tag') {
    const message = `${release} is not an annotated tag, so it has no record.`;
    return partOf('tag', [releaseFinding(release, 'release-record-invalid', message)], '');
  }
  const named = headerOf(tag, 'tag');
  if (named !== release) {
    findings.push(
      releaseFinding(
        release,
        'release-mismatch',
        `The tag ${release} is a copy of the tag ${named ?? '(none)'}.`,
      ),
    );
  }
  const recorded = moves.filter((move) => move.tag !== undefined);
  findings.push(...(await judgeTag(repository, { release, tag: tag.sha, moves })));
  if (moves.length > 0 && recorded.length === 0) {
    findings.push(
      releaseFinding(
        release,
        'release-mismatch',
        moves.some(({ commit }) => commit.trailers.has('Bitiq-Action'))
          ? `main has no record of the tag of ${release}: it was made before bitiq recorded tags, so one that was moved would not be noticed.`
          : `Nothing on main binds ${release} to its tag: ${moves.at(-1)!.commit.sha.slice(0, 7)} by ${moves.at(-1)!.commit.author} moved the pointer by hand.`,
        `\`bitiq promote ${release} ${facts.environment}\` makes a release of the same versions that main records.`,
      ),
    );
  }
  const note =
    recorded.length > 0
      ? `${tag.sha.slice(0, 12)}, as ${recorded.at(-1)!.commit.sha.slice(0, 7)} on main recorded it`
      : `${tag.sha.slice(0, 12)}, never ran`;
  return partOf('tag', findings, note);
}
