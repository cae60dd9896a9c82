/** The part of a payload that `addChangedFiles` reads. */
export interface FilesPayload {
  readonly owner: string;
  readonly repository: string;
  /** The pull request, or -1. */
  readonly number: number;
  /** Of all commits: added, modified and removed. */
  readonly files: readonly string[];
}

/** The part of a payload that `githubOwners` reads. */
export interface OwnersPayload {
  readonly owner: string;
  readonly repository: string;
  readonly number: number;
  readonly sender: string;
  /** The text of an issue comment, else empty. */
  readonly comment: string;
}

interface Problem {
  readonly problem: string;
}

/** Reads a push or a pull_request; a missing field is a problem in Tekton's words. */
export function readFilesPayload(text: string, eventType: string): FilesPayload | Problem {
  return reading(text, 'body is empty', (body) => {
    const number = body['number'];
    if (number === undefined && eventType === 'pull_request')
      throw new Missing("pull_request body missing 'number' field");
    const place = placeOf(body);
    const commits = Array.isArray(body['commits']) ? (body['commits'] as unknown[]) : [];
    const files = commits.flatMap((commit) =>
      ['added', 'modified', 'removed'].flatMap((kind) => {
        const names = isObject(commit) ? commit[kind] : undefined;
        if (!Array.isArray(names)) throw new Missing(`payload body missing 'commits.*.${kind}' field`);
        return names.map(String);
      }),
    );
    return { ...place, number: number === undefined ? -1 : wholeNumber(number), files };
  });
}

/** Reads a pull_request or an issue_comment; a missing field is a problem in Tekton's words. */
export function readOwnersPayload(text: string, eventType: string): OwnersPayload | Problem {
  return reading(text, 'payload body is empty', (body) => {
    let number = -1;
    let comment = '';
    if (eventType === 'pull_request') {
      if (body['number'] === undefined) throw new Missing("pull_request body missing 'number' field");
      number = wholeNumber(body['number']);
    }
    if (eventType === 'issue_comment') {
      const issue = sectionOf(body, 'issue', "issue_comment body missing 'issue' section");
      if (issue['number'] === undefined)
        throw new Missing("'number' field missing in the issue section of issue_comment body");
      number = wholeNumber(issue['number']);
      const section = sectionOf(body, 'comment', "issue_comment body missing 'comment' section");
      if (section['body'] === undefined)
        throw new Missing("'body' field missing in the comment section of issue_comment body");
      if (typeof section['body'] !== 'string') throw new Missing('the body of the comment is not a string');
      comment = section['body'];
    }
    const place = placeOf(body);
    const { login } = sectionOf(body, 'sender', "payload body missing 'sender' field");
    return { ...place, number, comment, sender: typeof login === 'string' ? login : '' };
  });
}

class Missing extends Error {}

function reading<T>(text: string, ifEmpty: string, read: (body: Record<string, unknown>) => T): T | Problem {
  if (text === '') return { problem: ifEmpty };
  try {
    const body: unknown = JSON.parse(text);
    if (!isObject(body)) return { problem: 'the body is not a JSON object' };
    return read(body);
  } catch (error) {
    if (error instanceof Missing || error instanceof SyntaxError) return { problem: error.message };
    throw error;
  }
}

function placeOf(body: Record<string, unknown>): { owner: string; repository: string } {
  const section = sectionOf(body, 'repository', "payload body missing 'repository' field");
  const name = section['full_name'];
  if (typeof name !== 'string') throw new Missing("payload body missing 'repository.full_name' field");
  const [owner = '', repository] = name.split('/');
  if (repository === undefined) throw new Missing("'repository.full_name' has no owner and name");
  return { owner, repository };
}

function sectionOf(body: Record<string, unknown>, name: string, ifMissing: string): Record<string, unknown> {
  const section = body[name];
  if (!isObject(section)) throw new Missing(ifMissing);
  return section;
}

function wholeNumber(value: unknown): number {
  if (typeof value !== 'number') throw new Missing("'number' is not a number");
  return Math.trunc(value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
