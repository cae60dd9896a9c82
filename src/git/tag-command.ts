import { stripSecrets } from '../process/run.ts';
import { remoteName, type Repository } from './repository.ts';

/** Where a person's `git push` goes to reach what counts; undefined for a repository that is its own remote. */
export function pushTarget(repository: Repository): string | undefined {
  if (repository.remote === repository.directory) return undefined;
  return remoteName(repository) ?? stripSecrets(repository.remote, []);
}

/** What to call the repository that counts in a sentence: `the remote origin`, or its address. */
export function nameOfRemote(repository: Repository): string {
  const name = remoteName(repository);
  return name === undefined ? repository.label : `the remote ${name}`;
}

/** The command that brings a tag of a release back where it counts, as the object of this id or as the clone has it. */
export function restoreTagCommand(
  repository: Repository,
  {
    release,
    id,
    force = false,
  }: { readonly release: string; readonly id?: string | undefined; readonly force?: boolean },
): string {
  const ref = `refs/tags/${release}`;
  const target = pushTarget(repository);
  if (target === undefined)
    return id === undefined ? `git push REPOSITORY ${ref}` : `git update-ref ${ref} ${id}`;
  return `git push${force ? ' --force' : ''} ${target} ${id === undefined ? '' : `${id}:`}${ref}`;
}

/** The commands that remove a branch or a tag where it counts and, for a tag, here, each in backticks. */
export function removeRefCommands(repository: Repository, ref: string): string {
  const [, kind, name] = /^refs\/(tags|heads)\/(.*)$/.exec(ref)!;
  const here = kind === 'tags' ? `git tag -d ${name}` : `git branch -D ${name}`;
  const target = pushTarget(repository);
  if (target === undefined) return `\`${here}\``;
  const there = `\`git push ${target} :${ref}\``;
  return kind === 'tags' ? `${there} where the remote has it, and \`${here}\` here` : there;
}
