import type { TagChange } from '../../model/combination-diff.ts';
import type { Config } from '../../model/config.ts';
import { commitPage } from '../../model/repository-address.ts';
import { isPlaceholder, parseTag } from '../../model/tag.ts';
import { readSourceCommits, type SourceCommit } from '../../git/source-commits.ts';
import { openQueue } from '../../process/queue.ts';
import { stripSecrets } from '../../process/run.ts';

/** A commit that lies between two versions of a service, with the page that shows it where there is one. */
export interface LinkedCommit extends SourceCommit {
  readonly link: string | undefined;
}

/** The source commits between the two versions of one service. */
export type ServiceCommits =
  | {
      readonly state: 'read';
      readonly service: string;
      /** Where they were read, without credentials. */
      readonly source: string;
      /** Newest first: what comes, and what goes again. */
      readonly added: readonly LinkedCommit[];
      readonly removed: readonly LinkedCommit[];
      /** How many there are in all; more than listed where there are very many. */
      readonly addedCount: number;
      readonly removedCount: number;
    }
  | { readonly state: 'unreachable'; readonly service: string; readonly source: string; readonly why: string }
  /** Only one side runs the service, so there is no range of commits. */
  | { readonly state: 'one-sided'; readonly service: string; readonly kind: 'added' | 'removed' };

export interface CommitOptions {
  readonly config: Config;
  /** Where the repository of a service is read instead of the URL in bitiq.yaml: a path or a URL. */
  readonly sources?: ReadonlyMap<string, string> | undefined;
  readonly cacheDirectory?: string | undefined;
  readonly offline?: boolean | undefined;
}

const listed = 200;

/** The commits of every changed service between its two versions, in the order of the changes. A repository that cannot be reached is marked, never left out. */
export async function compareCommits(
  changes: readonly TagChange[],
  options: CommitOptions,
): Promise<ServiceCommits[]> {
  const queue = openQueue(6);
  return Promise.all(changes.map((change) => queue.add(() => readChange(change, options))));
}

async function readChange(change: TagChange, options: CommitOptions): Promise<ServiceCommits> {
  const { service } = change;
  // What was never built is made of no commit.
  const [from, to] = [change.from, change.to].map((tag) => (tag && isPlaceholder(tag) ? undefined : tag));
  if (from === undefined || to === undefined) {
    return { state: 'one-sided', service, kind: to === undefined ? 'removed' : 'added' };
  }
  const repository = options.config.services.find((each) => each.name === service)?.repository;
  const location = options.sources?.get(service) ?? repository;
  if (location === undefined) {
    return {
      state: 'unreachable',
      service,
      source: '',
      why: `bitiq.yaml does not say where ${service} comes from`,
    };
  }
  const source = stripSecrets(location, []);
  const found = await readSourceCommits({
    location,
    from: parseTag(from).sha,
    to: parseTag(to).sha,
    limit: listed,
    cacheDirectory: options.cacheDirectory,
    offline: options.offline,
  });
  if ('why' in found) return { state: 'unreachable', service, source, why: found.why };
  const withLink = (commit: SourceCommit): LinkedCommit => ({
    ...commit,
    link: repository === undefined ? undefined : commitPage(repository, commit.sha),
  });
  return {
    state: 'read',
    service,
    source,
    ...found,
    added: found.added.map(withLink),
    removed: found.removed.map(withLink),
  };
}
