import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { hookRoutes } from './hook-routes.ts';
import { pullRoutes } from './pull-routes.ts';

export const token = 'a-token-that-nobody-may-see';

/** What a route is asked: the parts of the path that its pattern names, the query and the body. */
export interface Asked {
  readonly groups: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: any;
  readonly state: GitHubState;
  readonly base: string;
}

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Lists are cut into pages, as GitHub does. */
  readonly list?: readonly unknown[];
}

/** Another answer, none at once or for ever, the lost answer to a request that was done, or what a function does before no answer comes. */
export type Fault = Answer | 'drop' | 'hang' | 'lose' | (() => void);

export type Route = readonly [method: string, path: RegExp, answer: (asked: Asked) => Answer];

/** What the server knows of one repository; tests look at it and change it. */
export interface GitHubState {
  pulls: any[];
  comments: { id: number; issue: number; body: string; user: { login: string }; html_url: string }[];
  labels: string[];
  hooks: any[];
  deliveries: Map<number, any[]>;
  /** Whether a branch exists, and is ahead of main. */
  branchState: (branch: string) => 'ahead' | 'same' | 'missing';
}

export interface GitHubServer {
  /** Of the API: `http://127.0.0.1:<port>/api/v3`. */
  readonly url: string;
  readonly state: GitHubState;
  /** `POST /repos/acme/gitops/pulls`, in the order of coming. */
  readonly requests: string[];
  /** Answers the next requests that match, one each, instead of the server. */
  readonly faults: { readonly match: RegExp; readonly answer: Fault }[];
  readonly env: NodeJS.ProcessEnv;
}

/** A server on a free port that speaks GitHub's documented REST shapes for the repository acme/gitops and any other of acme. */
export async function startGitHub(): Promise<GitHubServer> {
  const state: GitHubState = {
    pulls: [],
    comments: [],
    labels: [],
    hooks: [],
    deliveries: new Map(),
    branchState: () => 'ahead',
  };
  const requests: string[] = [];
  const faults: { match: RegExp; answer: Fault }[] = [];
  const routes = [...pullRoutes, ...hookRoutes];
  let base = '';
  const server = createServer((request, response) => {
    void handle(request, response).catch((error: unknown) => {
      response.writeHead(599).end(String(error));
    });
  });
  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    const url = new URL(request.url ?? '/', base);
    const path = url.pathname.replace(/^\/api\/v3/, '');
    const line = `${request.method} ${path}${url.search}`;
    requests.push(line);
    const index = faults.findIndex(({ match }) => match.test(line));
    const fault = index < 0 ? undefined : faults.splice(index, 1)[0]!.answer;
    if (typeof fault === 'function') fault();
    if (fault === 'hang') return;
    if (fault === 'drop' || typeof fault === 'function') return void request.socket.destroy();
    if (fault !== undefined && fault !== 'lose') return send(response, url, fault);
    const given = request.headers.authorization?.replace(/^(token|bearer) /i, '');
    if (given !== token) return send(response, url, { status: 401, body: { message: 'Bad credentials' } });
    for (const [method, pattern, answer] of routes) {
      const match = method === request.method ? pattern.exec(path) : null;
      if (!match) continue;
      const asked = {
        groups: match.groups ?? {},
        query: url.searchParams,
        body: text === '' ? undefined : (JSON.parse(text) as unknown),
        state,
        base,
      };
      const answered = answer(asked);
      // The request was done and its answer is lost on the way.
      if (fault === 'lose') return send(response, url, { status: 502, body: { message: 'Server Error' } });
      return send(response, url, answered);
    }
    return send(response, url, { status: 404, body: { message: 'Not Found' } });
  }
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const url = `${base}/api/v3`;
  return { url, state, requests, faults, env: { GITHUB_TOKEN: token, GITHUB_API_URL: url } };
}

function send(response: ServerResponse, url: URL, answer: Answer): void {
  const headers: Record<string, string> = { 'x-github-request-id': 'AAAA:1', ...answer.headers };
  let { body } = answer;
  if (answer.list) {
    const [page, size] = [
      Number(url.searchParams.get('page') ?? 1),
      Number(url.searchParams.get('per_page') ?? 30),
    ];
    body = answer.list.slice((page - 1) * size, page * size);
    if (page * size < answer.list.length) {
      const next = new URL(url);
      next.searchParams.set('page', String(page + 1));
      headers['link'] = `<${next.href}>; rel="next"`;
    }
  }
  if (typeof body === 'string') headers['content-type'] ??= 'text/html; charset=utf-8';
  else if (body !== undefined) headers['content-type'] = 'application/json; charset=utf-8';
  // An empty header stands for one that is not there.
  for (const [name, value] of Object.entries(headers)) if (value === '') delete headers[name];
  response.writeHead(answer.status, headers);
  response.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body));
}
