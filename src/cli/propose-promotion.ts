import type { PromoteOptions } from '../actions/promote.ts';
import type { Proposed } from '../actions/promote-by-pull-request.ts';
import type { Repository } from '../git/repository.ts';
import type { GitHub } from '../github/client.ts';
import { BitiqError } from '../model/errors.ts';
import { flagOption, type CommandContext } from './command.ts';
import { printPlan } from './print-plan.ts';
import { painter } from './print.ts';

/** `promote --pr`: proposes the release, and prints what came of it. A plan needs no token. */
export async function proposePromotion(
  context: CommandContext,
  repository: Repository,
  options: PromoteOptions,
): Promise<number> {
  const { promoteByPullRequest } = await import('../actions/promote-by-pull-request.ts');
  const github = await connect(context, repository, options.dryRun === true);
  report(context, await promoteByPullRequest(repository, { ...options, github }));
  return 0;
}

async function connect(
  context: CommandContext,
  repository: Repository,
  dryRun: boolean,
): Promise<GitHub | undefined> {
  const [{ remoteAddresses }, { readGitHubAddress }, { connectGitHub, tokenOf }] = await Promise.all([
    import('../git/branches.ts'),
    import('../github/address.ts'),
    import('../github/client.ts'),
  ]);
  const addresses = await remoteAddresses(repository);
  // Git may be told to use another address than the one that is written, such as a mirror or an alias.
  const fits = addresses.find((address) => {
    try {
      readGitHubAddress(address, context.env);
      return true;
    } catch {
      return false;
    }
  });
  const address = fits ?? addresses[0];
  if (address === undefined) throw noRemote(repository);
  const at = readGitHubAddress(address, context.env);
  if (dryRun && tokenOf(context.env, at) === undefined) return undefined;
  return connectGitHub(address, { env: context.env, signal: context.signal, progress: context.note });
}

function report(context: CommandContext, { applied, pullRequest, openBefore }: Proposed): void {
  const { plan } = applied.prepared;
  const pushed = applied.proposed !== undefined;
  const warnings = applied.warnings.length > 0 ? { warnings: applied.warnings } : {};
  if (flagOption(context, 'json')) {
    const done = pushed || (pullRequest !== undefined && pullRequest.state !== 'unchanged');
    context.out(
      JSON.stringify(
        { done, head: applied.head, plan, ...warnings, pullRequest: pullRequest ?? null },
        null,
        2,
      ),
    );
    return;
  }
  context.out(printPlan(plan, painter(context.colour), applied.branch));
  for (const warning of applied.warnings) context.note(`Warning: ${warning}`);
  for (const note of pullRequest?.notes ?? []) context.note(note);
  if (flagOption(context, 'dryRun')) {
    if (plan.proposal && openBefore !== undefined) context.note(`Pull request #${openBefore} is open.`);
    context.note('This is a plan. Nothing was changed.');
    return;
  }
  if (pushed) {
    const branch = plan.proposal!.branch;
    context.note(
      `Pushed at once: ${branch} is at ${applied.proposed!.slice(0, 7)}; ${applied.branch} was not changed.`,
    );
  }
  if (pullRequest === undefined || (!pushed && pullRequest.state === 'unchanged')) {
    context.note(
      `${pullRequest ? `Pull request ${pullRequest.url} is open. ` : ''}Nothing to do. Nothing was changed.`,
    );
    return;
  }
  const did = { opened: 'Opened', updated: 'Updated', unchanged: 'Open already:' }[pullRequest.state];
  context.note(`${did} ${pullRequest.url}`);
}

function noRemote(repository: Repository): BitiqError {
  return new BitiqError({
    code: 'github-remote-unfit',
    message: `${repository.label} has no remote, so it is not known where on GitHub it is.`,
    fix: `Run the command in a clone of the repository on GitHub, or name its address with --repo; without --pr the release goes to ${repository.branch} at once.`,
  });
}
