import type { Config } from '../../model/config.ts';
import type { Finding } from '../../model/finding.ts';
import { resolveCommit, resolveObject, type Repository } from '../../git/repository.ts';
import { removeRefCommands, restoreTagCommand } from '../../git/tag-command.ts';
import type { Tree } from '../../git/tree.ts';
import { readNamedReleases } from '../named-releases.ts';
import { readPointerHistory, type PointerMove } from '../pointer-history.ts';
import { readTreePointer } from '../read-state.ts';
import { releaseNumbers } from '../read-records.ts';
import { judgeTag, readTagIds } from '../recorded-tags.ts';
import { releaseFinding } from '../release-finding.ts';

/** Findings about the tags of the releases of pinned environments: that they are those that main recorded, that none is gone, and that none has a number twice. */
export async function checkReleaseTags(
  repository: Repository,
  { tree, config }: { readonly tree: Tree; readonly config: Config },
): Promise<Finding[]> {
  const pinned = config.environments.filter((environment) => environment.pinned);
  const parts = await Promise.all(
    pinned.map(async ({ name }) => [
      ...(await findZero(repository, name)),
      ...findGaps(repository, name, await releaseNumbers(repository, name)),
      ...(await findMoved(repository, { tree, environment: name })),
      ...(await findLost(repository, { tree, environment: name })),
    ]),
  );
  return parts.flat();
}

/** Every release whose tag, or number, is another one than the history of the pointer says: that of main, and that of what is checked. */
async function findMoved(
  repository: Repository,
  { tree, environment }: { readonly tree: Tree; readonly environment: string },
): Promise<Finding[]> {
  const heads = await Promise.all(
    [tree.commit ?? 'HEAD', repository.mainRef].map((name) => resolveCommit(repository, name)),
  );
  const [tags, ...histories] = await Promise.all([
    readTagIds(repository, environment),
    ...[...new Set(heads)].flatMap((head) =>
      head === undefined ? [] : [readPointerHistory(repository, { head, environment })],
    ),
  ]);
  const moves = new Map<string, PointerMove[]>();
  for (const move of histories.flat()) {
    if (move.tag !== undefined) moves.set(move.release, [...(moves.get(move.release) ?? []), move]);
  }
  const findings = await Promise.all(
    [...moves].map(([release, each]) =>
      judgeTag(repository, { release, tag: tags.get(release), moves: each }),
    ),
  );
  return findings.flat();
}

/** Every release that the history of the pointer names and that has no tag, unless one after it shows the gap: then that says so. */
async function findLost(
  repository: Repository,
  { tree, environment }: { readonly tree: Tree; readonly environment: string },
): Promise<Finding[]> {
  const head = await resolveCommit(repository, tree.commit ?? 'HEAD');
  if (head === undefined) return [];
  const [tags, named, pointer] = await Promise.all([
    releaseNumbers(repository, environment),
    readNamedReleases(repository, { head, environment }),
    readTreePointer(tree, environment).catch(() => ''),
  ]);
  const last = tags.at(-1) ?? 0;
  return [...named.values()]
    .filter(({ number }) => number > last && `${environment}/${number}` !== pointer)
    .sort((a, b) => a.number - b.number)
    .map(({ number, commit }): Finding => {
      const release = `${environment}/${number}`;
      const id = commit.trailers.get('Bitiq-To') === release ? commit.trailers.get('Bitiq-Tag') : undefined;
      const command = restoreTagCommand(repository, { release, id });
      return releaseFinding(
        release,
        'release-tag-missing',
        `${environment} ran ${release} (${commit.sha.slice(0, 7)} by ${commit.author}), and there is no such tag any more.`,
        `Fetch it (\`git fetch --tags\`), or push it again from a clone that has it: \`${command}\`. bitiq never uses its number again.`,
      );
    });
}

/** <env>/0 says that nothing has been released, so Argo CD must find nothing by that name. */
async function findZero(repository: Repository, environment: string): Promise<Finding[]> {
  const zero = `${environment}/0`;
  const ref = `refs/tags/${zero}`;
  if ((await resolveObject(repository, ref)) === undefined) return [];
  const message = `${zero} means that nothing has been released, but there is a tag of that name.`;
  return [
    releaseFinding(zero, 'release-untrue', message, `Remove it: ${removeRefCommands(repository, ref)}.`),
  ];
}

/** Numbers are given in turn, so one that lacks was a release whose tag somebody removed; neighbours are one finding. */
function findGaps(repository: Repository, environment: string, numbers: readonly number[]): Finding[] {
  return numbers.flatMap((number, index): Finding[] => {
    const from = (numbers[index - 1] ?? 0) + 1;
    if (from === number) return [];
    const [first, last] = [`${environment}/${from}`, `${environment}/${number - 1}`];
    if (first === last) {
      const message = `There is a release after ${first}, and its own tag is gone.`;
      const fix = `Fetch it (\`git fetch --tags\`), or push it again from a clone that has it: \`${restoreTagCommand(repository, { release: first })}\`.`;
      return [releaseFinding(first, 'release-tag-missing', message, fix)];
    }
    const after = `${environment}/${number}`;
    const message = `There is the release ${after}, and the tags ${first} to ${last} are gone.`;
    const fix = `Fetch them (\`git fetch --tags\`), or push them again from a clone that has them. If somebody made ${after} by hand, remove it: ${removeRefCommands(repository, `refs/tags/${after}`)}.`;
    return [releaseFinding(first, 'release-tag-missing', message, fix)];
  });
}
