import { printTag, tagFromDescribe, tagWithoutVersion } from '../model/tag.ts';
import { BitiqError } from '../model/errors.ts';
import { git, gitText } from './git.ts';
import { isShallow } from './shallow.ts';

/**
 * The image tag of a commit: `git describe --tags --long` over version tags `vX.Y.Z`, with the last dash as a dot, or
 * `v0.0.0-<commit count>.g<sha>` without one, with a note where tags look like versions of another form. Refuses a shallow clone, where the count would be wrong.
 */
export async function describeCommit(
  directory: string,
  revision: string,
  note: (text: string) => void = () => {},
): Promise<string> {
  const shallow = await isShallow({ directory }).catch((error: unknown) => {
    throw error instanceof BitiqError && error.code === 'tool-failed'
      ? noClone(`${directory} is not a clone of a Git repository.`)
      : error;
  });
  if (shallow) {
    throw new BitiqError({
      code: 'clone-shallow',
      message: `${directory} is a shallow clone, so the commits since the last version tag cannot be counted.`,
      fix: 'Fetch the whole history with its tags: `git fetch --unshallow --tags`.',
    });
  }
  const described = await git(
    directory,
    [
      'describe',
      '--tags',
      '--long',
      '--match',
      'v[0-9]*.[0-9]*.[0-9]*',
      '--exclude',
      '*[!v0-9.]*',
      '--exclude',
      'v*.*.*.*',
      revision,
    ],
    { to: `describe ${revision}`, allow: [0, 128] },
  );
  if (described.code === 0) return printTag(tagFromDescribe(described.stdout.toString('utf8')));
  const found = await git(
    directory,
    ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`],
    {
      to: `find ${revision}`,
      allow: [0, 1, 128],
    },
  );
  if (found.code !== 0) throw noClone(`${directory} has no commit ${JSON.stringify(revision)}.`);
  const count = await gitText(directory, ['rev-list', '--count', revision, '--'], {
    to: `count the commits of ${revision}`,
  });
  const sha = await gitText(directory, ['rev-parse', '--short', revision], { to: `name ${revision}` });
  const listed = await gitText(directory, ['tag', '--list', '--merged', revision], { to: 'list the tags' });
  const others = listed.split('\n').filter((tag) => /(?:^|[^0-9])[0-9]+\.[0-9]+/.test(tag));
  if (others.length > 0) {
    note(
      `Note: ${others.length} tag${others.length === 1 ? '' : 's'} of this repository ${others.length === 1 ? 'looks' : 'look'} like versions, such as ${others.at(-1)}, and ${others.length === 1 ? 'is' : 'are'} not vX.Y.Z, so the version is v0.0.0.`,
    );
  }
  return printTag(tagWithoutVersion(Number(count), sha));
}

function noClone(message: string): BitiqError {
  return new BitiqError({
    code: 'repository-missing',
    message,
    fix: 'Name the folder of a clone of the service, and a commit in it.',
  });
}
