/** A key of one Secret for one address. */
export interface SshKey {
  /** `host[:port][/path]`. */
  readonly url: string;
  readonly secret: string;
  readonly key: string;
  readonly knownHosts: string;
}

/**
 * The files of `.ssh`, and the lines of `.gitconfig` that lead the address of one repository to its own key; `seen` is the
 * folder of the keys as a step sees it (pkg/credentials/gitcreds/ssh.go).
 */
export function sshFiles(keys: readonly SshKey[], seen: string): Map<string, string> {
  const files = new Map<string, string>();
  if (keys.length === 0) return files;
  const urls = [...new Set(keys.map(({ url }) => url))].map((url) => ({ url, ...parseAddress(url) }));
  // Those for a whole host come first.
  const ordered = [...urls.filter(({ path }) => path === ''), ...urls.filter(({ path }) => path !== '')];
  let config = '';
  let git = '';
  const knownHosts: string[] = [];
  for (const { url, host, port, path } of ordered) {
    const name = path === '' ? host : `${host}--${path.slice(1).replaceAll('/', '--')}`;
    if (path !== '') git += insteadOf(name, host, port, path.slice(1));
    config += `Host ${name}\n    HostName ${host}\n    Port ${port}\n`;
    for (const one of keys.filter((key) => key.url === url)) {
      files.set(`.ssh/id_${one.secret}`, one.key);
      config += `    IdentityFile ${seen}/id_${one.secret}\n`;
      if (one.knownHosts !== '') knownHosts.push(one.knownHosts);
    }
  }
  files.set('.ssh/config', config);
  if (knownHosts.length > 0) files.set('.ssh/known_hosts', knownHosts.join('\n'));
  if (git !== '') files.set('.gitconfig', git);
  return files;
}

function insteadOf(alias: string, host: string, port: string, path: string): string {
  const address = port === '22' ? host : `${host}:${port}`;
  return (
    `[url "git@${alias}:${path}.git"]\n\tinsteadOf = git@${host}:${path}.git\n` +
    `[url "ssh://${alias}/${path}.git"]\n\tinsteadOf = ssh://${address}/${path}.git\n`
  );
}

function parseAddress(url: string): { host: string; port: string; path: string } {
  const [, address = '', path = ''] = /^([^/]*)(\/.*)?$/s.exec(url) ?? [];
  const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:]*)):(\d*)$/.exec(address) ?? [];
  return port === undefined
    ? { host: address, port: '22', path }
    : { host: bracketed ?? plain ?? '', port, path };
}
