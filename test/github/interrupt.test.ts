import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { connectGitHub } from '../../src/github/client.ts';
import { pingHook } from '../../src/github/hooks.ts';
import { upsertComment } from '../../src/github/upsert-comment.ts';
import { mainFile } from '../kit/loop-process.ts';
import { startGitHub, type Fault } from './github-server.ts';
import { openWorkshop } from './kit.ts';

// No wait that is ended here would end by itself while a test runs.
const secondMs = 3_600_000;

describe('an end from outside', () => {
  it.each<[string, Fault]>([
    ['a request that hangs', 'hang'],
    ['the wait after an error', { status: 502, body: {} }],
    ['the wait for a rate limit', { status: 429, body: {}, headers: { 'retry-after': '50' } }],
  ])('ends %s at once', async (_, answer) => {
    const server = await startGitHub();
    const stop = new AbortController();
    const github = await connectGitHub('https://github.com/acme/gitops', {
      env: server.env,
      signal: stop.signal,
      secondMs,
    });
    for (let count = 0; count < 4; count++) server.faults.push({ match: /^GET/, answer });
    const written = upsertComment(github, { issue: 7, marker: 'gate', body: 'text' }).catch(
      (error: unknown) => error,
    );
    while (server.requests.length === 0) await sleep(10);
    await sleep(100);
    stop.abort('SIGINT');
    expect(await written).toBe('SIGINT');
    expect(server.requests).toHaveLength(1);
  });

  it('ends the wait for the answer to a ping', async () => {
    const server = await startGitHub();
    const stop = new AbortController();
    const options = { env: server.env, signal: stop.signal, secondMs };
    const github = await connectGitHub('https://github.com/acme/gitops', options);
    server.state.hooks.push({ id: 1, repository: 'gitops', config: { url: 'https://hooks.example/' } });
    server.faults.push({ match: /pings$/, answer: { status: 204 } });
    const pinged = pingHook(github, 1, 600_000).catch((error: unknown) => error);
    while (server.requests.length < 3) await sleep(10);
    await sleep(100);
    stop.abort('SIGINT');
    expect(await pinged).toMatchObject({ name: 'AbortError' });
  });

  it('says what state things are in after the push of a proposal', async () => {
    const at = await openWorkshop();
    const child = spawn(process.execPath, [mainFile, 'promote', 'dev', 'prod', '--pr', '--no-image-check'], {
      cwd: at.fixture.checkout,
      env: { ...process.env, ...at.server.env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    const ended = once(child, 'close');
    at.server.faults.push({ match: /^POST .*pulls$/, answer: 'hang' });
    while (!at.server.requests.some((line) => line.startsWith('POST'))) await sleep(10);
    child.kill('SIGINT');
    expect(await ended).toEqual([130, null]);
    expect(said).toContain(
      'Interrupted. prod/1 is tagged and is on the branch bitiq/prod; its pull request is not up to date. The main branch was not changed. The same command goes on from here.',
    );
  });
});
