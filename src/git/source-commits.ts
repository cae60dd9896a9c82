import { inUtc } from '../model/date-time.ts';
import { messageOf } from '../model/errors.ts';
import { printable } from '../model/printable.ts';
import { stripSecrets } from '../process/run.ts';
import { git, gitText } from './git.ts';
import { readObjects } from './read.ts';
import { recordsOf } from './records.ts';
import { openRepository, type Repository } from './repository.ts';
import { isShallow } from './shallow.ts';

/** A commit of a service's repository. */
export interface SourceCommit {
  readonly sha: string;
  readonly author: string;
  /** ISO 8601 with offset. */
  readonly date: string;
  readonly subject: string;
}

/** The commits between two revisions of a service's repository. */
export interface SourceCommits {
  /** Newest first: in `to` and not in `from`, and the other way round. */
  readonly added: readonly SourceCommit[];
  readonly removed: readonly SourceCommit[];
  /** How many there are in all, also past the limit. */
  readonly addedCount: number;
  readonly removedCount: number;
}

export interface SourceOptions {
  /** A path, which is only read, or a URL, which is fetched into a cache when the cache lacks one of the commits. */
  readonly location: string;
  /** Full or abbreviated shas. */
  readonly from: string;
  readonly to: string;
  /** The most commits to list. */
  readonly limit: number;
  readonly cacheDirectory?: string | undefined;
  /** Only what is here already is looked at. */
  readonly offline?: boolean | undefined;
}

const patienceMs = 60_000;

/** The commits between two revisions, or why they cannot be told, as the end of a sentence without credentials. Never throws for a source that cannot be reached. */
export async function readSourceCommits(
  options: SourceOptions,
): Promise<SourceCommits | { readonly why: string }> {
  try {
    const repository = await openRepository(options.location, {
      cacheDirectory: options.cacheDirectory,
      branch: 'main',
    });
    const lacking = await obtainCommits(repository, [options.from, options.to], options.offline ?? false);
    if (lacking !== undefined) return { why: lacking };
    if (await isShallow(repository))
      return { why: `${repository.label} is a shallow clone, which lacks commits in between` };
    return await listCommits(repository, options);
  } catch (error) {
    return { why: stripSecrets(messageOf(error), []).replace(/\.$/, '') };
  }
}

/** Why one of the commits cannot be had; undefined when all are there. */
async function obtainCommits(
  repository: Repository,
  shas: readonly string[],
  offline: boolean,
): Promise<string | undefined> {
  let lacking = await lackingOf(repository, shas);
  if (lacking === undefined) return undefined;
  if (repository.kind === 'cache' && !offline) {
    const failure = await fetchSource(repository);
    lacking = await lackingOf(repository, shas);
    if (lacking !== undefined && failure !== undefined) return failure;
  }
  return lacking === undefined ? undefined : `${repository.label} has no commit ${lacking}`;
}

async function lackingOf(repository: Repository, shas: readonly string[]): Promise<string | undefined> {
  const found = await readObjects(
    repository,
    shas.map((sha) => `${sha}^{commit}`),
  );
  return shas[found.findIndex((object) => object === undefined)];
}

/** Brings the branches and tags of a service's repository into its cache; why that failed, as the end of a sentence. */
export async function fetchSource(repository: Repository): Promise<string | undefined> {
  try {
    const patience = ['-c', 'http.lowSpeedLimit=1000', '-c', 'http.lowSpeedTime=15'];
    const refs = ['+refs/heads/*:refs/heads/*', 'refs/tags/*:refs/tags/*'];
    await git(
      repository.directory,
      [...patience, 'fetch', '--quiet', '--no-auto-gc', '--force', repository.remote, ...refs],
      {
        to: `fetch the commits of ${repository.label}`,
        env: {
          GIT_SSH_COMMAND: process.env['GIT_SSH_COMMAND'] ?? 'ssh -o BatchMode=yes -o ConnectTimeout=15',
        },
        signal: AbortSignal.timeout(patienceMs),
      },
    );
    return undefined;
  } catch (error) {
    if ((error as Error).name === 'AbortError') {
      return `${repository.label} did not answer within ${patienceMs / 1000} seconds`;
    }
    const said = messageOf(error).match(/^ *\| (?:fatal|error|remote): .*$/m)?.[0] ?? '';
    return `${repository.label} could not be fetched${said.replace(/^ *\| (?:\w+): /, ': ')}`;
  }
}

async function listCommits(repository: Repository, options: SourceOptions): Promise<SourceCommits> {
  const range = `${options.from}...${options.to}`;
  const format = '--format=%m%x00%H%x00%an%x00%aI%x00%s%x00';
  const [counted, text] = await Promise.all([
    gitText(repository.directory, ['rev-list', '--left-right', '--count', range, '--'], {
      to: 'count commits',
    }),
    gitText(
      repository.directory,
      ['log', '--left-right', `--max-count=${options.limit}`, format, range, '--'],
      { to: 'list commits' },
    ),
  ]);
  const [removedCount = 0, addedCount = 0] = counted.split('\t').map(Number);
  const commits = recordsOf(text, 5);
  const of = (side: string): SourceCommit[] =>
    commits
      .filter(([mark]) => mark === side)
      .map(([, sha = '', author = '', date = '', subject = '']) => ({
        sha,
        author: printable(author),
        date: inUtc(date),
        subject: printable(subject),
      }));
  return { added: of('>'), removed: of('<'), addedCount, removedCount };
}
