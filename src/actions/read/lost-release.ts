import type { CommitInfo } from '../../git/read.ts';
import type { Repository } from '../../git/repository.ts';
import { restoreTagCommand } from '../../git/tag-command.ts';
import type { PointerMove } from './pointer-history.ts';
import { recordedTags } from './recorded-tags.ts';

/** What main knows of a release without a tag. */
export interface LostRelease {
  readonly message: string;
  /** The command that brings the tag back from a clone that has it, by the id that main recorded. */
  readonly command: string;
  readonly fix: string;
  /** Whether bitiq made the release; false where only a person's commit names it, so that it may never have been. */
  readonly wasMade: boolean;
}

/** How a release without a tag is told; undefined where nothing on main names it. `moves` are those to it, newest first; `left` is the commit that moved the pointer from it, where the history lacks them. */
export function describeLost(
  repository: Repository,
  at: {
    readonly environment: string;
    readonly release: string;
    readonly moves: readonly PointerMove[];
    readonly left?: CommitInfo | undefined;
  },
): LostRelease | undefined {
  const { environment, release, moves, left } = at;
  const commit = moves[0]?.commit ?? left;
  if (commit === undefined) return undefined;
  const id = recordedTags(moves).get(release)?.tag;
  const command = restoreTagCommand(repository, { release, id });
  const again = `push it again from a clone that has it: \`${command}\`.`;
  const wasMade = moves.length === 0 || moves.some((move) => wasMadeBy(move.commit, release));
  const by = `${commit.sha.slice(0, 7)} by ${commit.author}`;
  const ran =
    moves.length === 0
      ? `${environment} ran ${release} before ${by}`
      : `${environment} ran ${release} (${by})`;
  return {
    message: wasMade
      ? `${ran}, and its tag is gone.`
      : `${by} pointed ${environment} at ${release} by hand, and there is no such tag.`,
    command,
    fix: wasMade
      ? `Fetch it (\`git fetch --tags\`), or ${again}`
      : `If there was such a release, ${again} If not, nothing is missing.`,
    wasMade,
  };
}

function wasMadeBy({ trailers }: CommitInfo, release: string): boolean {
  return trailers.get('Bitiq-To') === release;
}
