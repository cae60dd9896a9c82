import { paths } from '../../model/config.ts';
import { freezesSchema, type Freeze } from '../../model/freeze.ts';
import { holdsSchema, type Hold } from '../../model/hold.ts';
import type { ValueEdit } from '../../model/plan.ts';
import { BitiqError } from '../../model/errors.ts';
import type { Repository } from '../../git/repository.ts';
import { commitTree, type Tree } from '../../git/tree.ts';
import { parseYaml, type YamlSource } from '../../yaml/source.ts';
import { requireValid } from '../../yaml/validate.ts';
import { readLastSound } from './read-last-sound.ts';

/** The holds of an environment and their file. */
export interface HoldsFile {
  readonly source: YamlSource;
  readonly holds: readonly Hold[];
  /** Where the file at the head cannot be used: the edit and the sentence that tell what takes its place. */
  readonly restored?: { readonly edit: ValueEdit; readonly note: string } | undefined;
}

/** The freezes of an environment and their file. */
export interface FreezesFile {
  readonly source: YamlSource;
  readonly freezes: readonly Freeze[];
}

/** The holds of an environment in a tree, none without a file; throws `stop-invalid`, so that nothing moves by mistake. */
export async function readHolds(tree: Tree, environment: string): Promise<HoldsFile> {
  const source = await readHoldsSource(tree, environment);
  return { source, holds: requireValid(source, holdsSchema, 'stop-invalid').holds };
}

/** As `readHolds`; in place of a file that cannot be read the last one of main that could, and an empty one where there is none. */
export async function readSoundHolds(
  repository: Repository,
  at: { readonly head: string; readonly environment: string },
): Promise<HoldsFile> {
  const path = paths.holds(at.environment);
  const holdsOf = (source: YamlSource) => requireValid(source, holdsSchema, 'stop-invalid').holds;
  try {
    return await readHolds(commitTree(repository, at.head), at.environment);
  } catch (error) {
    if (!(error instanceof BitiqError) || error.exit === 3) throw error;
    const last = await readLastSound(repository, { ...at, path, accept: holdsOf, version: '1.2' }).catch(
      () => undefined,
    );
    if (last?.restored) return { source: last.source, holds: holdsOf(last.source), restored: last.restored };
    const restored = {
      edit: { path, keyPath: '(the file)', line: 1, before: 'as it is', after: 'without holds' },
      note: `${error.message} It starts again without holds: no earlier version of it can be read.`,
    };
    return { source: parseYaml(emptyHolds(at.environment), path, '1.2'), holds: [], restored };
  }
}

/** The freezes of an environment in a tree, none without a file; throws `stop-invalid`, so that nothing enters by mistake. */
export async function readFreezes(tree: Tree, environment: string): Promise<FreezesFile> {
  const source = await readFreezesSource(tree, environment);
  return { source, freezes: requireValid(source, freezesSchema, 'stop-invalid').freezes };
}

/** holds.yaml of an environment, not yet checked; the empty file where there is none. */
export function readHoldsSource(tree: Tree, environment: string): Promise<YamlSource> {
  return readOr(tree, paths.holds(environment), emptyHolds(environment));
}

/** freezes.yaml of an environment, not yet checked; the empty file where there is none. */
export function readFreezesSource(tree: Tree, environment: string): Promise<YamlSource> {
  return readOr(tree, paths.freezes(environment), emptyFreezes(environment));
}

async function readOr(tree: Tree, path: string, empty: string): Promise<YamlSource> {
  return parseYaml((await tree.read([path])).get(path) ?? empty, path, '1.2');
}

function emptyHolds(environment: string): string {
  return `# Services of ${environment} that automation must not move: \`bitiq hold ${environment} SERVICE --reason …\`, \`bitiq unhold ${environment} SERVICE\`.
# Each: service, reason, by, since and, where it ends by itself, until (date-times such as 2026-08-05T18:00:00Z).
holds: []
`;
}

function emptyFreezes(environment: string): string {
  return `# Times in which no new version may enter ${environment}: \`bitiq freeze ${environment} --reason …\`, \`bitiq thaw ${environment}\`. A rollback always passes.
# Each: reason, by, since and, where it ends by itself, until; or weekly: {days: Fri-Mon, from: "16:00", to: "08:00", timeZone: Europe/Berlin}.
freezes: []
`;
}
