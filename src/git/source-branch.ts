import { messageOf } from '../model/errors.ts';
import { stripSecrets } from '../process/run.ts';
import { keptRef } from './branches.ts';
import { isShallow } from './shallow.ts';
import { git } from './git.ts';
import { openRepository, resolveCommit, type Repository } from './repository.ts';
import { fetchSource } from './source-commits.ts';

export interface SourceBranchOptions {
  /** The repository of a service: a path, which is only read, or a URL, which is fetched into a cache when that does not know better. */
  readonly location: string;
  readonly branch: string;
  readonly cacheDirectory?: string | undefined;
}

/** Whether a commit (a full or abbreviated sha) is the head of a branch or before it; why that cannot be told, as the end of a sentence without credentials. */
export type SourceBranch = (commit: string) => Promise<boolean | { readonly why: string }>;

/** A branch of a service's repository, which is fetched once at the most. Never throws for a source that cannot be reached. */
export function sourceBranch(options: SourceBranchOptions): SourceBranch {
  let opened: Promise<Repository> | undefined;
  let fetched: Promise<string | undefined> | undefined;
  return async (commit) => {
    try {
      const repository = await (opened ??= openRepository(options.location, {
        cacheDirectory: options.cacheDirectory,
        branch: 'main',
      }));
      // What was on a branch once is still on it, so only another answer needs a fetch.
      if (repository.kind === 'cache' && (await contains(repository, options.branch, commit)) !== true) {
        const failure = await (fetched ??= fetchSource(repository));
        if (failure !== undefined) return { why: failure };
      }
      const found = await contains(repository, options.branch, commit);
      return found ?? { why: `${repository.label} has no branch ${options.branch}` };
    } catch (error) {
      return { why: stripSecrets(messageOf(error), []).replace(/\.$/, '') };
    }
  };
}

/** Undefined where there is no such branch; a commit that the repository lacks is on none of its branches, unless it is cut off. */
async function contains(
  repository: Repository,
  branch: string,
  commit: string,
): Promise<boolean | undefined> {
  const head = await resolveCommit(repository, keptRef(repository, `refs/heads/${branch}`));
  if (head === undefined) return undefined;
  const sha = await resolveCommit(repository, commit);
  if (sha === undefined) {
    if (!(await isShallow(repository))) return false;
    throw new Error(`${repository.label} is a shallow clone, which lacks ${commit}`);
  }
  const answer = await git(repository.directory, ['merge-base', '--is-ancestor', sha, head], {
    to: `look for ${commit} on ${branch}`,
    allow: [0, 1],
  });
  return answer.code === 0;
}
