import { describe, expect, it } from 'vitest';
import { connectGitHub, type GitHub } from '../../src/github/client.ts';
import { upsertComment } from '../../src/github/upsert-comment.ts';
import { BitiqError } from '../../src/model/errors.ts';
import { startGitHub, token, type GitHubServer } from './github-server.ts';

const connect = (server: GitHubServer, env: NodeJS.ProcessEnv = server.env) =>
  connectGitHub('https://github.com/acme/gitops.git', { env, secondMs: 10 });
const write = (github: GitHub, body = 'text') => upsertComment(github, { issue: 7, marker: 'gate', body });

async function failure(promise: Promise<unknown>): Promise<BitiqError> {
  const error = await promise.then(
    () => new Error('it did not fail'),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(BitiqError);
  const { message, fix, stack, cause } = error as BitiqError;
  expect([message, fix, stack, JSON.stringify(cause)].join('\n')).not.toContain(token);
  return error as BitiqError;
}

describe('the one comment', () => {
  it('is made once and then changed in place, on whatever page it is', async () => {
    const server = await startGitHub();
    const github = await connect(server);
    const person = { issue: 7, user: { login: 'ada' }, html_url: '' };
    for (let id = 1; id <= 230; id++) server.state.comments.push({ ...person, id, body: `comment ${id}` });
    expect(await write(github, 'one')).toMatchObject({ state: 'created' });
    expect(await write(github, 'one\r\n')).toMatchObject({ state: 'unchanged' });
    expect(await write(github, 'two')).toMatchObject({
      state: 'updated',
      url: expect.stringMatching(/-231$/),
    });
    expect(server.state.comments).toHaveLength(231);
    expect(server.state.comments.at(-1)!.body).toBe('<!-- bitiq:gate -->\ntwo');
    expect(server.requests.filter((line) => line.startsWith('GET'))).toHaveLength(9);
  });

  it('passes over one that somebody else wrote with the same marker', async () => {
    const server = await startGitHub();
    const github = await connect(server);
    const body = '<!-- bitiq:gate -->\nnot yours';
    server.state.comments.push({ id: 1, issue: 7, body, user: { login: 'mallory' }, html_url: '' });
    expect(await write(github)).toMatchObject({ state: 'created' });
    expect(await write(github, 'new')).toMatchObject({ state: 'updated' });
    expect(server.state.comments.map((comment) => comment.body)).toEqual([body, '<!-- bitiq:gate -->\nnew']);
  });

  it('is not made twice when the answer is lost', async () => {
    const server = await startGitHub();
    const github = await connect(server);
    server.faults.push({ match: /^POST/, answer: 'lose' });
    expect((await failure(write(github))).code).toBe('github-unavailable');
    expect(await write(github)).toMatchObject({ state: 'unchanged' });
  });
});

describe('what is waited out', () => {
  it('is a server error, a lost connection, and a rate limit of at most a minute', async () => {
    const server = await startGitHub();
    const github = await connect(server);
    const said: string[] = [];
    const noted = await connectGitHub('https://github.com/acme/gitops', {
      env: server.env,
      secondMs: 10,
      progress: (line) => said.push(line),
    });
    const limited = { message: 'You have exceeded a secondary rate limit.' };
    server.faults.push(
      { match: /^GET/, answer: { status: 502, body: '<html>Unicorn!</html>' } },
      { match: /^GET/, answer: 'drop' },
    );
    expect(await write(github)).toMatchObject({ state: 'created' });
    expect(server.requests).toHaveLength(4);
    server.faults.push(
      { match: /^GET/, answer: { status: 403, body: limited, headers: { 'retry-after': '3' } } },
      { match: /^GET/, answer: { status: 429, body: limited, headers: { 'retry-after': '4' } } },
    );
    expect(await write(noted)).toMatchObject({ state: 'unchanged' });
    expect(said).toEqual(['GitHub asks to wait 3 s.', 'GitHub asks to wait 4 s.']);
  });

  it('is not a rate limit of an hour, nor an error that stays', async () => {
    const server = await startGitHub();
    const github = await connect(server);
    const reset = Math.floor(Date.now() / 1000) + 3600;
    server.faults.push({
      match: /^GET/,
      answer: {
        status: 403,
        body: { message: 'API rate limit exceeded for user ID 1.' },
        headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(reset) },
      },
    });
    const error = await failure(write(github));
    expect(error).toMatchObject({ code: 'github-unavailable', exit: 3 });
    expect(error.fix).toMatch(/^Run the command again from 20\d\d-.*Z on\.$/);
    for (let count = 0; count < 4; count++)
      server.faults.push({ match: /^GET/, answer: { status: 503, body: { message: 'busy' } } });
    expect(await failure(write(github))).toMatchObject({
      code: 'github-unavailable',
      message: expect.stringContaining('failed to list the comments: it answered 503, busy'),
    });
  });
});

describe('what GitHub refuses', () => {
  it.each([
    [401, { message: 'Bad credentials' }, {}, 'github-denied', 'Put a token that is valid'],
    [
      403,
      { message: 'Resource not accessible by personal access token' },
      { 'x-accepted-github-permissions': 'issues=read; pull_requests=read' },
      'github-denied',
      'Give the token this permission: issues=read; pull_requests=read.',
    ],
    [
      403,
      { message: 'Resource protected by organization SAML enforcement.' },
      { 'x-github-sso': 'required; url=https://github.com/orgs/acme/sso?x=1' },
      'github-denied',
      'https://github.com/orgs/acme/sso?x=1',
    ],
    [404, { message: 'Not Found' }, {}, 'github-missing', 'Check the address of the repository'],
    [410, { message: 'Issues are disabled for this repo' }, {}, 'github-denied', 'Do what GitHub requires'],
    [200, '<html>sign in</html>', {}, 'github-unavailable', 'Check the network'],
  ] as const)('%i is told with a fix', async (status, body, headers, code, fix) => {
    const server = await startGitHub();
    const github = await connect(server);
    server.faults.push({ match: /^POST/, answer: { status, body, headers } });
    const error = await failure(write(github));
    expect(error).toMatchObject({ code, fix: expect.stringContaining(fix), state: 'Nothing was changed.' });
    if (typeof body !== 'string' && status !== 404)
      expect(error.message).toContain(body.message.replace(/\.$/, ''));
  });

  it('is not a list where a proxy answers with a page of its own', async () => {
    const server = await startGitHub();
    server.faults.push({ match: /^GET/, answer: { status: 200, body: '<html>sign in</html>' } });
    const error = await failure(write(await connect(server)));
    expect(error.message).toMatch(/to list the comments: it answered with something else than JSON\.$/);
  });

  it('names no token, and sends it to no other host', async () => {
    const server = await startGitHub();
    const wrong = await connect(server, { ...server.env, GITHUB_TOKEN: 'a-token-of-another' });
    expect((await failure(write(wrong))).code).toBe('github-denied');
    const github = await connect(server);
    const link = '<https://evil.example/comments?page=2>; rel="next"';
    server.faults.push({ match: /^GET/, answer: { status: 200, body: [], headers: { link } } });
    expect((await failure(write(github))).message).toContain(
      'it led to another address, https://evil.example',
    );
    server.faults.push({ match: /^GET/, answer: { status: 422, body: { message: `no ${token}` } } });
    expect((await failure(write(github))).message).toContain('no ***');
  });

  it('sends a token to a host only where somebody has named it, whatever the host answers', async () => {
    const server = await startGitHub();
    const url = server.url.replace('/api/v3', '/acme/gitops.git');
    const { host } = new URL(url);
    const tokens = { GH_TOKEN: token, GH_ENTERPRISE_TOKEN: token };
    for (const env of [{ GH_TOKEN: token }, tokens, { ...tokens, GH_HOST: 'ghe.example' }]) {
      const error = await failure(connectGitHub(url, { env }));
      expect(error).toMatchObject({ code: 'github-remote-unsupported', exit: 2 });
      expect(error.message).toContain('no token is sent there');
      expect(error.fix).toContain(`export GITHUB_API_URL=${server.url}`);
    }
    expect(await failure(connectGitHub(url, { env: { GH_TOKEN: token, GH_HOST: host } }))).toMatchObject({
      code: 'github-token-missing',
      message: expect.stringContaining('neither GH_ENTERPRISE_TOKEN nor GITHUB_ENTERPRISE_TOKEN') as string,
    });
    expect(server.requests).toEqual([]);
    const github = await connectGitHub(url, { env: { ...tokens, GH_HOST: host } });
    expect(await write(github)).toMatchObject({ state: 'created' });
    const named = await connectGitHub(url, { env: { GH_TOKEN: token, GITHUB_API_URL: server.url } });
    expect(await write(named)).toMatchObject({ state: 'unchanged' });
  });

  it('follows a redirect to the same address alone', async () => {
    const [server, other] = [await startGitHub(), await startGitHub()];
    const github = await connect(server);
    const moved = (to: string) => ({ status: 301, headers: { location: to } });
    const path = '/repos/acme/gitops/issues/7/comments';
    server.faults.push({ match: /^GET/, answer: moved(`${server.url}${path}`) });
    expect(await write(github)).toMatchObject({ state: 'created' });
    server.faults.push({ match: /^GET/, answer: moved(`${other.url}${path}`) });
    expect((await failure(write(github))).message).toContain('it led to another address, http://127.0.0.1');
    server.faults.push({ match: /^PATCH/, answer: { ...moved(`${other.url}${path}`), status: 307 } });
    expect((await failure(write(github, 'new'))).message).toContain('it led to another address');
    expect(other.requests).toEqual([]);
  });

  it('says how to get a token when there is none', async () => {
    const named = { GITHUB_API_URL: 'https://ghe.example/api/v3' };
    expect(await failure(connectGitHub('git@ghe.example:acme/gitops', { env: named }))).toMatchObject({
      code: 'github-token-missing',
      fix: expect.stringContaining('gh auth token --hostname ghe.example') as string,
    });
  });
});
