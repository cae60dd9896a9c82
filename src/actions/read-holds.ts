import { paths } from '../model/config.ts';
import { freezesSchema, type Freeze } from '../model/freeze.ts';
import { holdsSchema, type Hold } from '../model/hold.ts';
import type { Tree } from '../git/tree.ts';
import { parseYaml, type YamlSource } from '../yaml/source.ts';
import { requireValid } from '../yaml/validate.ts';

/** The holds of an environment and the file that they stand in. */
export interface HoldsFile {
  readonly source: YamlSource;
  readonly holds: readonly Hold[];
}

/** The freezes of an environment and the file that they stand in. */
export interface FreezesFile {
  readonly source: YamlSource;
  readonly freezes: readonly Freeze[];
}

/** The holds of an environment in a tree, none without a file; throws `holds-invalid`, so that nothing moves by mistake. */
export async function readHolds(tree: Tree, environment: string): Promise<HoldsFile> {
  const source = await readHoldsSource(tree, environment);
  return { source, holds: requireValid(source, holdsSchema, 'holds-invalid').holds };
}

/** The freezes of an environment in a tree, none without a file; throws `freezes-invalid`, so that nothing enters by mistake. */
export async function readFreezes(tree: Tree, environment: string): Promise<FreezesFile> {
  const source = await readFreezesSource(tree, environment);
  return { source, freezes: requireValid(source, freezesSchema, 'freezes-invalid').freezes };
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
