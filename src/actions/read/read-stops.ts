import { paths } from '../../model/config.ts';
import { freezesSchema, holdsSchema, type Freeze, type Hold } from '../../model/stops.ts';
import type { ValueEdit } from '../../model/plan.ts';
import { BitiqError } from '../../model/errors.ts';
import type { Finding } from '../../model/finding.ts';
import type { Repository } from '../../git/repository.ts';
import { commitTree, type Tree } from '../../git/tree.ts';
import { parseYaml, type YamlSource } from '../../yaml/source.ts';
import { requireValid, validateYaml } from '../../yaml/validate.ts';
import { readLastSound } from './read-last-sound.ts';

/** One of the two kinds of stops: the file of an environment that lists them, and what its entries are. */
export interface StopKind<T extends Hold | Freeze> {
  /** The key of the list. */
  readonly key: 'holds' | 'freezes';
  readonly path: (environment: string) => string;
  /** The file while there is none. */
  readonly empty: (environment: string) => string;
  /** The entries of a file; throws what is wrong with it. */
  readonly entriesOf: (source: YamlSource) => readonly T[];
  /** The entries of a file, or, where `stops` is undefined, every finding about it. */
  readonly validate: (source: YamlSource) => {
    readonly stops: readonly T[] | undefined;
    readonly findings: readonly Finding[];
  };
}

/** The services that automation must not move. A file that cannot be read is `stop-invalid`, so that nothing moves by mistake. */
export const holdKind: StopKind<Hold> = {
  key: 'holds',
  path: paths.holds,
  empty: (
    environment,
  ) => `# Services of ${environment} that automation must not move: \`bitiq hold ${environment} SERVICE --reason …\`, \`bitiq unhold ${environment} SERVICE\`.
# Each: service, reason, by, since and, where it ends by itself, until (date-times such as 2026-08-05T18:00:00Z).
holds: []
`,
  entriesOf: (source) => requireValid(source, holdsSchema, 'stop-invalid').holds,
  validate: (source) => {
    const { value, findings } = validateYaml(source, holdsSchema, 'stop-invalid');
    return { stops: value?.holds, findings };
  },
};

/** The times in which no new release may enter. A file that cannot be read is `stop-invalid`, so that nothing enters by mistake. */
export const freezeKind: StopKind<Freeze> = {
  key: 'freezes',
  path: paths.freezes,
  empty: (
    environment,
  ) => `# Times in which no new version may enter ${environment}: \`bitiq freeze ${environment} --reason …\`, \`bitiq thaw ${environment}\`. A rollback always passes.
# Each: reason, by, since and, where it ends by itself, until; or weekly: {days: Fri-Mon, from: "16:00", to: "08:00", timeZone: Europe/Berlin}.
freezes: []
`,
  entriesOf: (source) => requireValid(source, freezesSchema, 'stop-invalid').freezes,
  validate: (source) => {
    const { value, findings } = validateYaml(source, freezesSchema, 'stop-invalid');
    return { stops: value?.freezes, findings };
  },
};

/** The stops of one kind in an environment, and their file. */
export interface StopsFile<T extends Hold | Freeze> {
  readonly kind: StopKind<T>;
  readonly source: YamlSource;
  readonly stops: readonly T[];
  /** Where the file at the head cannot be used: the edit and the sentence that tell what takes its place. */
  readonly restored?: { readonly edit: ValueEdit; readonly note: string } | undefined;
}

/** The stops of one kind in a tree, none without a file; throws what is wrong with the file. */
export async function readStops<T extends Hold | Freeze>(
  tree: Tree,
  environment: string,
  kind: StopKind<T>,
): Promise<StopsFile<T>> {
  const source = await readStopsSource(tree, environment, kind);
  return { kind, source, stops: kind.entriesOf(source) };
}

/** The holds and the freezes of an environment in a tree. */
export async function readHoldsAndFreezes(
  tree: Tree,
  environment: string,
): Promise<{ readonly holds: StopsFile<Hold>; readonly freezes: StopsFile<Freeze> }> {
  const [holds, freezes] = await Promise.all([
    readStops(tree, environment, holdKind),
    readStops(tree, environment, freezeKind),
  ]);
  return { holds, freezes };
}

/** As `readStops`; in place of a file that cannot be read the last one of main that could, and an empty one where there is none. */
export async function readSoundStops<T extends Hold | Freeze>(
  repository: Repository,
  at: { readonly head: string; readonly environment: string },
  kind: StopKind<T>,
): Promise<StopsFile<T>> {
  const path = kind.path(at.environment);
  try {
    return await readStops(commitTree(repository, at.head), at.environment, kind);
  } catch (error) {
    if (!(error instanceof BitiqError) || error.exit === 3) throw error;
    const accept = kind.entriesOf;
    const last = await readLastSound(repository, { ...at, path, accept, version: '1.2' }).catch(
      () => undefined,
    );
    if (last?.restored)
      return { kind, source: last.source, stops: kind.entriesOf(last.source), restored: last.restored };
    const restored = {
      edit: { path, keyPath: '(the file)', line: 1, before: 'as it is', after: `without ${kind.key}` },
      note: `${error.message} It starts again without ${kind.key}: no earlier version of it can be read.`,
    };
    return { kind, source: parseYaml(kind.empty(at.environment), path, '1.2'), stops: [], restored };
  }
}

/** The file of an environment's stops, not yet checked; the empty file where there is none. */
export async function readStopsSource<T extends Hold | Freeze>(
  tree: Tree,
  environment: string,
  kind: StopKind<T>,
): Promise<YamlSource> {
  const path = kind.path(environment);
  return parseYaml((await tree.read([path])).get(path) ?? kind.empty(environment), path, '1.2');
}
