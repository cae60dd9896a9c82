import type { Config } from '../../model/config.ts';
import type { Finding } from '../../model/finding.ts';
import { isShallow } from '../../git/shallow.ts';
import { resolveObject, type Repository } from '../../git/repository.ts';
import { removeRefCommands, restoreTagCommand } from '../../git/tag-command.ts';
import type { Tree } from '../../git/tree.ts';
import { describeLost } from '../read/lost-release.ts';
import { headsOf, readNamedAnywhere, type NamedRelease } from '../read/named-releases.ts';
import { readPointerHistory, type PointerMove } from '../read/pointer-history.ts';
import { readTreePointer } from '../read/read-state.ts';
import { releaseNumbers } from '../read/read-records.ts';
import { judgeTag, readTagIds } from '../read/recorded-tags.ts';
import { releaseFinding } from '../read/release-finding.ts';

/** Findings about the tags of the releases of pinned environments: that they are those that main recorded, that none is gone, and that none has a number twice. */
export async function checkReleaseTags(
  repository: Repository,
  { tree, config }: { readonly tree: Tree; readonly config: Config },
): Promise<Finding[]> {
  const pinned = config.environments.filter((environment) => environment.kind === 'pinned');
  const parts = await Promise.all(
    pinned.map(async ({ name }) => [
      ...(await findZero(repository, name)),
      ...(await findMoved(repository, { tree, environment: name })),
      ...(await findMissing(repository, { tree, environment: name })),
    ]),
  );
  return parts.flat();
}

/** Every release whose tag, or number, is another one than the history of the pointer says: that of main, and that of what is checked. */
async function findMoved(
  repository: Repository,
  { tree, environment }: { readonly tree: Tree; readonly environment: string },
): Promise<Finding[]> {
  const heads = await headsOf(repository, tree);
  const [tags, ...histories] = await Promise.all([
    readTagIds(repository, environment),
    ...heads.map((head) => readPointerHistory(repository, { head, environment })),
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

/** Every release that main or what is checked names and that has no tag, and numbers before a release that nothing names. */
async function findMissing(
  repository: Repository,
  { tree, environment }: { readonly tree: Tree; readonly environment: string },
): Promise<Finding[]> {
  const [numbers, pointer, named] = await Promise.all([
    releaseNumbers(repository, environment),
    readTreePointer(tree, environment).catch(() => ''),
    readNamedAnywhere(repository, { tree, environment }),
  ]);
  const tagged = new Set(numbers);
  const lost = [...named.values()]
    // What is wrong with the pointer is another finding.
    .filter(({ number }) => !tagged.has(number) && `${environment}/${number}` !== pointer)
    .sort((a, b) => a.number - b.number)
    .flatMap(({ number, moves, left }): Finding[] => {
      const release = `${environment}/${number}`;
      const told = describeLost(repository, { environment, release, moves, left });
      if (told === undefined) return [];
      const finding = releaseFinding(release, 'release-mismatch', told.message, told.fix);
      return [told.wasMade ? finding : { ...finding, severity: 'warning' }];
    });
  const isWhole = !(await isShallow(repository));
  return [...lost, ...findGaps(repository, { environment, numbers, named, isWhole })];
}

/** <env>/0 says that nothing has been released, so Argo CD must find nothing by that name. */
async function findZero(repository: Repository, environment: string): Promise<Finding[]> {
  const zero = `${environment}/0`;
  const ref = `refs/tags/${zero}`;
  if ((await resolveObject(repository, ref)) === undefined) return [];
  const message = `${zero} means that nothing has been released, but there is a tag of that name.`;
  return [
    releaseFinding(zero, 'release-mismatch', message, `Remove it: ${removeRefCommands(repository, ref)}.`),
  ];
}

/** Numbers are given in turn, so one that neither a tag nor main has was given to a release that never ran, or left out by hand; neighbours are one finding. */
function findGaps(
  repository: Repository,
  at: {
    readonly environment: string;
    readonly numbers: readonly number[];
    readonly named: ReadonlyMap<number, NamedRelease>;
    /** Whether the history reaches back to the first release. */
    readonly isWhole: boolean;
  },
): Finding[] {
  const { environment, numbers, named, isWhole } = at;
  const known = [...new Set([...numbers, ...named.keys()])].sort((a, b) => a - b);
  return known.flatMap((number, index): Finding[] => {
    const from = (known[index - 1] ?? 0) + 1;
    if (from === number) return [];
    const [first, last] = [`${environment}/${from}`, `${environment}/${number - 1}`];
    const after = `${environment}/${number}`;
    const isOne = first === last;
    const message = isOne
      ? `There is the release ${after}, and main and the tags know nothing of ${first}.`
      : `There is the release ${after}, and main and the tags know nothing of ${first} to ${last}.`;
    const again = isOne
      ? `If somebody removed its tag, fetch it (\`git fetch --tags\`), or push it again from a clone that has it: \`${restoreTagCommand(repository, { release: first })}\`.`
      : 'If somebody removed their tags, fetch them (`git fetch --tags`), or push them again from a clone that has them.';
    // A release that main recorded is good: to remove it would be the worst that one can do.
    const byHand =
      named.has(number) || !isWhole
        ? ''
        : ` If somebody made ${after} by hand, remove it: ${removeRefCommands(repository, `refs/tags/${after}`)}.`;
    return [releaseFinding(first, 'release-mismatch', message, again + byHand)];
  });
}
