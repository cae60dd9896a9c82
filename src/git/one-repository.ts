import { BitiqError } from '../model/errors.ts';
import { stripSecrets } from '../process/run.ts';
import { isShallow } from './shallow.ts';
import { git } from './git.ts';
import { remoteName, resolveCommit, type Repository } from './repository.ts';
import type { Split } from './split-remote.ts';

/**
 * Throws `remote-conflict` where pushes would go to another repository than fetches come from: it has several addresses to push to, or lacks a
 * commit of main or a release that the other one has. A mirror that is fetched from and lags behind is fine.
 */
export async function requireOneRepository(repository: Repository): Promise<void> {
  const { split, branch } = repository;
  if (split === undefined) return;
  if (split.push.length > 1) {
    throw splitError(
      repository,
      split,
      'a push to several is not one: one of them may take it, and another one not',
    );
  }
  // In this order: what is pushed meanwhile is seen in the second one.
  const fetched = await listRemote(repository, split.fetch);
  const pushed = await listRemote(repository, repository.source);
  // One that does not answer proves nothing, and must not be in the way.
  if (fetched === undefined || pushed === undefined) return;
  const main = `refs/heads/${branch}`;
  const lacking = [...fetched].find(([ref, sha]) => ref !== main && pushed.get(ref) !== sha)?.[0];
  if (lacking !== undefined)
    throw splitError(
      repository,
      split,
      `it has ${lacking.replace('refs/tags/', 'the release ')}, which the other one has not`,
    );
  const sha = fetched.get(main);
  // Where main has moved since it was fetched, the push is lost and everything is asked again.
  if (
    sha === undefined ||
    sha === pushed.get(main) ||
    pushed.get(main) !== (await resolveCommit(repository, repository.mainRef))
  )
    return;
  if ((await isAncestor(repository, sha)) || (await isShallow(repository))) return;
  throw splitError(repository, split, `its ${branch} is at ${sha.slice(0, 7)}, which the other one has not`);
}

/** What to say after a push of main where fetches come from another address, which has not got it. */
export async function noteElsewhere(repository: Repository, pushed: string | undefined): Promise<string[]> {
  const { split, branch } = repository;
  if (split === undefined || pushed === undefined) return [];
  const fetched = await listRemote(repository, split.fetch);
  if (fetched === undefined || fetched.get(`refs/heads/${branch}`) === pushed) return [];
  return [
    `${shown(split.push[0]!)} has it, and ${shown(split.fetch)}, where ${remoteName(repository)} is fetched from, has not. Unless that one is a mirror which follows, what reads it does not get this.`,
  ];
}

/** Main and the releases of an address; undefined where it cannot be asked. */
async function listRemote(
  { directory, branch, patience }: Repository,
  url: string,
): Promise<ReadonlyMap<string, string> | undefined> {
  const listed = await git(
    directory,
    [...patience.args, 'ls-remote', '--refs', url, `refs/heads/${branch}`, 'refs/tags/*'],
    {
      to: 'compare where the remote is fetched from and pushed to',
      env: patience.env,
      allow: [0, 1, 2, 128],
    },
  );
  if (listed.code !== 0) return undefined;
  return new Map(
    listed.stdout
      .toString('utf8')
      .split('\n')
      .map((line) => line.split('\t') as [string, string])
      .filter(([, ref]) => ref === `refs/heads/${branch}` || /^refs\/tags\/[^/]+\/\d+$/.test(ref ?? ''))
      .map(([sha, ref]) => [ref, sha]),
  );
}

async function isAncestor(repository: Repository, sha: string): Promise<boolean> {
  const compared = await git(repository.directory, ['merge-base', '--is-ancestor', sha, repository.mainRef], {
    to: 'compare two commits',
    allow: [0, 1, 128],
  });
  return compared.code === 0;
}

function splitError(repository: Repository, split: Split, why: string): BitiqError {
  const name = remoteName(repository)!;
  const addresses = [split.fetch, ...split.push].map(shown);
  return new BitiqError({
    code: 'remote-conflict',
    message: `The remote ${name} of ${repository.label} is fetched from ${addresses[0]} and pushed to ${addresses.slice(1).join(' and ')}, and these are different repositories: ${why}.`,
    fix: `Name the one that counts with --repo ${addresses[0]}, or push to where you fetch from: \`git config --unset-all remote.${name}.pushurl\`.`,
  });
}

function shown(url: string): string {
  return stripSecrets(url, []);
}
