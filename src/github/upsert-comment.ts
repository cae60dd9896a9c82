import { BitiqError } from '../model/errors.ts';
import type { GitHub } from './client.ts';

/** What became of the one comment. */
export interface UpsertedComment {
  readonly state: 'created' | 'updated' | 'unchanged';
  readonly url: string;
}

export interface CommentOptions {
  /** The number of the issue or pull request. */
  readonly issue: number;
  /** Names the comment among all others, such as `promotion-gate`; letters, digits and dashes. It is not seen. */
  readonly marker: string;
  /** Markdown of at most 65,000 characters. */
  readonly body: string;
}

/**
 * Writes one comment on an issue or pull request: the one that carries the hidden marker, on whatever page it is, is
 * changed in place; without one it is made. Run twice at once it may make two, of which later runs change the first.
 */
export async function upsertComment(github: GitHub, options: CommentOptions): Promise<UpsertedComment> {
  const { issue, marker } = options;
  if (!/^[\w-]+$/.test(marker)) throw new Error(`A marker is letters, digits and dashes: ${marker}`);
  const sign = `<!-- bitiq:${marker} -->`;
  const body = `${sign}\n${options.body}`;
  const comments = await github.all('list the comments', (octokit, at) =>
    octokit.paginate(octokit.rest.issues.listComments, { ...at, issue_number: issue, per_page: 100 }),
  );
  for (const comment of comments.filter((each) => each.body?.startsWith(sign))) {
    if (sameText(comment.body ?? '', body)) return { state: 'unchanged', url: comment.html_url };
    const url = await update(github, comment.id, body);
    if (url !== undefined) return { state: 'updated', url };
  }
  const made = await github.ask('write a comment', (octokit, at) =>
    octokit.rest.issues.createComment({
      ...at,
      issue_number: issue,
      body,
      // A second one would stay there for ever; an answer that was lost is found by the next run.
      request: { retries: 0 },
    }),
  );
  return { state: 'created', url: made.html_url };
}

/** Undefined when the comment is somebody else's, who wrote the marker too, or is gone. */
async function update(github: GitHub, comment_id: number, body: string): Promise<string | undefined> {
  try {
    const changed = await github.ask('change a comment', (octokit, at) =>
      octokit.rest.issues.updateComment({ ...at, comment_id, body }),
    );
    return changed.html_url;
  } catch (error) {
    const passes = error instanceof BitiqError && ['github-denied', 'github-missing'].includes(error.code);
    if (passes) return undefined;
    throw error;
  }
}

/** GitHub keeps texts with other line ends than it was given. */
function sameText(a: string, b: string): boolean {
  return a.replaceAll('\r\n', '\n').trimEnd() === b.replaceAll('\r\n', '\n').trimEnd();
}
