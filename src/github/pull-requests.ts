import { BitiqError } from '../model/errors.ts';
import type { GitHub } from './client.ts';

/** An open pull request. */
export interface PullRequest {
  readonly number: number;
  readonly url: string;
  readonly title: string;
  readonly body: string;
  readonly labels: readonly string[];
}

/** What became of the one pull request of a branch. */
export interface UpsertedPullRequest {
  readonly state: 'opened' | 'updated' | 'unchanged';
  readonly number: number;
  readonly url: string;
  /** What could not be done beside it, one sentence each. */
  readonly notes: readonly string[];
}

/** The open pull request of a branch into the main branch, or undefined: merged and closed ones are done with. */
export async function findPullRequest(
  github: GitHub,
  branch: string,
  base = 'main',
): Promise<PullRequest | undefined> {
  const found = await github.all('list the pull requests', (octokit, at) =>
    octokit.paginate(octokit.rest.pulls.list, {
      ...at,
      state: 'open',
      head: `${at.owner}:${branch}`,
      base,
      per_page: 100,
    }),
  );
  // A server that does not know the filter gives all; a branch of a fork may have the same name.
  const pull = found.find(
    ({ head, base: into }) =>
      head.ref === branch && into.ref === base && head.repo?.full_name === into.repo.full_name,
  );
  return pull && shown(pull);
}

/** Opens the pull request of a branch into the main branch, or gives the open one this title and body; run twice it is still one. */
export async function upsertPullRequest(
  github: GitHub,
  options: {
    readonly branch: string;
    /** Default: `main`. */
    readonly base?: string | undefined;
    readonly title: string;
    readonly body: string;
    /** Those that the repository has are added; none is made or taken away. */
    readonly labels: readonly string[];
  },
): Promise<UpsertedPullRequest> {
  const { branch, title, body } = options;
  const existing = await findPullRequest(github, branch, options.base);
  const opened = existing ?? (await open(github, options));
  const same = opened.title === title && opened.body.replaceAll('\r\n', '\n').trimEnd() === body.trimEnd();
  if (!same) {
    await github.ask('change a pull request', (octokit, at) =>
      octokit.rest.pulls.update({ ...at, pull_number: opened.number, title, body }),
    );
  }
  const { added, notes } = await addLabels(github, opened, options.labels);
  const state = existing === undefined ? 'opened' : same && !added ? 'unchanged' : 'updated';
  return { state, number: opened.number, url: opened.url, notes };
}

async function open(
  github: GitHub,
  {
    branch,
    base = 'main',
    title,
    body,
  }: {
    readonly branch: string;
    readonly base?: string | undefined;
    readonly title: string;
    readonly body: string;
  },
): Promise<PullRequest> {
  try {
    return shown(
      await github.ask('open a pull request', (octokit, at) =>
        octokit.rest.pulls.create({ ...at, head: branch, base, title, body }),
      ),
    );
  } catch (error) {
    // Somebody was faster, or the answer to the first request was lost.
    const there =
      error instanceof BitiqError && /already exists/.test(error.message)
        ? await findPullRequest(github, branch, base)
        : undefined;
    if (there) return there;
    throw error;
  }
}

/** A label is a courtesy: where it cannot be set, the pull request is still open. */
async function addLabels(
  github: GitHub,
  pull: PullRequest,
  wanted: readonly string[],
): Promise<{ readonly added: boolean; readonly notes: readonly string[] }> {
  const lacking = wanted.filter((label) => !pull.labels.includes(label));
  if (lacking.length === 0) return { added: false, notes: [] };
  try {
    const known = await github.all('list the labels', (octokit, at) =>
      octokit.paginate(octokit.rest.issues.listLabelsForRepo, { ...at, per_page: 100 }),
    );
    const labels = lacking.filter((label) => known.some(({ name }) => name === label));
    if (labels.length > 0) {
      await github.ask('label a pull request', (octokit, at) =>
        octokit.rest.issues.addLabels({ ...at, issue_number: pull.number, labels }),
      );
    }
    return { added: labels.length > 0, notes: [] };
  } catch (error) {
    if (error instanceof BitiqError) {
      return { added: false, notes: [`It has no labels: ${error.message}`] };
    }
    throw error;
  }
}

function shown(pull: {
  readonly number: number;
  readonly html_url: string;
  readonly title: string;
  readonly body: string | null;
  readonly labels: readonly { readonly name?: string | undefined }[];
}): PullRequest {
  return {
    number: pull.number,
    url: pull.html_url,
    title: pull.title,
    body: pull.body ?? '',
    labels: pull.labels.flatMap(({ name }) => (name === undefined ? [] : [name])),
  };
}
