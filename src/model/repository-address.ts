/** Addresses of Git repositories elsewhere: a web or ssh URL, or `user@host:path` as ssh has it. Never a path, nor a transport that runs programs. */
const addressForms: readonly RegExp[] = [
  /^(?<scheme>https?):\/\/(?:[^@/\s]*@)?(?<host>\w[\w.-]*)(?::(?<port>\d+))?\/(?<path>[\w.~%+@:/()-]+)$/i,
  /^(?<scheme>ssh):\/\/(?:\w[\w.-]*@)?(?<host>\w[\w.-]*)(?::\d+)?\/(?<path>[\w.~%+@:/-]+)$/i,
  /^\w[\w.-]*@(?<host>\w[\w.-]*):(?!\/\/|-)(?<path>[\w.~%+@:/-]+)$/,
];

/** Whether a text is the address of a repository elsewhere, such as a file of a repository may name. */
export function isRepositoryAddress(text: string): boolean {
  return partsOf(text) !== undefined;
}

/** `acme/shop` of the address of a repository: its path without `.git`, as webhooks name it. */
export function fullNameOf(address: string): string {
  return trimSlashes(partsOf(address)?.path ?? '').replace(/\.git$/, '');
}

/** The address as a host's webhook gives it to clone from: with `.git` where it is a web address. */
export function cloneUrlOf(address: string): string {
  const isWeb = /^https?:\/\//i.test(address);
  return isWeb && !/\.git\/*$/.test(address) ? `${address.replace(/\/$/, '')}.git` : address;
}

/** An address without what does not tell repositories apart: how it is reached, who logs in, `.git`, upper case. */
export function sameAddressOf(address: string): string {
  const parts = partsOf(address);
  return `${parts?.host ?? ''}/${fullNameOf(address)}`.toLowerCase();
}

/** The page of a commit on the host of a repository: GitHub, GitLab, Bitbucket, Azure DevOps or Gitea; undefined where the address is not one. */
export function commitPage(address: string, sha: string): string | undefined {
  const parts = partsOf(address);
  if (parts === undefined) return undefined;
  const name = fullNameOf(address);
  const { host } = parts;
  const base = `${parts.scheme}://${parts.port === undefined ? host : `${host}:${parts.port}`}`;
  if (host === 'bitbucket.org') return `${base}/${name}/commits/${sha}`;
  const server = /^(?:scm\/)?([^/]+)\/([^/]+)$/.exec(name);
  if (server && (name.startsWith('scm/') || host.startsWith('bitbucket.')))
    return `${base}/projects/${server[1]}/repos/${server[2]}/commits/${sha}`;
  const azure = /^v3\/([^/]+)\/([^/]+)\/([^/]+)$/.exec(name);
  if (host === 'ssh.dev.azure.com' && azure)
    return `https://dev.azure.com/${azure[1]}/${azure[2]}/_git/${azure[3]}/commit/${sha}`;
  if (name.includes('/_git/')) return `${base}/${name}/commit/${sha}`;
  // Only GitLab has groups in groups.
  if (/(^|\.)gitlab\./.test(host) || name.split('/').length > 2) return `${base}/${name}/-/commit/${sha}`;
  return `${base}/${name}/commit/${sha}`;
}

function trimSlashes(path: string): string {
  let [from, to] = [0, path.length];
  while (path[from] === '/') from++;
  while (to > from && path[to - 1] === '/') to--;
  return path.slice(from, to);
}

function partsOf(
  address: string,
): { scheme: string; host: string; port: string | undefined; path: string } | undefined {
  const groups = addressForms.map((form) => form.exec(address)?.groups).find((found) => found !== undefined);
  if (groups === undefined) return undefined;
  const isWeb = /^https?$/i.test(groups['scheme'] ?? '');
  return {
    scheme: isWeb ? groups['scheme']!.toLowerCase() : 'https',
    host: groups['host']!.toLowerCase(),
    port: isWeb ? groups['port'] : undefined,
    path: groups['path']!,
  };
}
