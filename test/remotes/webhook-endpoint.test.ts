import { createHash, createHmac } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openRepository } from '../../src/git/repository.ts';
import type { RunRequest } from '../../src/local/builds/run-request.ts';
import { writeRequest } from '../../src/local/builds/run-store.ts';
import { pipelineFiles } from '../../src/local/pipeline-files.ts';
import { receiveHook } from '../../src/local/receive-hook.ts';
import type { HooksServing } from '../../src/local/webhooks/serve-hooks.ts';
import { signPayload } from '../../src/local/webhooks/send-push-webhook.ts';
import { loopServer, token } from './loop-server.ts';
import { at, commitFile, git, temporaryFolder } from './workshop.ts';

const secret = 'the-secret-of-a-test';

const listener = `apiVersion: triggers.tekton.dev/v1beta1
kind: EventListener
metadata: { name: builds, namespace: ci }
spec:
  triggers:
    - name: push
      interceptors:
        - ref: { name: github }
          params:
            - { name: secretRef, value: { secretName: github-webhook, secretKey: secret } }
            - { name: eventTypes, value: [push] }
        - ref: { name: cel }
          params: [{ name: filter, value: "body.ref == 'refs/heads/main'" }]
      bindings:
        - { name: service, value: $(body.repository.name) }
        - { name: revision, value: $(body.after) }
        - { name: message, value: $(body.message) }
      template:
        spec:
          params: [{ name: service }, { name: revision }, { name: message }]
          resourcetemplates:
            - apiVersion: tekton.dev/v1
              kind: PipelineRun
              metadata: { generateName: build- }
              spec:
                pipelineRef: { name: build }
                params: [{ name: message, value: $(tt.params.message) }]
`;

/** The real endpoint over a real repository; each run that it starts is written to disk. */
async function endpoint(limits: Partial<HooksServing> = {}) {
  const root = await temporaryFolder();
  const work = join(root, 'gitops');
  await git(root, 'init', '--quiet', '--initial-branch=main', work);
  await git(work, 'config', 'user.name', 'A');
  await git(work, 'config', 'user.email', 'a@example.com');
  await commitFile(work, 'README.md', 'x\n');
  await mkdir(join(work, 'pipelines'));
  await commitFile(work, 'pipelines/listener.yaml', listener);
  const gitOps = await openRepository(work);
  const runs = join(root, 'runs');
  const received: string[] = [];
  const server = await loopServer(root, {
    hooks: {
      seenFile: join(root, 'seen.json'),
      bodyLimit: 100_000,
      ...limits,
      onHook: (hook, claim) =>
        receiveHook(
          hook,
          {
            gitOps,
            readPipelines: pipelineFiles(gitOps),
            secret,
            clock: () => at,
            start: (request) => writeRequest(runs, request),
            onReceived: (text) => received.push(text),
          },
          claim,
        ),
    },
  });
  const post = (body: string, headers: Record<string, string> = {}, url = '/hooks') =>
    fetch(`${server.url}${url}`, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        'x-github-event': 'push',
        'x-hub-signature-256': signPayload(body, secret),
        ...headers,
      },
    });
  const started = async (): Promise<RunRequest[]> => {
    const names = await readdir(runs).catch(() => []);
    const texts = names.map((name) => readFile(join(runs, name, 'request.json'), 'utf8'));
    return (await Promise.all(texts)).map((text) => JSON.parse(text) as RunRequest);
  };
  return { root, url: server.url, post, started, received, seenFile: join(root, 'seen.json') };
}

const push = (after: string, change: object = {}) =>
  JSON.stringify({
    ref: 'refs/heads/main',
    after,
    repository: { name: 'toy-service' },
    message: 'm',
    ...change,
  });
const sha = (number: number) => number.toString(16).padStart(40, '0');

describe('the webhook’s end', () => {
  it('answers as an EventListener does', async () => {
    const { post, started } = await endpoint();
    const answer = await post(push(sha(1)));
    expect(answer.status).toBe(202);
    expect(await answer.json()).toEqual({
      eventListener: 'builds',
      namespace: 'ci',
      eventListenerUID: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      eventID: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    });
    const wrong = await post('payload=%7B%7D');
    expect(wrong.status).toBe(400);
    expect(await wrong.json()).toEqual({
      eventListener: 'builds',
      namespace: 'ci',
      eventListenerUID: '',
      errorMessage: expect.stringMatching(/^the body is not valid JSON: ./) as string,
    });
    expect(await started()).toHaveLength(1);
  });

  it('tells a sender nothing of what the interceptors found, and starts nothing', async () => {
    const { post, started, received } = await endpoint();
    for (const headers of [
      { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` },
      { 'x-hub-signature-256': '' },
      { 'x-github-event': 'ping' },
    ]) {
      const answer = await post(push(sha(2)), headers);
      expect(answer.status).toBe(202);
      expect(await answer.text()).not.toContain('signature');
    }
    expect(await started()).toEqual([]);
    expect(received.join()).toContain('payload signature check failed');
  });

  it('refuses a replay however its signature is written, and does not let forged ones make it forget', async () => {
    const { post, started, seenFile } = await endpoint();
    const body = push(sha(5));
    const sha1 = `sha1=${createHmac('sha1', secret).update(body).digest('hex')}`;
    const sha512 = `sha512=${createHmac('sha512', secret).update(body).digest('hex')}`;
    const signatures = [signPayload(body, secret), sha1, sha512, sha1.toUpperCase().replace('SHA', 'sha')];
    const forged = [
      ...signatures.map((one) => one.replace(/[0-9a-f]{4}$/i, '0000')),
      'sha256=',
      'x',
      '',
      'sha256=zz',
    ];
    for (const signature of forged) {
      expect((await post(body, { 'x-hub-signature-256': signature })).status).toBe(202);
    }
    expect(await started()).toEqual([]);
    expect(await readFile(seenFile, 'utf8').catch(() => '')).toBe('');
    const answers = await Promise.all(
      [...signatures, signatures[0]!.toUpperCase().replace('SHA', 'sha')].map((signature) =>
        post(body, { 'x-hub-signature-256': signature, 'x-github-delivery': signature.slice(0, 9) }),
      ),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(await started()).toHaveLength(1);
    expect((await readFile(seenFile, 'utf8')).trim().split('\n')).toHaveLength(1);
  });

  it('says in one line without control characters what a stranger sent', async () => {
    const { post, received } = await endpoint();
    await post(push(sha(6)), { 'x-github-event': `a\u009b31m${'x'.repeat(900)}` });
    expect(received).toHaveLength(1);
    expect(received[0]).toMatch(/^no trigger fired \(github: event type a31mx{300,400}…\)$/);
  });

  it('refuses a replay under whatever id, and a body over the limit', async () => {
    const { post, started } = await endpoint();
    for (const id of ['1', '1', '2', '']) {
      const answer = await post(push(sha(3)), { 'x-github-delivery': id });
      expect(answer.status).toBe(202);
    }
    expect(await started()).toHaveLength(1);
    expect((await post(push(sha(4), { message: 'x'.repeat(100_000) }))).status).toBe(413);
    expect(await started()).toHaveLength(1);
  });

  it('gives nothing of a payload to a shell or a path', async () => {
    const { root, post, started, received } = await endpoint();
    const hostile = `$(touch ${root}/owned) \`touch ${root}/owned\` '; touch ${root}/owned; "\n../../..`;
    const body = push('../../../', { repository: { name: `../../${hostile}` }, message: hostile });
    expect((await post(body)).status).toBe(202);
    const [run, ...others] = await started();
    expect(others).toEqual([]);
    expect(run?.name).toMatch(/^[a-z0-9-]+$/);
    expect(run?.resource).toMatchObject({
      // A command line of Pipelines' own is not to be made of a payload: Triggers doubles the dollar.
      spec: { params: [{ name: 'message', value: hostile.replace('$(', '$$$$(') }] },
    });
    expect(received.join()).not.toMatch(/[$`;\n]/);
    expect(existsSync(join(root, 'owned'))).toBe(false);
  });

  it('loses none of 200 events at once, and remembers each', async () => {
    const { post, started, seenFile } = await endpoint();
    const bodies = Array.from({ length: 200 }, (_, index) => push(sha(index + 100)));
    const answers = await Promise.all(bodies.map((body) => post(body)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    const ids = await Promise.all(
      answers.map(async (answer) => ((await answer.json()) as { eventID: string }).eventID),
    );
    expect(new Set(ids).size).toBe(200);
    const revisions = (await started()).map(({ revision }) => revision);
    expect(revisions.sort()).toEqual(bodies.map((_, index) => sha(index + 100)));
    const lines = (await readFile(seenFile, 'utf8')).trim().split('\n');
    const hash = (body: string) => `body:${createHash('sha256').update(body).digest('hex')}`;
    expect(lines.sort()).toEqual(bodies.map(hash).sort());
  });

  it('takes nothing that a web page of another site has a browser send', async () => {
    const { url, post, started } = await endpoint();
    for (const [number, headers] of [
      { origin: 'https://example.com' },
      { origin: 'null' },
      { origin: 'http://127.0.0.1:1' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ].entries()) {
      expect((await send(`${url}/hooks`, push(sha(number)), headers)).status).toBe(403);
      const git = `${url}/git/bitiq.git/git-receive-pack`;
      expect((await send(git, '0000', headers)).status).toBe(403);
    }
    expect(await started()).toEqual([]);
    expect((await post(push(sha(9)))).status).toBe(202);
    expect(await started()).toHaveLength(1);
  });

  it('does no more than a hash for whoever has not the secret, whatever is sent', async () => {
    const { post, started, received } = await endpoint({ bodyLimit: 30_000_000 });
    // Reading this as a form, a character at a time, took minutes and gigabytes.
    const body = `{"a":[${'1,'.repeat(13_000_000)}1]}`;
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    for (const signature of ['', `sha256=${'0'.repeat(64)}`, 'x'])
      expect((await post(body, { ...form, 'x-hub-signature-256': signature })).status).toBe(202);
    expect((await post('<html>', { 'x-hub-signature-256': '' })).status).toBe(202);
    expect((await post(push(sha(1)), { 'x-gitlab-token': 'x' })).status).toBe(202);
    expect(await started()).toEqual([]);
    expect(received).toEqual([
      'no trigger fired (github: no X-Hub-Signature-256 header set)',
      'no trigger fired (github: payload signature check failed)',
      'no trigger fired (github: error parsing signature "x")',
      'no trigger fired (github: no X-Hub-Signature-256 header set)',
      'no trigger fired (gitlab: the X-Gitlab-Token is another one)',
    ]);
  });

  it('reads a signed form and a signed list of any length in one pass', async () => {
    const { post, received } = await endpoint({ bodyLimit: 30_000_000 });
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const body = `{"a":"${'%31+'.repeat(1_000_000)}&b=${'x'.repeat(1_000_000)}"}`;
    expect((await post(body, form)).status).toBe(202);
    expect(received).toEqual([
      'no trigger fired (github: form parameter encoding not supported, please change the hook to send JSON payloads)',
    ]);
    expect((await post(`[${'1,'.repeat(10_000_000)}1]`)).status).toBe(400);
  });

  it('tells a sender to come again when the bodies at once would take too much memory', async () => {
    const { url, post, started } = await endpoint({ bodiesLimit: 150_000 });
    const slow = httpRequest(`${url}/hooks`, { method: 'POST', headers: { 'content-length': '99999' } });
    slow.on('error', () => {});
    slow.write('x'.repeat(90_000));
    const large = push(sha(1), { message: 'x'.repeat(90_000) });
    await expect.poll(async () => (await post(large)).status).toBe(503);
    const small = await post(push(sha(2)));
    expect(small.status).toBe(202);
    slow.destroy();
    await expect.poll(async () => (await post(large)).status).toBe(202);
    expect(await started()).toHaveLength(2);
  });
});

/** A request with headers that `fetch` keeps for browsers. */
function send(
  url: string,
  body: string,
  headers: Record<string, string>,
): Promise<{ readonly status: number | undefined }> {
  const signed = {
    'content-type': 'application/json',
    'x-github-event': 'push',
    'x-hub-signature-256': signPayload(body, secret),
    authorization: `Basic ${Buffer.from(`a:${token}`).toString('base64')}`,
  };
  return new Promise((resolve, reject) => {
    const sent = httpRequest(url, { method: 'POST', headers: { ...signed, ...headers } }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve({ status: answer.statusCode }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
