import { fork } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ensureRemote } from '../../src/local/remotes/ensure-remote.ts';
import { seedServiceRemote } from '../../src/local/remotes/seed-service-remote.ts';
import { watchRemotes } from '../../src/local/remotes/watch-remotes.ts';
import type { PushPayload } from '../../src/local/webhooks/push-payload.ts';
import { startDeliveries } from '../../src/local/webhooks/start-deliveries.ts';
import { loopServer } from './loop-server.ts';
import { at, commitFile, git, temporaryFolder, textOf, until } from './workshop.ts';

const secret = 'the-secret-of-a-test';

async function seeded(): Promise<{ folder: string; root: string; gitDir: string; first: string }> {
  const folder = await temporaryFolder();
  const root = join(folder, 'git');
  const gitDir = join(root, 'toy-service.git');
  await mkdir(join(folder, 'source'));
  await writeFile(join(folder, 'source', 'index.js'), '1\n');
  await ensureRemote({ gitDir });
  const { head } = await seedServiceRemote({ gitDir, source: join(folder, 'source'), at });
  return { folder, root, gitDir, first: head };
}

describe('from a push to the webhook', () => {
  it('takes a push over HTTP to the receiver at once, without a look at the remotes', async () => {
    const { folder, root, gitDir, first } = await seeded();
    const hooks: PushPayload[] = [];
    const server = await loopServer(root, {
      hooks: {
        seenFile: join(folder, 'seen.json'),
        onHook: ({ body }) => {
          hooks.push(JSON.parse(body.toString('utf8')) as PushPayload);
          return Promise.resolve({ status: 202, body: '{}' });
        },
      },
    });
    const htmlUrl = `${server.url}/git/toy-service`;
    const deliveries = startDeliveries({
      directory: join(folder, 'deliveries'),
      url: `${server.url}/hooks`,
      secret,
      clock: () => at,
      repositories: [
        { gitDir, name: 'toy-service', fullName: 'a/toy-service', cloneUrl: `${htmlUrl}.git`, htmlUrl },
      ],
    });
    const watched = await watchRemotes({
      root,
      repositories: ['toy-service'],
      onPush: ({ repository, head }) => deliveries.notice(repository, head),
      pollEvery: 600_000,
    });
    onTestFinished(() => Promise.all([watched.close(), deliveries.close()]).then(() => {}));
    await until(() => hooks.length === 1, 'the webhook of the first commit');
    await git(folder, 'clone', '--quiet', server.withToken('toy-service'), 'clone');
    const sha = await commitFile(join(folder, 'clone'), 'index.js', '2\n');
    await git(join(folder, 'clone'), 'push', '--quiet', 'origin', 'main');
    await until(() => hooks.length === 2, 'the webhook of the push');
    expect(hooks[1]).toMatchObject({
      before: first,
      after: sha,
      commits: [{ id: sha, modified: ['index.js'] }],
    });
  });

  it('delivers after a kill -9 what was under way, and what was pushed while the loop was down', async () => {
    const { folder, root, gitDir, first } = await seeded();
    const received: { id: string; after: string; answer: ServerResponse }[] = [];
    let answers = false;
    const receiver = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { after } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as PushPayload;
        received.push({ id: String(request.headers['x-github-delivery']), after, answer: response });
        if (answers) response.writeHead(202).end();
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void receiver.close());
    const directory = join(folder, 'deliveries');
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hooks`;
    const startLoop = () => {
      const loop = fork(join(import.meta.dirname, 'deliver.js'), [root, directory, url]);
      const ended = new Promise((resolve) => loop.once('exit', resolve));
      const kill = (): Promise<unknown> => {
        loop.kill('SIGKILL');
        return ended;
      };
      onTestFinished(() => void kill());
      return { kill };
    };

    const killed = startLoop();
    await until(() => received.length === 1, 'the webhook that nobody answers');
    await killed.kill();
    answers = true;
    const again = startLoop();
    await until(
      async () => (await textOf(join(directory, 'toy-service.json'))).includes(first),
      'the record',
    );
    expect(received.map(({ after }) => after)).toEqual([first, first]);
    expect(received[1]?.id).toBe(received[0]?.id);

    await again.kill();
    await git(folder, 'clone', '--quiet', gitDir, 'clone');
    const sha = await commitFile(join(folder, 'clone'), 'index.js', '2\n');
    await git(join(folder, 'clone'), 'push', '--quiet', 'origin', 'main');
    startLoop();
    await until(() => received.length === 3, 'the webhook of the push while it was down');
    expect(received[2]?.after).toBe(sha);
  });
});
