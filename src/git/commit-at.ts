import { gitText } from './git.ts';
import type { Repository } from './repository.ts';

/** The full sha of the commit that was the head of main at a moment (ISO 8601), by the dates of main's first parents; undefined before its first commit. */
export async function commitOfMainAt(
  repository: Repository,
  head: string,
  at: string,
): Promise<string | undefined> {
  const sha = await gitText(
    repository.directory,
    ['rev-list', '--first-parent', '--max-count=1', `--before=${at}`, head],
    { to: `find what main was at ${at}` },
  );
  return sha === '' ? undefined : sha;
}
