/** The requests of the github interceptor to GitHub's API. Each returns what Tekton's own calls would find, and throws on failure. */
export interface GithubQuestions {
  /** The names of all files that a pull request changes. */
  changedFiles(pull: GithubPull): Promise<readonly string[]>;
  /** The first page of the public members of an organisation; none when there is no such organisation. */
  publicMembers(place: GithubPlace): Promise<readonly string[]>;
  /** The first page of the collaborators of a repository. */
  collaborators(place: GithubPlace): Promise<readonly string[]>;
  /** The text of the file OWNERS, or undefined when there is none. */
  ownersFile(place: GithubPlace): Promise<string | undefined>;
}

export interface GithubPlace {
  readonly owner: string;
  readonly repository: string;
  /** Undefined asks without one. */
  readonly token: string | undefined;
  /** The host that the webhook's `X-GitHub-Enterprise-Host` names. A token is never sent there just because of it. */
  readonly enterpriseHost: string | undefined;
}

export interface GithubPull extends GithubPlace {
  readonly number: number;
}
