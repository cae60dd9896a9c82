import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ensureRemote } from '../../src/local/remotes/ensure-remote.ts';
import { seedServiceRemote } from '../../src/local/remotes/seed-service-remote.ts';
import {
  describePush,
  type PushedRepository,
  type PushPayload,
} from '../../src/local/webhooks/push-payload.ts';
import { sendPushWebhook, signPayload } from '../../src/local/webhooks/send-push-webhook.ts';
import {
  startDeliveries,
  type DeliveriesOptions,
  type Deliveries,
} from '../../src/local/webhooks/start-deliveries.ts';
import type { HookRequest } from '../../src/local/webhooks/serve-hooks.ts';
import { loopServer } from './loop-server.ts';
import { at, commitFile, git, temporaryFolder, textOf, until } from './workshop.ts';

const secret = 'the-secret-of-a-test';

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly payload: PushPayload;
}

/** A receiver that answers with the given codes in turn, then with 202. */
async function receiver(...codes: number[]): Promise<{ url: string; received: Received[]; codes: number[] }> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      received.push({ headers: request.headers, body, payload: JSON.parse(body) as PushPayload });
      response.writeHead(codes.shift() ?? 202).end('said the receiver');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`, received, codes };
}

async function serviceWithClone(): Promise<{
  folder: string;
  clone: string;
  repository: PushedRepository;
  first: string;
}> {
  const folder = await temporaryFolder();
  const gitDir = join(folder, 'git', 'toy-service.git');
  await mkdir(join(folder, 'source'));
  await writeFile(join(folder, 'source', 'index.js'), '1\n');
  await ensureRemote({ gitDir });
  const { head } = await seedServiceRemote({ gitDir, source: join(folder, 'source'), at });
  await git(folder, 'clone', '--quiet', gitDir, 'clone');
  const url = 'http://127.0.0.1:8484/git/toy-service';
  return {
    folder,
    clone: join(folder, 'clone'),
    first: head,
    repository: {
      gitDir,
      name: 'toy-service',
      fullName: 'bitiq-io/toy-service',
      cloneUrl: `${url}.git`,
      htmlUrl: url,
    },
  };
}

function deliveriesOf(change: Omit<DeliveriesOptions, 'secret' | 'clock'>): Deliveries {
  const deliveries = startDeliveries({
    secret,
    clock: () => at,
    backOff: [10, 10],
    resendAfter: 20,
    ...change,
  });
  onTestFinished(() => deliveries.close());
  return deliveries;
}

describe('the payload of a push', () => {
  it('has the shape of GitHub’s, with the commits and files of the real history', async () => {
    const { clone, repository, first } = await serviceWithClone();
    const hostile = 'A "subject" <script>\n\nBody with $(rm -rf) and a tab\t';
    await commitFile(clone, 'läuft.txt', 'new\n', hostile);
    await git(clone, 'rm', '--quiet', 'index.js');
    await writeFile(join(clone, 'läuft.txt'), 'changed\n');
    await git(clone, 'commit', '--quiet', '-a', '-m', 'Change and remove');
    await git(clone, 'push', '--quiet', 'origin', 'main');
    const after = await git(clone, 'rev-parse', 'HEAD');
    const payload = await describePush({ repository, before: first, after });
    expect(payload).toMatchObject({
      ref: 'refs/heads/main',
      before: first,
      after,
      created: false,
      deleted: false,
      repository: {
        name: 'toy-service',
        full_name: 'bitiq-io/toy-service',
        clone_url: 'http://127.0.0.1:8484/git/toy-service.git',
        default_branch: 'main',
      },
      pusher: { name: 'bitiq' },
      head_commit: { id: after, message: 'Change and remove' },
      commits: [
        { message: hostile.trim(), added: ['läuft.txt'], modified: [], removed: [] },
        { message: 'Change and remove', added: [], modified: ['läuft.txt'], removed: ['index.js'] },
      ],
    });
    expect(payload.head_commit?.timestamp).toMatch(/^\d{4}-\d\d-\d\dT/);
  });

  it('lists what a merge brought to main', async () => {
    const { clone, repository, first } = await serviceWithClone();
    await git(clone, 'checkout', '--quiet', '-b', 'feature');
    await commitFile(clone, 'feature.txt', 'x\n');
    await git(clone, 'checkout', '--quiet', 'main');
    await commitFile(clone, 'other.txt', 'x\n');
    await git(clone, 'merge', '--quiet', '--no-edit', 'feature');
    await git(clone, 'push', '--quiet', 'origin', 'main');
    const after = await git(clone, 'rev-parse', 'HEAD');
    const { commits, head_commit: head } = await describePush({ repository, before: first, after });
    expect(commits).toHaveLength(3);
    expect(head).toMatchObject({ id: after, added: ['feature.txt'] });
  });

  it('says a first push with a before of zeros, also when the commit before is gone', async () => {
    const { repository, first } = await serviceWithClone();
    for (const before of [undefined, 'f'.repeat(40)]) {
      const payload = await describePush({ repository, before, after: first });
      expect(payload).toMatchObject({ before: '0'.repeat(40), created: true });
      expect(payload.commits).toMatchObject([{ id: first, added: ['index.js'] }]);
    }
  });
});

describe('sendPushWebhook', () => {
  it('signs the bytes that it sends, and tries again after 5xx and no connection', async () => {
    const { repository, first } = await serviceWithClone();
    const { url, received } = await receiver(503, 500);
    const payload = await describePush({ repository, after: first });
    const sent = await sendPushWebhook({ url, secret, deliveryId: 'id-1', payload, backOff: [5, 5] });
    expect(sent).toEqual({ status: 202, attempts: 3 });
    for (const { headers, body } of received) {
      expect(headers).toMatchObject({ 'x-github-event': 'push', 'x-github-delivery': 'id-1' });
      expect(headers['x-hub-signature-256']).toBe(
        `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
      );
    }
  });

  it('does not repeat what is refused, and never tells the secret', async () => {
    const { repository, first } = await serviceWithClone();
    const { url, received } = await receiver(403);
    const payload = await describePush({ repository, after: first });
    const refused = sendPushWebhook({ url, secret, deliveryId: 'id-1', payload, backOff: [5, 5] });
    await expect(refused).rejects.toMatchObject({ code: 'webhook-failed' });
    await expect(refused).rejects.toThrow(
      /toy-service at [0-9a-f]{7} was not accepted after 1 try: .* answered 403/,
    );
    await expect(refused).rejects.not.toThrow(secret);
    expect(received).toHaveLength(1);
    const nobody = sendPushWebhook({
      url: 'http://127.0.0.1:9/',
      secret,
      deliveryId: 'x',
      payload,
      backOff: [1],
    });
    await expect(nobody).rejects.toThrow(/after 2 tries.*could not be reached/);
  });
});

describe('deliveries', () => {
  it('delivers each head once, with the head before it, and remembers across a restart', async () => {
    const { folder, clone, repository, first } = await serviceWithClone();
    const { url, received } = await receiver();
    const options = { directory: join(folder, 'deliveries'), url, repositories: [repository] };
    const deliveries = deliveriesOf(options);
    deliveries.notice('toy-service', first);
    deliveries.notice('toy-service', first);
    await until(() => received.length === 1);
    await until(async () => (await textOf(join(folder, 'deliveries', 'toy-service.json'))).includes(first));
    await deliveries.close();
    const sha = await commitFile(clone, 'index.js', '2\n');
    await git(clone, 'push', '--quiet', 'origin', 'main');
    const next = deliveriesOf(options);
    next.notice('toy-service', first);
    next.notice('toy-service', sha);
    await until(() => received.length === 2);
    await next.close();
    expect(received[1]?.payload).toMatchObject({ before: first, after: sha });
    expect((await readdir(join(folder, 'deliveries'))).sort()).toEqual(['toy-service.json']);
  });

  it('goes on trying while the receiver is down, and then delivers only the last head', async () => {
    const { folder, clone, repository, first } = await serviceWithClone();
    const { url, received, codes } = await receiver(...Array.from({ length: 1000 }, () => 503));
    const problems: string[] = [];
    const deliveries = deliveriesOf({
      directory: join(folder, 'deliveries'),
      url,
      repositories: [repository],
      onProblem: (message) => problems.push(message),
    });
    deliveries.notice('toy-service', first);
    await until(() => received.length >= 4);
    const sha = await commitFile(clone, 'index.js', '2\n');
    await git(clone, 'push', '--quiet', 'origin', 'main');
    deliveries.notice('toy-service', sha);
    codes.length = 0;
    await until(async () => (await textOf(join(folder, 'deliveries', 'toy-service.json'))).includes(sha));
    await deliveries.close();
    expect(received.at(-1)?.payload).toMatchObject({ after: sha, created: true });
    expect(problems[0]).toContain('was not accepted after 3 tries');
  });

  it('delivers again, with the same id, what a killed sender had not recorded', async () => {
    const { folder, repository, first } = await serviceWithClone();
    const { url, received } = await receiver();
    const directory = join(folder, 'deliveries');
    await writeFile(directory, 'a file where the folder should be, so that the record cannot be written');
    const killed = deliveriesOf({ directory, url, repositories: [repository] });
    killed.notice('toy-service', first);
    await until(() => received.length >= 1);
    await killed.close();
    await rm(directory);
    const count = received.length;
    const next = deliveriesOf({ directory, url, repositories: [repository] });
    next.notice('toy-service', first);
    await until(() => received.length > count);
    await next.close();
    expect(new Set(received.map(({ headers }) => headers['x-github-delivery'])).size).toBe(1);
  });
});

describe('the receiving end', () => {
  async function hooked(
    change: {
      bodyLimit?: number;
      bodyTimeout?: number;
      answer?: () => Promise<{ status: number; body: string }>;
    } = {},
  ) {
    const root = await temporaryFolder();
    const hooks: HookRequest[] = [];
    const start = () =>
      loopServer(root, {
        hooks: {
          seenFile: join(root, 'seen.json'),
          bodyLimit: change.bodyLimit,
          bodyTimeout: change.bodyTimeout,
          onHook: async (hook, claim) => {
            if (!(await claim())) return undefined;
            hooks.push(hook);
            return (await change.answer?.()) ?? { status: 202, body: '{"eventID":"1"}' };
          },
        },
      });
    const server = await start();
    const post = (to: string, body: string, headers: Record<string, string> = {}): Promise<Response> =>
      fetch(`${to}/hooks`, {
        method: 'POST',
        body,
        headers: {
          'content-type': 'application/json',
          'x-hub-signature-256': signPayload(body, secret),
          ...headers,
        },
      });
    return { server, start, hooks, post };
  }

  it('hands over the raw body and gives back the answer', async () => {
    const { server, hooks, post } = await hooked();
    const answer = await post(server.url, '{ "spaces":  true }', { 'x-github-delivery': 'a' });
    expect([answer.status, await answer.json()]).toEqual([202, { eventID: '1' }]);
    expect(hooks[0]).toMatchObject({ method: 'POST', url: '/hooks' });
    expect(hooks[0]?.body.toString()).toBe('{ "spaces":  true }');
    expect(hooks[0]?.headers['x-github-delivery']).toEqual(['a']);
  });

  it('acts on a delivery once: at the same time, later, and after a restart', async () => {
    const { server, start, hooks, post } = await hooked();
    const both = await Promise.all([1, 2].map(() => post(server.url, '{}', { 'x-github-delivery': 'a' })));
    expect(both.map(({ status }) => status)).toEqual([202, 202]);
    expect(await (await post(server.url, '{}', { 'x-github-delivery': 'a' })).text()).toContain(
      'acted on before',
    );
    await server.close();
    const next = await start();
    expect((await post(next.url, '{}', { 'x-github-delivery': 'a' })).status).toBe(202);
    expect(hooks).toHaveLength(1);
    const replayed = await post(next.url, '{}', { 'x-github-delivery': 'another-id' });
    expect(await replayed.text()).toContain('acted on before');
    expect(hooks).toHaveLength(1);
    await post(next.url, '{"another":"body"}', { 'x-github-delivery': 'a' });
    for (const id of ['b', 'c', 'c']) {
      const unsigned = { 'x-hub-signature-256': '', 'x-gitlab-event-uuid': id };
      await post(next.url, '{}', unsigned);
    }
    expect(hooks).toHaveLength(4);
  });

  it('takes a delivery again that was not handled', async () => {
    let times = 0;
    const { server, hooks, post } = await hooked({
      answer: async () => {
        if (++times === 1) throw new Error('the disk is full');
        return { status: times === 2 ? 500 : 202, body: '' };
      },
    });
    const codes: number[] = [];
    for (let i = 0; i < 4; i++)
      codes.push((await post(server.url, '{}', { 'x-github-delivery': 'a' })).status);
    expect(codes).toEqual([500, 500, 202, 202]);
    expect(hooks).toHaveLength(3);
  });

  it('takes a delivery that was forged before, and one that failed while its copy waited', async () => {
    const { server, hooks, post } = await hooked({
      answer: () => Promise.resolve({ status: hooks.length === 1 ? 500 : 202, body: '' }),
    });
    const both = await Promise.all([1, 2].map(() => post(server.url, '{}', { 'x-github-delivery': 'a' })));
    expect(both.map(({ status }) => status).sort()).toEqual([202, 500]);
    expect(hooks).toHaveLength(2);
  });

  it('ends a request whose body does not come', async () => {
    const { server, hooks } = await hooked({ bodyTimeout: 100 });
    const socket = connect(server.port, '127.0.0.1');
    socket.write('POST /hooks HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\n{');
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    await once(socket, 'close');
    expect(answer).toMatch(/^HTTP\/1\.1 408 [^]*connection: close/i);
    expect(hooks).toEqual([]);
    expect((await fetch(`${server.url}/live`)).status).toBe(200);
  });

  it('refuses a body over the limit, announced or not', async () => {
    const { server, hooks, post } = await hooked({ bodyLimit: 1000 });
    expect((await post(server.url, 'x'.repeat(30_000_000))).status).toBe(413);
    const stream = new ReadableStream({
      start(controller) {
        for (let i = 0; i < 100; i++) controller.enqueue(new TextEncoder().encode('x'.repeat(1000)));
        controller.close();
      },
    });
    const chunked = await fetch(`${server.url}/hooks`, {
      method: 'POST',
      body: stream,
      duplex: 'half',
    } as RequestInit);
    expect(chunked.status).toBe(413);
    expect((await post(server.url, 'x'.repeat(1000))).status).toBe(202);
    expect(hooks).toHaveLength(1);
  });
});
