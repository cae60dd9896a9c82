import { isMap, isSeq } from 'yaml';
import { matchesGlob } from '../model/glob.ts';
import type { YamlSource } from '../yaml/source.ts';

/** What of an AppProject says what may be delivered under it. */
export interface AppProject {
  readonly name: string;
  readonly source: YamlSource;
  readonly sourceRepos: readonly string[];
  readonly destinations: readonly Destination[];
  readonly namespaced: { readonly allowed: readonly Kind[] | undefined; readonly denied: readonly Kind[] };
  readonly cluster: { readonly allowed: readonly Kind[]; readonly denied: readonly Kind[] };
}

export interface Destination {
  readonly server?: string;
  readonly name?: string;
  readonly namespace?: string;
}

export interface Kind {
  readonly group?: string;
  readonly kind?: string;
}

/** Reads an AppProject; a value that is not a list counts as absent. */
export function readAppProject(source: YamlSource): AppProject {
  const list = <T>(key: string): T[] | undefined => {
    const found: unknown = source.document.getIn(['spec', key]);
    return isSeq(found) ? (found.toJSON() as T[]) : undefined;
  };
  return {
    name: String(source.document.getIn(['metadata', 'name'])),
    source,
    sourceRepos: (list<unknown>('sourceRepos') ?? []).map(String),
    destinations: list<Destination>('destinations') ?? [],
    namespaced: {
      allowed: list<Kind>('namespaceResourceWhitelist'),
      denied: list<Kind>('namespaceResourceBlacklist') ?? [],
    },
    cluster: {
      allowed: list<Kind>('clusterResourceWhitelist') ?? [],
      denied: list<Kind>('clusterResourceBlacklist') ?? [],
    },
  };
}

/** Whether Argo CD takes from a repository under a project (v3, `IsSourcePermitted`): a pattern with `!` refuses what it matches. */
export function allowsSource(project: AppProject, repository: string): boolean {
  const url = normalizeRepository(repository);
  const fits = (pattern: string) => matchesGlob(normalizeRepository(pattern), url, { separator: '/' });
  const refuses = (pattern: string) => pattern.startsWith('!') && fits(pattern.slice(1));
  return (
    !project.sourceRepos.some(refuses) &&
    project.sourceRepos.some((pattern) => !pattern.startsWith('!') && fits(pattern))
  );
}

/** Whether Argo CD delivers to a place under a project (v3, `isDestinationMatched`, without its refusing patterns). */
export function allowsDestination(project: AppProject, { server, name, namespace }: Destination): boolean {
  const fits = (pattern: string | undefined, value: string | undefined) =>
    value !== undefined && matchesGlob(pattern ?? '', value);
  return project.destinations.some(
    (each) =>
      (fits(each.server, server) || fits(each.name, name)) &&
      matchesGlob(each.namespace ?? '', namespace ?? ''),
  );
}

/** Whether Argo CD delivers objects of a kind under a project (v3, `IsGroupKindNamePermitted`). */
export function allowsKind(project: AppProject, kind: Required<Kind>, isClusterScoped: boolean): boolean {
  const { allowed, denied } = isClusterScoped ? project.cluster : project.namespaced;
  const has = (list: readonly Kind[]) =>
    list.some((each) => matchesGlob(each.group ?? '', kind.group) && matchesGlob(each.kind ?? '', kind.kind));
  return (allowed === undefined || has(allowed)) && !has(denied);
}

/** A repository's address as Argo CD compares it: without case, `.git` and the scheme of the short form of SSH. */
export function normalizeRepository(url: string): string {
  const text = url
    .trim()
    .toLowerCase()
    .replace(/\/$/, '')
    .replace(/\.git$/, '');
  const [, user, path] = /^([^/:@]+@[^/:]+):(?!\/)(.*)$/.exec(text) ?? [];
  return user === undefined ? text : `ssh://${user}/${path}`;
}

/** Whether a document is an AppProject. */
export function isAppProject({ document }: YamlSource): boolean {
  return isMap(document.contents) && document.get('kind') === 'AppProject';
}
