import type { EnvironmentConfig } from '../../model/config.ts';
import { BitiqError } from '../../model/errors.ts';
import { proposalBranch } from '../../model/proposal-branch.ts';
import type { ReleaseRecord } from '../../model/release.ts';
import { commitsApart, headOfBranch, type BranchCommit } from '../../git/branches.ts';
import { isShallow } from '../../git/shallow.ts';
import type { Repository } from '../../git/repository.ts';
import { removeRefCommands } from '../../git/tag-command.ts';
import { commitTree } from '../../git/tree.ts';
import { readMoves } from '../read/ledger.ts';
import { readRecords } from '../read/read-records.ts';
import { readTreePointer } from '../read/read-state.ts';

/** A release that is tagged and whose pointer commit waits on a branch: it never ran. */
export interface Proposal {
  readonly branch: string;
  /** The full sha of the branch. */
  readonly tip: string;
  readonly release: string;
  readonly record: ReleaseRecord;
}

/** The release that the branch of an environment proposes; undefined without one, and once it ran or was left behind. */
export async function readProposal(
  repository: Repository,
  head: string,
  environment: EnvironmentConfig,
): Promise<Proposal | undefined> {
  const branch = proposalBranch(environment.name);
  const tip = await headOfBranch(repository, branch);
  if (tip === undefined) return undefined;
  const release = await pointerAt(repository, tip, environment.name);
  if (release === undefined) return undefined;
  const [records, current] = await Promise.all([
    readRecords(repository, environment.name, [release]),
    readTreePointer(commitTree(repository, head), environment.name),
  ]);
  const record = records.get(release);
  if (record === undefined || release === current) return undefined;
  return (await hasRun(repository, { head, environment, release }))
    ? undefined
    : { branch, tip, release, record };
}

/** Whether an environment ever ran a release, by its ledger; a clone that lacks the history is believed to have had it. */
export async function hasRun(
  repository: Repository,
  options: { readonly head: string; readonly environment: EnvironmentConfig; readonly release: string },
): Promise<boolean> {
  for await (const { release } of readMoves(repository, options))
    if (release === options.release) return true;
  return isShallow(repository);
}

/** The commits of a branch `bitiq/…` that main does not have. Throws `proposal-conflict` when bitiq did not make all of them: they would be lost. */
export async function requireOwnBranch(
  repository: Repository,
  options: { readonly branch: string; readonly head: string },
): Promise<BranchCommit[]> {
  const { branch } = options;
  const tip = await headOfBranch(repository, branch);
  if (tip === undefined) return [];
  const commits = await commitsApart(repository, { branch: tip, main: options.head });
  const foreign = commits.find(({ message }) => !/^Bitiq-Action: /m.test(message));
  if (foreign === undefined) return commits;
  throw new BitiqError({
    code: 'proposal-conflict',
    message: `The branch ${branch} has a commit that bitiq did not make, and it would be lost: ${foreign.sha.slice(0, 7)} ${foreign.message.split('\n')[0]}.`,
    fix: `Bring it to ${repository.branch} by itself, then remove the branch: ${removeRefCommands(repository, `refs/heads/${branch}`)}.`,
  });
}

async function pointerAt(
  repository: Repository,
  commit: string,
  environment: string,
): Promise<string | undefined> {
  try {
    return await readTreePointer(commitTree(repository, commit), environment);
  } catch (error) {
    if (error instanceof BitiqError) return undefined;
    throw error;
  }
}

/** What is proposed, and whether it is behind what the environment runs, as a sentence without an end. */
export function describeProposal(
  now: { readonly environment: string; readonly release: string },
  { release, branch, record }: Proposal,
): string {
  const said = `${release} is proposed on ${branch} by ${record.by}`;
  if ((record.parent ?? `${now.environment}/0`) === now.release) return said;
  // What promote would take is something else.
  const again =
    record.from === 'set'
      ? `\`bitiq set ${now.environment} SERVICE=TAG --pr\``
      : `\`bitiq promote ${now.environment} --pr\``;
  return `${said}, when ${now.environment} ran ${record.parent ?? 'nothing'}: ${again} brings it up to date`;
}
