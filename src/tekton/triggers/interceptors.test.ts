import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { askGithub } from '../../github/trigger-questions.ts';
import { readHeaders } from './headers.ts';
import { runInterceptors, runOne } from './run-interceptors.ts';
import type { Interceptor } from './types.ts';

const secrets = { hook: { token: 'correct horse', pat: 'pat-1' } };
const secret = { name: 'hook', key: 'token' };
const event = (body: string, headers: Record<string, string>) => ({
  raw: Buffer.from(body),
  headers: readHeaders(headers),
  url: '/',
  extensions: {},
});
const sign = (body: string, algorithm = 'sha256') =>
  `${algorithm}=${createHmac(algorithm, secrets.hook.token).update(body).digest('hex')}`;

describe('the gitlab interceptor', () => {
  const gitlab: Interceptor = { kind: 'gitlab', name: 'g', secret, eventTypes: ['Push Hook'] };
  it.each([
    [{ 'x-gitlab-event': 'Push Hook', 'x-gitlab-token': 'correct horse' }, undefined],
    [{ 'x-gitlab-event': 'Push Hook', 'x-gitlab-token': 'correct hors' }, 'Invalid X-GitLab-Token'],
    [{ 'x-gitlab-event': 'Push Hook' }, 'no X-Gitlab-Token header set'],
    [
      { 'x-gitlab-event': 'Tag Push Hook', 'x-gitlab-token': 'correct horse' },
      'event type Tag Push Hook is not allowed',
    ],
  ])('%j gives %s', async (headers, stopped) => {
    const answer = await runOne(gitlab, event('{}', headers as Record<string, string>), { secrets });
    expect(answer).toEqual(stopped === undefined ? { extensions: {} } : { stopped });
  });

  it('lets nobody through by a Secret that is empty or not given', async () => {
    for (const values of [{}, { hook: {} }, { hook: { token: '' } }]) {
      const answer = await runOne(
        gitlab,
        event('{}', { 'x-gitlab-event': 'Push Hook', 'x-gitlab-token': 'x' }),
        {
          secrets: values,
        },
      );
      expect(answer).toEqual({
        stopped: 'error getting secret: the key "token" of the Secret "hook" is not given',
      });
    }
  });
});

describe('the bitbucket interceptor', () => {
  const bitbucket: Interceptor = { kind: 'bitbucket', name: 'b', secret };
  it.each([
    [sign('{}'), undefined],
    [sign('{}', 'sha1'), undefined],
    [sign('{ }'), 'error validating signature: payload signature check failed'],
    ['sha256=', 'error validating signature: payload signature check failed'],
    ['md5=00', 'error validating signature: unknown hash type prefix: "md5"'],
    ['nothing', 'error validating signature: error parsing signature "nothing"'],
    ['sha256=xyz', 'error validating signature: error decoding signature "sha256=xyz"'],
  ])('the signature %s gives %s', async (signature, stopped) => {
    const answer = await runOne(bitbucket, event('{}', { 'x-hub-signature': signature }), { secrets });
    expect(answer).toEqual(stopped === undefined ? { extensions: {} } : { stopped });
  });
});

describe('a form', () => {
  const slack: Interceptor = { kind: 'slack', name: 's', fields: ['text'] };
  const headers = { 'content-type': 'application/x-www-form-urlencoded', 'x-slack-signature': 'v0=1' };
  it('of several fields reaches interceptors and bindings as lists of texts', async () => {
    const passed = await runInterceptors([slack], event('text=a+b%26c&text=2&command=%2Fbuild', headers), {
      secrets,
    });
    expect(passed.event.extensions).toEqual({ text: ['a b&c', '2'] });
    expect(JSON.parse(passed.event.raw.toString())).toEqual({
      text: ['a b&c', '2'],
      command: ['/build'],
    });
  });

  it('of very many fields of one name is read in one pass', async () => {
    const many = 400_000;
    const cel: Interceptor = { kind: 'cel', name: 'c', filter: `size(body.a) == ${many}`, overlays: [] };
    const passed = await runInterceptors([cel], event(`text=x${'&a='.repeat(many)}`, headers), { secrets });
    expect(passed.steps).toEqual([{ name: 'c', extensions: {} }]);
  });

  it('of one field stays as it is, and github refuses every form', async () => {
    const github: Interceptor = { kind: 'github', name: 'g' };
    const passed = await runInterceptors([github], event('payload=%7B%7D', headers), { secrets });
    expect(passed).toMatchObject({
      stopped: {
        at: 'g',
        message: 'form parameter encoding not supported, please change the hook to send JSON payloads',
      },
    });
    expect(await runOne(slack, event('payload=%7B%7D', headers), { secrets })).toHaveProperty('stopped');
  });
});

/** A GitHub of which every path is known, and who asked. */
async function fakeGithub(answers: Record<string, unknown>) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.headers.authorization ?? '-'} ${request.url}`);
    const answer = answers[request.url ?? ''];
    const headers = {
      'content-type': 'application/json',
      ...(request.url?.endsWith('page=1') ? { link: '</next>; rel="next"' } : {}),
    };
    response
      .writeHead(answer === undefined ? 404 : 200, headers)
      .end(JSON.stringify(answer ?? { message: 'no' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { asked, github: askGithub(`http://127.0.0.1:${(server.address() as { port: number }).port}/`) };
}

describe('the github interceptor', () => {
  const token = { name: 'hook', key: 'pat' };
  const pull = JSON.stringify({
    number: 7,
    repository: { full_name: 'o/r' },
    sender: { login: 'zoe' },
    issue: { number: 7 },
    comment: { body: 'fine\n/ok-to-test\n' },
  });

  it('adds the files of a push from its commits, and of a pull request from all pages', async () => {
    const changed: Interceptor = { kind: 'github', name: 'g', changedFiles: { token } };
    const push = JSON.stringify({
      repository: { full_name: 'o/r' },
      commits: [
        { added: ['a'], modified: ['b'], removed: [] },
        { added: [], modified: [], removed: ['c'] },
      ],
    });
    expect(await runOne(changed, event(push, { 'x-github-event': 'push' }), { secrets })).toEqual({
      extensions: { changed_files: 'a,b,c' },
    });
    const path = '/repos/o/r/pulls/7/files?per_page=100&page=';
    const { github, asked } = await fakeGithub({
      [`${path}1`]: [{ filename: 'x' }],
      [`${path}2`]: [{ filename: 'y' }],
    });
    const headers = { 'x-github-event': 'pull_request' };
    expect(await runOne(changed, event(pull, headers), { secrets, github })).toEqual({
      extensions: { changed_files: 'x,y' },
    });
    expect(asked).toEqual([`Bearer pat-1 ${path}1`, `Bearer pat-1 ${path}2`]);
    expect(await runOne(changed, event(pull, headers), { secrets })).toHaveProperty('stopped');
  });

  it('sends no token to the host that a header names', async () => {
    const changed: Interceptor = { kind: 'github', name: 'g', changedFiles: { token } };
    const { github, asked } = await fakeGithub({});
    const headers = { 'x-github-event': 'pull_request', 'x-github-enterprise-host': 'evil.example' };
    expect(await runOne(changed, event(pull, headers), { secrets, github })).toMatchObject({
      stopped: expect.stringContaining('the webhook names the host evil.example') as string,
    });
    expect(asked).toEqual([]);
  });

  it.each([
    ['orgMembers', { '/orgs/o/public_members': [{ login: 'zoe' }] }, true],
    ['orgMembers', { '/orgs/o/public_members': [{ login: 'adam' }] }, false],
    ['repoMembers', { '/repos/o/r/collaborators': [{ login: 'zoe' }] }, true],
    ['none', {}, false],
    [
      'none',
      { '/repos/o/r/contents/OWNERS': { content: btoa('approvers: [Zoe]'), encoding: 'base64' } },
      true,
    ],
    [
      'none',
      { '/repos/o/r/contents/OWNERS': { content: btoa('reviewers: [adam]'), encoding: 'base64' } },
      false,
    ],
  ] as const)('judges the sender by %s and %j: %s', async (check, answers, isThrough) => {
    const owners: Interceptor = { kind: 'github', name: 'g', owners: { token, check } };
    const { github } = await fakeGithub(answers);
    for (const type of ['pull_request', 'issue_comment']) {
      const answer = await runOne(owners, event(pull, { 'x-github-event': type }), { secrets, github });
      expect(answer).toEqual(
        isThrough ? { extensions: {} } : { stopped: 'owners check requirements not met' },
      );
    }
    const comment = event(pull.replace('/ok-to-test', 'no'), { 'x-github-event': 'issue_comment' });
    expect(await runOne(owners, comment, { secrets, github })).toHaveProperty('stopped');
    expect(await runOne(owners, event('{}', { 'x-github-event': 'push' }), { secrets, github })).toEqual({
      extensions: {},
    });
  });
});
