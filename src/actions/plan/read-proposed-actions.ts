import { commitsApart, hasChangedSince, headOfBranch, ownBranches } from '../../git/branches.ts';
import type { Repository } from '../../git/repository.ts';
import { proposalBranch } from '../../model/proposal-branch.ts';

/** An action that a branch proposes. */
export interface ProposedAction {
  readonly branch: string;
  /** Such as `prod: roll back to prod/4`. */
  readonly subject: string;
  readonly by: string;
}

/**
 * What the branches `bitiq/<env>.<action>` of an environment propose, as they were fetched last. One is passed over where main has changed
 * the same files since: its commit was squashed into main, or its pull request has a conflict.
 */
export async function readProposedActions(
  repository: Repository,
  { head, environment }: { readonly head: string; readonly environment: string },
): Promise<ProposedAction[]> {
  const branches = await ownBranches(repository, `${proposalBranch(environment)}.`);
  const read = branches.map(async (branch): Promise<ProposedAction[]> => {
    const tip = await headOfBranch(repository, branch);
    const [commit] = tip === undefined ? [] : await commitsApart(repository, { branch: tip, main: head });
    if (commit === undefined || (await hasChangedSince(repository, { branch: commit.sha, main: head })))
      return [];
    const by = /^Bitiq-By: (.*)$/m.exec(commit.message)?.[1] ?? 'somebody';
    return [{ branch, subject: commit.message.split('\n')[0]!, by }];
  });
  return (await Promise.all(read)).flat();
}
