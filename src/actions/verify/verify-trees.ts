import { isDeepStrictEqual } from 'node:util';
import { paths } from '../../model/config.ts';
import { messageOf } from '../../model/errors.ts';
import { parseReleaseName } from '../../model/release.ts';
import { partOf } from '../../model/verification.ts';
import { gitText } from '../../git/git.ts';
import { logOf, readObjects } from '../../git/read.ts';
import { findObjects, pathInside, resolveCommit, type Repository } from '../../git/repository.ts';
import { readCombinationText } from '../../yaml/read-quickly.ts';
import { parsePlainYaml } from '../../yaml/parse-plain.ts';
import { parseValueWithinLimits } from '../../yaml/parse-within-limits.ts';
import { releaseFinding } from '../read/release-finding.ts';
import type { ReleaseFacts } from './release-facts.ts';

/**
 * Whether each release's commit is a commit of main with nothing changed but tags, digests and the composite version, and the entries of
 * services that came from another environment: so that everything that it runs was on main, where it was reviewed. In the order of the facts.
 */
export async function verifyTrees(
  repository: Repository,
  options: { readonly head: string; readonly facts: readonly ReleaseFacts[] },
): Promise<ReturnType<typeof partOf>[]> {
  const { head, facts } = options;
  const here = facts.filter(({ commit, parent }) => commit !== undefined && parent !== undefined);
  if (here.length === 0) return facts.map((each) => judgeTree(each, undefined));
  const [onMain, changed, texts] = await Promise.all([
    readMain(repository, head),
    readChangedPaths(repository, here),
    readObjects(
      repository,
      here.flatMap(({ parent, environment }) => [
        `${parent!}:${pathInside(repository, paths.values(environment))}`,
        `${parent!}:${pathInside(repository, paths.chartFile)}`,
      ]),
    ),
  ]);
  const before = new Map(
    await Promise.all(
      here.map(async (each, index) => {
        const touched = changed.get(each.commit!.sha) ?? [];
        const found: Before = {
          isOnMain: onMain.has(each.parent!),
          changed: touched,
          values: texts[2 * index]?.toString('utf8'),
          chart: texts[2 * index + 1]?.toString('utf8'),
          sources: await readSources(repository, each, {
            onMain,
            values: texts[2 * index]?.toString('utf8'),
          }),
          hadApplication: await hadApplication(repository, { ...each, head, changed: touched }),
        };
        return [each, found] as const;
      }),
    ),
  );
  return facts.map((each) => judgeTree(each, before.get(each)));
}

interface Before {
  readonly isOnMain: boolean;
  readonly changed: readonly string[];
  readonly values: string | undefined;
  readonly chart: string | undefined;
  /** The values files that new entries may come from: those of the environment that the record names. */
  readonly sources: readonly string[];
  /** Whether main had the Application of the release at some time: one that a person broke is put back in the release. */
  readonly hadApplication: boolean;
}

function judgeTree(facts: ReleaseFacts, before: Before | undefined): ReturnType<typeof partOf> {
  const { release, environment, commit, parent, values = '', chart = '' } = facts;
  if (commit === undefined)
    return { result: { part: 'tree', result: 'none', note: 'no commit' }, findings: [] };
  if (before === undefined) {
    const message = `The commit of ${release} has no single parent, so nothing says which state of main it is.`;
    return partOf('tree', [releaseFinding(release, 'release-mismatch', message)], '');
  }
  const valuesPath = paths.values(environment);
  const faults: string[] = [];
  if (!before.isOnMain) {
    faults.push(`${release} is made on ${parent!.slice(0, 7)}, which is not a commit of main.`);
  }
  const mayChange = [
    valuesPath,
    paths.chartFile,
    ...(before.hadApplication ? [paths.application(environment)] : []),
  ];
  const others = before.changed.filter((path) => !mayChange.includes(path));
  if (others.length > 0) {
    faults.push(
      `The tree of ${release} differs from main also in ${others.slice(0, 5).join(', ')}${others.length > 5 ? ' …' : ''}.`,
    );
  }
  try {
    if (!sameButVersions(before.values ?? '', values, before.sources))
      faults.push(
        `${valuesPath} in ${release} differs from main by more than tags, digests and services that came in.`,
      );
    if (withoutAppVersion(before.chart ?? '') !== withoutAppVersion(chart))
      faults.push(`${paths.chartFile} in ${release} differs from main by more than appVersion.`);
  } catch (error) {
    faults.push(`The tree of ${release} cannot be compared with main: ${messageOf(error)}`);
  }
  const findings = faults.map((message) => releaseFinding(release, 'release-mismatch', message));
  return partOf('tree', findings, `main at ${parent!.slice(0, 7)} with its versions`);
}

/** Whether the Application in the tree of a release that changed it is one that main had before. */
async function hadApplication(
  repository: Repository,
  at: Pick<ReleaseFacts, 'release' | 'environment'> & {
    readonly head: string;
    readonly changed: readonly string[];
  },
): Promise<boolean> {
  const path = paths.application(at.environment);
  if (!at.changed.includes(path)) return false;
  const commits = await logOf(repository, { from: at.head, paths: [path] });
  const inside = pathInside(repository, path);
  const [own, ...had] = await findObjects(repository, [
    `refs/tags/${at.release}:${inside}`,
    ...commits.map(({ sha }) => `${sha}:${inside}`),
  ]);
  return own !== undefined && had.some((object) => object?.sha === own.sha);
}

async function readMain(repository: Repository, head: string): Promise<ReadonlySet<string>> {
  const text = await gitText(repository.directory, ['rev-list', head], { to: 'list the commits of main' });
  return new Set(text.split('\n'));
}

/** The paths that differ between each commit and its parent, by one git process. */
async function readChangedPaths(
  repository: Repository,
  facts: readonly ReleaseFacts[],
): Promise<Map<string, string[]>> {
  const shas = new Set(facts.map(({ commit }) => commit!.sha));
  const text = await gitText(
    repository.directory,
    ['diff-tree', '--stdin', '-r', '-z', '--no-renames', '--name-only', '--root'],
    { to: 'compare the releases with main', input: [...shas].map((sha) => `${sha}\n`).join('') },
  );
  const changed = new Map<string, string[]>();
  let current: string[] = [];
  for (const part of text.split('\0').filter((each) => each !== '')) {
    // git prints the commit before its paths, and no path of ours looks like a commit.
    if (shas.has(part.trim())) changed.set(part.trim(), (current = []));
    // One of another folder of the repository stays as it is: bitiq does not own it.
    else current.push(part.startsWith(repository.folder) ? part.slice(repository.folder.length) : `/${part}`);
  }
  return changed;
}

/** The values files of the environment that a release was promoted from, at the release that it names and on main, where services came in. */
async function readSources(
  repository: Repository,
  { record, parent }: ReleaseFacts,
  { onMain, values }: { readonly onMain: ReadonlySet<string>; readonly values: string | undefined },
): Promise<string[]> {
  const from = record && parseReleaseName(record.from);
  const listed = namesIn(values ?? '');
  if (!record || !from || [...record.services.keys()].every((name) => listed.has(name))) return [];
  const named =
    from.kind === 'pinned' ? `refs/tags/${record.from}` : await resolveCommit(repository, from.sha);
  const isOurs = named !== undefined && (from.kind === 'pinned' || onMain.has(named));
  const path = pathInside(repository, paths.values(from.environment));
  const commits = [...(isOurs ? [named] : []), parent!];
  const texts = await readObjects(
    repository,
    commits.map((commit) => `${commit}:${path}`),
  );
  return texts.flatMap((text) => text?.toString('utf8') ?? []);
}

function namesIn(values: string): ReadonlySet<string> {
  try {
    return new Set(readCombinationText(values, 'values.yaml').keys());
  } catch {
    return new Set();
  }
}

function sameButVersions(before: string, after: string, sources: readonly string[]): boolean {
  const read = (text: string) => withoutVersions(parsePlainYaml(text) ?? parseValueWithinLimits(text));
  const [a, b] = [read(before), read(after)];
  if (a === undefined || b === undefined) return false;
  // A service may stay out of a release, and come in as the environment that it was promoted from has it.
  const kept = [...b.services].filter(([name]) => a.services.has(name));
  const came = [...b.services].filter(([name]) => !a.services.has(name));
  const from = came.length === 0 ? [] : sources.map(read);
  return (
    isDeepStrictEqual(a.rest, b.rest) &&
    kept.every(([name, entry]) => isDeepStrictEqual(entry, a.services.get(name))) &&
    came.every(([name, entry]) =>
      from.some((each) => isDeepStrictEqual(withoutPods(entry), withoutPods(each?.services.get(name)))),
    )
  );
}

/** An entry without how many Pods it has at least, which a new one gets by the policies of its environment. */
function withoutPods(entry: unknown): unknown {
  if (!isRecord(entry)) return entry;
  const { replicas: _replicas, disruptionBudget, autoscaling, ...rest } = entry;
  const without = (part: unknown, key: string) => {
    const left = isRecord(part) ? { ...part, [key]: undefined } : {};
    return Object.fromEntries(Object.entries(left).filter(([, value]) => value !== undefined));
  };
  return {
    ...rest,
    disruptionBudget: without(disruptionBudget, 'enabled'),
    autoscaling: without(autoscaling, 'minReplicas'),
  };
}

function withoutVersions(data: unknown): { rest: unknown; services: Map<string, unknown> } | undefined {
  if (!isRecord(data) || !Array.isArray(data['services'])) return undefined;
  const services = new Map<string, unknown>();
  for (const entry of data['services'] as unknown[]) {
    if (!isRecord(entry) || typeof entry['name'] !== 'string') return undefined;
    const image = isRecord(entry['image'])
      ? { ...entry['image'], tag: undefined, digest: undefined }
      : entry['image'];
    services.set(entry['name'], { ...entry, image });
  }
  return { rest: { ...data, services: undefined }, services };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function withoutAppVersion(chart: string): string {
  return chart.replace(/^appVersion:.*$/m, 'appVersion:');
}
