import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { gitOpsRepository, tagOf, type GitOpsFixture } from '../kit/gitops-repository.ts';
import { mainFile } from '../kit/loop-process.ts';

/** A GitOps repository whose images are in a registry on this machine that answers like this, and how often it was asked. */
async function workshop(listener: RequestListener) {
  const asked = { count: 0 };
  const server = createServer((request, response) => {
    asked.count++;
    listener(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close().closeAllConnections());
  const registry = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const fixture = gitOpsRepository();
  fixture.commit({
    'bitiq.yaml': fixture.read('bitiq.yaml').replaceAll('ghcr.io', registry),
    'helm/bitiq/values-dev.yaml': fixture.read('helm/bitiq/values-dev.yaml').replaceAll('ghcr.io', registry),
  });
  return { fixture, asked };
}

function start(fixture: GitOpsFixture, ...args: string[]) {
  const child = spawn(process.execPath, [mainFile, ...args], {
    cwd: fixture.checkout,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const said: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => said.push(text));
  return { child, ended: once(child, 'close'), said: () => said.join('') };
}

const tag = `toy-web=${tagOf(2)}`;

describe('an end from outside', () => {
  it.each<[string, RequestListener]>([
    ['a registry that does not answer', () => {}],
    [
      'the wait that a registry asks for',
      (_, response) => response.writeHead(429, { 'retry-after': '50' }).end(),
    ],
  ])('ends %s, and nothing is written', async (_, listener) => {
    const { fixture, asked } = await workshop(listener);
    const head = fixture.remoteGit('rev-parse', 'main');
    const { child, ended, said } = start(fixture, 'set', 'dev', tag);
    while (asked.count === 0) await sleep(10);
    child.kill('SIGINT');
    expect(await ended).toEqual([130, null]);
    expect(said()).toBe('Interrupted. Nothing was changed.\n');
    expect(fixture.remoteGit('rev-parse', 'main')).toBe(head);
  });

  it('comes too late for a push that has begun, which is then told', async () => {
    const { fixture } = await workshop(() => {});
    const [begun, go] = [join(fixture.remote, 'begun'), join(fixture.remote, 'go')];
    const hook = join(fixture.remote, 'hooks/pre-receive');
    writeFileSync(hook, `#!/bin/sh\ntouch '${begun}'\nwhile [ ! -e '${go}' ]; do sleep 0.05; done\n`);
    chmodSync(hook, 0o755);
    const { child, ended, said } = start(fixture, 'set', 'dev', tag, '--no-image-check');
    while (!existsSync(begun)) await sleep(10);
    child.kill('SIGTERM');
    writeFileSync(go, '');
    expect(await ended).toEqual([0, null]);
    expect(said()).toContain('Done in one push');
    expect(fixture.remoteGit('show', 'main:helm/bitiq/values-dev.yaml')).toContain(tagOf(2));
  });
});
