import type { GithubPlace, GithubQuestions } from '../tekton/triggers/github-questions.ts';

const timeoutMs = 10_000;
/** GitHub names 3000 files of a pull request at most: https://docs.github.com/en/rest/pulls/pulls#list-pull-requests-files. */
const mostPages = 30;

/**
 * Asks the API at an address (such as `https://api.github.com`) what Tekton's github interceptor asks. A token goes to
 * this address alone; a webhook that names another enterprise host is an error, as its header proves nothing.
 */
export function askGithub(apiUrl: string, end?: AbortSignal): GithubQuestions {
  const base = apiUrl.replace(/(?<!\/)\/+$/, '');
  const ask = async (place: GithubPlace, path: string): Promise<Response> => {
    refuseOtherHost(base, place.enterpriseHost);
    return fetch(`${base}${path}`, {
      headers: {
        accept: 'application/vnd.github+json',
        'user-agent': 'bitiq',
        ...(place.token === undefined ? {} : { authorization: `Bearer ${place.token}` }),
      },
      redirect: 'error',
      signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(end ? [end] : [])]),
    });
  };
  const json = async (response: Response): Promise<unknown> => {
    if (response.ok) return response.json();
    const said = (await response.text()).slice(0, 200).trim();
    throw new Error(
      `GitHub answered ${response.status} to ${new URL(response.url).pathname}${said && `: ${said}`}`,
    );
  };
  const repositoryOf = ({ owner, repository }: GithubPlace) => `/repos/${part(owner)}/${part(repository)}`;
  return {
    changedFiles: async (pull) => {
      const names: string[] = [];
      for (let page = 1; page <= mostPages; page++) {
        const path = `${repositoryOf(pull)}/pulls/${pull.number}/files?per_page=100&page=${page}`;
        const response = await ask(pull, path);
        names.push(...textsOf(await json(response), 'filename'));
        if (!/;\s*rel="?next"?/.test(response.headers.get('link') ?? '')) return names;
      }
      throw new Error(`GitHub named more than ${mostPages} pages of changed files`);
    },
    publicMembers: async (place) => {
      const response = await ask(place, `/orgs/${part(place.owner)}/public_members`);
      return response.status === 404 ? [] : textsOf(await json(response), 'login');
    },
    collaborators: async (place) =>
      textsOf(await json(await ask(place, `${repositoryOf(place)}/collaborators`)), 'login'),
    ownersFile: async (place) => {
      const response = await ask(place, `${repositoryOf(place)}/contents/OWNERS`);
      if (response.status === 404) return undefined;
      const file = (await json(response)) as { content?: unknown; encoding?: unknown };
      if (typeof file.content !== 'string') throw new Error('OWNERS is no file');
      return file.encoding === 'base64' ? Buffer.from(file.content, 'base64').toString('utf8') : file.content;
    },
  };
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
