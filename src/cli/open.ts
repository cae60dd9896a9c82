import type { SharedContext } from './common-options.ts';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Config } from '../model/config.ts';
import { BitiqError } from '../model/errors.ts';
import type { LoopView } from '../model/loop-view.ts';
import { isRemoteAddress } from '../model/remote-address.ts';
import type { Repository } from '../git/repository.ts';
import type { OpenOptions } from '../git/repository-place.ts';
import type { Tree } from '../git/tree.ts';
import type { Actor } from '../actions/plan/prepared-plan.ts';
import { stripSecrets } from '../process/run.ts';
import { keptFolder, toolkitRoot } from './toolkit-root.ts';

/** An opened repository with the head of main and what bitiq.yaml says there. */
export interface Opened {
  readonly repository: Repository;
  readonly head: string;
  readonly tree: Tree;
  readonly config: Config;
  /** The names of the remote's branches, where they were wanted. */
  readonly branches: readonly string[];
}

/** What --repo or $BITIQ_REPO names; undefined: the repository around the current folder. */
function namedRepository(context: SharedContext): string | undefined {
  return context.options.repo ?? (context.env['BITIQ_REPO'] || undefined);
}

/** What the loop runs, where the repository that was named is that of a loop which runs here. */
export async function loopViewOf(context: SharedContext): Promise<LoopView | undefined> {
  if (namedRepository(context) !== 'loop') return undefined;
  const { askLoop } = await import('../local/loop-record.ts');
  const view = await askLoop(stateDirectory(context), context.signal);
  if (view === undefined) context.note('No loop is running here, so it is unknown what runs.');
  return view;
}

/** Opens the repository that --repo names, without looking at its remote. */
export async function openNamed(context: SharedContext): Promise<Repository> {
  const { openRepository, remoteName } = await import('../git/repository.ts');
  const option = context.options.repo;
  if (option === '') throw emptyName();
  const name = namedRepository(context);
  const location = name === 'loop' ? loopRepository(context) : resolveLocation(context.cwd, name ?? '.');
  const opened = await openRepository(location, { ...openOptions(context), isFound: name === undefined });
  const repository: Repository = { ...opened, signal: context.signal };
  // Anyone who has a loop running here may well mean that one.
  if (name === undefined && repository.directory === toolkitRoot() && existsSync(loopFolder(context))) {
    const remote = remoteName(repository);
    const place = remote === undefined ? 'this checkout' : `the remote ${remote} of this checkout`;
    context.note(`Note: this uses ${place}; \`--repo loop\` means the loop that was started here.`);
  }
  return repository;
}

/**
 * Opens the repository that --repo names and reads main: the remote's as it is now, or with --offline as it was fetched last;
 * with `proposals` the branches that propose releases, and with `branches` the names of all, too.
 */
export async function openForReading(
  context: SharedContext,
  { proposals = false, branches = false }: { readonly proposals?: boolean; readonly branches?: boolean } = {},
): Promise<Opened> {
  const { fetchRemote, headOfMain, remoteName } = await import('../git/repository.ts');
  const { commitTree } = await import('../git/tree.ts');
  const { readConfig } = await import('../actions/read/read-state.ts');
  const repository = await openNamed(context);
  noteSplit(repository, context);
  const { branchNames, fetchOwnBranches } = await import('../git/branches.ts');
  const offline = context.options.offline === true;
  const named = branches ? branchNames(repository, { seen: offline }) : undefined;
  const proposed = proposals && !offline ? fetchOwnBranches(repository) : undefined;
  // What is wrong with the remote is told by the first.
  for (const each of [named, proposed]) each?.catch(() => {});
  if (!offline) await fetchRemote(repository);
  await proposed;
  const head = await headOfMain(repository);
  await noteShallow(repository, context);
  if (remoteName(repository) !== undefined) await noteUnpushed(repository, context);
  const tree = commitTree(repository, head);
  return { repository, head, tree, config: await readConfig(tree), branches: (await named) ?? [] };
}

/** Who runs the command, as Git writes it into commits: author.name, user.name and their variables, and --reason. */
export async function actorOf(context: SharedContext, repository: Repository): Promise<Actor> {
  const { readIdentity } = await import('../git/identity.ts');
  const identity = await readIdentity(repository, context.env);
  return { ...identity, reason: context.options.reason?.trim() || undefined, now: context.now() };
}

/** What --branch, --folder and --offline say of how a repository is opened. */
export function openOptions(context: SharedContext): OpenOptions {
  return {
    branch: context.options.branch ?? (context.env['BITIQ_BRANCH'] || undefined),
    folder: context.options.folder ?? (context.env['BITIQ_FOLDER'] || undefined),
    offline: context.options.offline === true,
  };
}

/** The path of the real Helm; tells on stderr when it must be fetched or built first. */
export async function helmPath(context: SharedContext): Promise<string> {
  const { findHelm } = await import('../helm/find-helm.ts');
  return (await findHelm({ root: toolkitRoot(), kept: keptFolder(), progress: (line) => context.note(line) }))
    .path;
}

/** The path of the real Helm where it is there already; nothing is fetched or built. */
export async function helmAtHand(context: SharedContext): Promise<string | undefined> {
  const { lookForHelm } = await import('../helm/find-helm.ts');
  // One that BITIQ_HELM names and that cannot be used is as none: a rollback works without.
  return (await lookForHelm({ kept: keptFolder(), env: context.env }).catch(() => undefined))?.path;
}

/** The state folder of the loop and of runs: --state, $BITIQ_STATE, or the folder that this bitiq keeps things in. */
export function stateDirectory(context: SharedContext): string {
  const named = context.options.state ?? context.env['BITIQ_STATE'];
  return named === undefined ? keptFolder() : resolve(context.cwd, named);
}

function loopFolder(context: SharedContext): string {
  return join(stateDirectory(context), 'git', 'bitiq.git');
}

function loopRepository(context: SharedContext): string {
  const directory = loopFolder(context);
  if (existsSync(directory)) return directory;
  throw new BitiqError({
    code: 'repository-missing',
    message: 'No loop has been started here yet, so there is no GitOps repository.',
    fix: 'Start it with `./bitiq up`.',
  });
}

function resolveLocation(cwd: string, name: string): string {
  return isRemoteAddress(name) ? name : resolve(cwd, name);
}

function emptyName(): BitiqError {
  return new BitiqError({
    code: 'usage',
    message: '--repo is empty.',
    fix: 'Name a repository, or leave the option out to use the current folder.',
  });
}

function noteSplit({ split }: Repository, context: SharedContext): void {
  if (split === undefined) return;
  const [fetched, pushed] = [split.fetch, split.push[0]!].map((url) => stripSecrets(url, []));
  context.note(
    `Note: this remote is fetched from ${fetched} and pushed to ${pushed}; bitiq reads the latter.`,
  );
}

/** Tells on stderr that answers about the past may be cut short. */
export async function noteShallow(repository: Repository, context: SharedContext): Promise<void> {
  if (repository.kind !== 'checkout') return;
  const { isShallow } = await import('../git/shallow.ts');
  if (!(await isShallow(repository))) return;
  context.note(
    'Note: this clone is shallow, so the history, ages and release names of environments that follow main are incomplete. `git fetch --unshallow` completes it.',
  );
}

async function noteUnpushed(repository: Repository, context: SharedContext): Promise<void> {
  const { git } = await import('../git/git.ts');
  const counted = await git(
    repository.directory,
    ['rev-list', '--count', `${repository.mainRef}..refs/heads/${repository.branch}`],
    { to: 'count local commits', allow: [0, 128] },
  );
  const count = Number(counted.stdout.toString());
  if (counted.code === 0 && count > 0) {
    context.note(
      `Note: ${count} commit${count === 1 ? '' : 's'} on your ${repository.branch} ${count === 1 ? 'is' : 'are'} not pushed and not included.`,
    );
  }
}
