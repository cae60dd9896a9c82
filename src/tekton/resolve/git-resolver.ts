import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { withGitConfig, withoutLogins } from '../../git/hide-logins.ts';
import { messageOf } from '../../model/errors.ts';
import { guardMark, letGo, makeGuardedFolder } from '../../process/guardian.ts';
import { run, stripSecrets } from '../../process/run.ts';
import { type Fetched, ResolutionError, type ResolverInput, secretValue } from './fetched.ts';
import { readAtCommit } from './read-at-commit.ts';

/** What the shipped configuration of Tekton's resolver gives when a parameter is missing. */
const defaults = { url: 'https://github.com/tektoncd/catalog.git', revision: 'main' };

/**
 * Fetches files out of Git as Tekton's resolver `git` does (pkg/resolution/resolver/git), shallow and each revision of a
 * repository once; beside its addresses, a repository of this machine may be named by a path or a file URL.
 */
export class GitResolver {
  readonly #fetched = new Map<string, Promise<{ readonly gitDir: string; readonly commit: string }>>();
  readonly #folders: string[] = [];

  async resolve(input: ResolverInput): Promise<Fetched> {
    const { url, revision, path } = checkParams(input);
    const repository = locate(url, input);
    const token = tokenOf(input);
    const key = JSON.stringify([repository, revision, token]);
    const known = this.#fetched.get(key) ?? this.#fetch(repository, revision, token, input.signal);
    this.#fetched.set(key, known);
    const { gitDir, commit } = await known;
    const bytes = await readAtCommit(gitDir, commit, path);
    if (bytes === undefined) throw new ResolutionError(`error opening file "${path}": file does not exist`);
    return {
      text: bytes.toString('utf8'),
      source: { uri: `git+${stripSecrets(url, [])}`, digest: { sha1: commit }, entryPoint: path },
      label: `git+${stripSecrets(url, [])}@${commit.slice(0, 12)}:${path}`,
    };
  }

  /** Removes what was fetched. */
  async close(): Promise<void> {
    // Before that, not every folder is known; and a git that was told to end may still write.
    await Promise.allSettled(this.#fetched.values());
    for (const folder of this.#folders) {
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
      letGo('folder', folder);
    }
  }

  async #fetch(repository: string, revision: string, token: string | undefined, signal: AbortSignal) {
    // Neither it nor a git that waits for a host that is silent outlives this process.
    const gitDir = await makeGuardedFolder('resolve');
    this.#folders.push(gitDir);
    const own = { ...process.env, ...gitSettings(repository, token), [guardMark[0]]: guardMark[1] };
    const { args, config, env: logins } = withoutLogins([repository]);
    const [address = repository] = args;
    const env = withGitConfig(own, config, logins);
    const git = async (...args: string[]) => {
      const options = { to: 'resolve a reference', cwd: gitDir, env, signal, secrets: token ? [token] : [] };
      return (await run('git', args, options)).stdout.toString().trim();
    };
    try {
      await git('init', '--quiet', '--bare', '.');
      // "--" makes sure that neither is taken for an option.
      await git('fetch', '--quiet', '--depth=1', '--no-tags', '--', address, revision);
      return { gitDir, commit: await git('rev-parse', '--verify', '--quiet', 'FETCH_HEAD^{commit}') };
    } catch (error) {
      const lines = messageOf(error)
        .split('\n')
        .filter((line) => line.startsWith('  | '));
      const said = lines.map((line) => line.slice(4)).join('\n') || messageOf(error);
      if (/could not read Username/.test(said))
        throw new ResolutionError('error resolving repository: clone error: authentication required');
      throw new ResolutionError(`error resolving repository: git fetch error: ${said}`);
    }
  }
}

function checkParams({ params }: ResolverInput): { url: string; revision: string; path: string } {
  if (params.get('url') && params.get('repo'))
    throw new ResolutionError("cannot specify both 'url' and 'repo'");
  const api = ['repo', 'org', 'scmType', 'serverURL', 'configKey', 'token'].find((name) => params.get(name));
  if (api !== undefined)
    throw new ResolutionError(
      `the param ${api} asks for the API of a Git host, which is not supported without a cluster: use url, revision, pathInRepo and gitToken`,
    );
  const given = params.get('pathInRepo');
  if (given === undefined) throw new ResolutionError('missing required git resolver params: pathInRepo');
  const revision = params.get('revision') ?? defaults.revision;
  if (revision.startsWith('-'))
    throw new ResolutionError(`invalid revision "${revision}": must not begin with '-'`);
  const path = given.replace(/^\/+/, '');
  if (path.split(/[\\/]/).includes('..'))
    throw new ResolutionError(`invalid path "${path}": must not contain '..' components`);
  return { url: params.get('url') || defaults.url, revision, path };
}

/** The address that git gets; a relative path starts at the folder of the file that names it. */
function locate(url: string, { folder }: ResolverInput): string {
  const isLocal = /^(file:\/\/|\/|\.\.?(\/|$))/.test(url);
  if (isLocal && folder === undefined)
    throw new ResolutionError(
      `invalid git repository url: ${stripSecrets(url, [])} (a fetched file may not name this machine)`,
    );
  if (isLocal) return url.startsWith('file://') ? url : resolve(folder!, url);
  if (/^([^@:/]+@[^:]+:|(git|ssh|https?):\/\/)/.test(url)) return url;
  throw new ResolutionError(`invalid git repository url: ${stripSecrets(url, [])}`);
}

function tokenOf(input: ResolverInput): string | undefined {
  const name = input.params.get('gitToken');
  return name ? secretValue(input, name, input.params.get('gitTokenKey') || 'token') : undefined;
}

/** No prompt, no other protocol, and the token for this host alone, in the environment and not among the arguments. */
function gitSettings(repository: string, token: string | undefined): NodeJS.ProcessEnv {
  const settings = { GIT_TERMINAL_PROMPT: '0', GIT_ALLOW_PROTOCOL: 'file:git:http:https:ssh', LC_ALL: 'C' };
  if (token === undefined || !URL.canParse(repository) || !/^https?:/.test(repository)) return settings;
  return {
    ...settings,
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: `http.${new URL(repository).origin}/.extraHeader`,
    GIT_CONFIG_VALUE_0: `Authorization: Basic ${Buffer.from(`git:${token}`).toString('base64')}`,
  };
}
