import type { PullRequestDoor } from '../actions/plan/propose.ts';
import type { Repository } from '../git/repository.ts';
import { BitiqError } from '../model/errors.ts';
import { isRemoteAddress } from '../model/remote-address.ts';
import type { SharedContext } from './common-options.ts';
import { printPlan } from './print-plan.ts';

/** What --pr says: undefined without it. A plan needs no token, and a repository that is not on GitHub gets the branch alone. */
export async function pullRequestOf(
  context: SharedContext,
  repository: Repository,
  helm?: string,
): Promise<PullRequestDoor | undefined> {
  if (context.options.pr !== true) return undefined;
  const describe: PullRequestDoor['describe'] = (plan) =>
    printPlan(plan, (_, text) => text, repository.branch);
  return { ...(await connect(context, repository)), helm, describe };
}

async function connect(
  context: SharedContext,
  repository: Repository,
): Promise<Pick<PullRequestDoor, 'github' | 'isBranchOnly'>> {
  const [{ remoteAddresses }, { readGitHubAddress }, { connectGitHub, tokenOf }] = await Promise.all([
    import('../git/branches.ts'),
    import('../github/address.ts'),
    import('../github/client.ts'),
  ]);
  const addresses = await remoteAddresses(repository);
  if (addresses.length === 0) throw noRemote(repository);
  // Git may be told to use another address than the one that is written, such as a mirror or an alias.
  const read = addresses.map((address) => {
    try {
      return { address, at: readGitHubAddress(address, context.env) };
    } catch (error) {
      if (error instanceof BitiqError && error.code === 'github-remote-unsupported')
        return { address, error };
      throw error;
    }
  });
  const fits = read.find(({ at }) => at !== undefined);
  // There is no one to open a pull request where a remote is a folder.
  if (fits?.at === undefined) {
    if (read.some(({ address }) => isRemoteAddress(address)))
      return { github: undefined, isBranchOnly: true };
    throw read[0]!.error!;
  }
  const { address, at } = fits;
  const isNamed = at.tokenNames.length > 0;
  if (!isNamed)
    context.note(
      `Note: bitiq does not know whether ${at.host} is a GitHub Enterprise server, so it opens no pull request there. Set GITHUB_API_URL to its API.`,
    );
  if (!isNamed) return { github: undefined, isBranchOnly: true };
  if (context.options.dryRun === true && tokenOf(context.env, at) === undefined) return { github: undefined };
  const { env, signal, note } = context;
  return { github: await connectGitHub(address, { env, signal, progress: note }) };
}

function noRemote(repository: Repository): BitiqError {
  return new BitiqError({
    code: 'github-remote-unsupported',
    message: `${repository.label} has no remote, so bitiq does not know where it is on GitHub.`,
    fix: `Run the command in a clone of the repository on GitHub, or name its address with --repo; without --pr the commit goes to ${repository.branch} at once.`,
  });
}
