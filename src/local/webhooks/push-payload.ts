import { sealedGitResult } from '../remotes/sealed-git.ts';
import { listCommits, type PayloadCommit } from './list-commits.ts';

/** What a payload says of the repository that was pushed to. */
export interface PushedRepository {
  readonly gitDir: string;
  /** The name alone, `toy-service`. */
  readonly name: string;
  /** Owner and name, `bitiq-io/toy-service`. */
  readonly fullName: string;
  /** Where the pipeline clones from. */
  readonly cloneUrl: string;
  /** Where a person looks at it. */
  readonly htmlUrl: string;
}

/** GitHub's push event, with the fields that pipelines and filters read. */
export interface PushPayload {
  readonly ref: 'refs/heads/main';
  readonly before: string;
  readonly after: string;
  readonly created: boolean;
  readonly deleted: false;
  readonly forced: false;
  readonly compare: string;
  readonly repository: {
    readonly name: string;
    readonly full_name: string;
    readonly owner: { readonly name: string; readonly login: string };
    readonly private: boolean;
    readonly html_url: string;
    readonly clone_url: string;
    readonly default_branch: 'main';
    /** Seconds since 1970. */
    readonly pushed_at: number;
  };
  readonly pusher: { readonly name: string; readonly email: string };
  readonly sender: { readonly login: string };
  readonly head_commit: PayloadCommit | null;
  readonly commits: readonly PayloadCommit[];
}

export interface Push {
  readonly repository: PushedRepository;
  /** The head of `main` before; undefined on the first push. */
  readonly before?: string | undefined;
  readonly after: string;
  /**
   * When it was pushed. Default: when the newest commit was made, so that the same push is the same payload, which a receiver acts on once.
   */
  readonly at?: Date | undefined;
}

/** The payload of one push to `main`, its commits read from the remote; a `before` that is gone counts as a first push. */
export async function describePush({ repository, before, after, at }: Push): Promise<PushPayload> {
  const known = before !== undefined && (await isCommit(repository.gitDir, before)) ? before : undefined;
  const commits = await listCommits({
    gitDir: repository.gitDir,
    before: known,
    after,
    commitUrl: `${repository.htmlUrl}/commit/`,
  });
  const newest = commits.at(-1) ?? null;
  const pusher = newest?.committer ?? { name: 'bitiq', email: 'bitiq@localhost' };
  const owner = repository.fullName.split('/')[0] ?? '';
  const none = '0'.repeat(after.length);
  return {
    ref: 'refs/heads/main',
    before: known ?? none,
    after,
    created: known === undefined,
    deleted: false,
    forced: false,
    compare: `${repository.htmlUrl}/compare/${(known ?? none).slice(0, 12)}...${after.slice(0, 12)}`,
    repository: {
      name: repository.name,
      full_name: repository.fullName,
      owner: { name: owner, login: owner },
      private: true,
      html_url: repository.htmlUrl,
      clone_url: repository.cloneUrl,
      default_branch: 'main',
      pushed_at: Math.floor((at?.getTime() ?? Date.parse(newest?.timestamp ?? '1970-01-01')) / 1000),
    },
    pusher,
    sender: { login: pusher.name },
    head_commit: newest,
    commits,
  };
}

async function isCommit(gitDir: string, sha: string): Promise<boolean> {
  const { code } = await sealedGitResult(['--git-dir', gitDir, 'cat-file', '-e', `${sha}^{commit}`], {
    to: 'look for the commit before a push',
    allow: [0, 1, 128],
  });
  return code === 0;
}
