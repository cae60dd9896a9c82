import { openOctokit } from './client.ts';

/** A repository as a webhook names it, and the token to ask with. */
interface Place {
  readonly owner: string;
  readonly repository: string;
  readonly token: string | undefined;
  readonly enterpriseHost: string | undefined;
}

/** What can be asked; the interceptor that needs it declares the same shape, so neither folder imports the other. */
interface Questions {
  changedFiles(pull: Place & { readonly number: number }): Promise<readonly string[]>;
  publicMembers(place: Place): Promise<readonly string[]>;
  collaborators(place: Place): Promise<readonly string[]>;
  ownersFile(place: Place): Promise<string | undefined>;
}

/** GitHub names 3000 files of a pull request at most: https://docs.github.com/en/rest/pulls/pulls#list-pull-requests-files. */
const mostPages = 30;

/**
 * Asks the API at an address (such as `https://api.github.com`) what Tekton's github interceptor asks. A token goes to
 * this address alone; a webhook that names another enterprise host is an error, as its header proves nothing.
 */
export function askGithub(apiUrl: string, end?: AbortSignal): Questions {
  const base = apiUrl.replace(/(?<!\/)\/+$/, '');
  /** The data of an answer, and whether another page follows; undefined where there is nothing. Server errors and short rate limits are waited out. */
  const ask = async (place: Place, path: string) => {
    refuseOtherHost(base, place.enterpriseHost);
    const octokit = await openOctokit(base, undefined, { signal: end });
    const headers = place.token === undefined ? {} : { authorization: `Bearer ${place.token}` };
    try {
      const { data, headers: got } = await octokit.request(`GET ${path}`, { headers });
      return { data: data as unknown, hasNext: /;\s*rel="?next"?/.test(got.link ?? '') };
    } catch (error) {
      const { status, response } = error as { status?: number; response?: { data?: { message?: unknown } } };
      if (response === undefined) throw error;
      if (status === 404) return undefined;
      throw refused(status, path, String(response.data?.message ?? ''));
    }
  };
  const repositoryOf = ({ owner, repository }: Place) => `/repos/${part(owner)}/${part(repository)}`;
  return {
    changedFiles: async (pull) => {
      const names: string[] = [];
      for (let page = 1; page <= mostPages; page++) {
        const path = `${repositoryOf(pull)}/pulls/${pull.number}/files?per_page=100&page=${page}`;
        const answer = await ask(pull, path);
        if (answer === undefined) throw refused(404, path);
        names.push(...textsOf(answer.data, 'filename'));
        if (!answer.hasNext) return names;
      }
      throw new Error(`GitHub named more than ${mostPages} pages of changed files`);
    },
    publicMembers: async (place) =>
      textsOf((await ask(place, `/orgs/${part(place.owner)}/public_members`))?.data ?? [], 'login'),
    collaborators: async (place) => {
      const path = `${repositoryOf(place)}/collaborators`;
      const answer = await ask(place, path);
      if (answer === undefined) throw refused(404, path);
      return textsOf(answer.data, 'login');
    },
    ownersFile: async (place) => {
      const answer = await ask(place, `${repositoryOf(place)}/contents/OWNERS`);
      if (answer === undefined) return undefined;
      const { content, encoding } = answer.data as { content?: unknown; encoding?: unknown };
      if (typeof content !== 'string') throw new Error('OWNERS is not a file');
      return encoding === 'base64' ? Buffer.from(content, 'base64').toString('utf8') : content;
    },
  };
}

function refused(status: number | undefined, path: string, said = ''): Error {
  const why = said === '' ? '' : `: ${said.slice(0, 200)}`;
  return new Error(`GitHub answered ${status} to ${path.replace(/\?.*/, '')}${why}`);
}

function refuseOtherHost(base: string, host: string | undefined): void {
  const own = new URL(base).host;
  if (host === undefined || host === own || host === own.replace(/^api\./, '')) return;
  throw new Error(`the webhook names the host ${host}, and GITHUB_API_URL is ${new URL(base).origin}`);
}

function part(text: string): string {
  return encodeURIComponent(text);
}

/** The texts of a field of each item of a list. */
function textsOf(list: unknown, field: string): string[] {
  if (!Array.isArray(list)) throw new Error('GitHub answered with something else than a list');
  return list.map((item) => String((item as Record<string, unknown> | null)?.[field] ?? ''));
}
