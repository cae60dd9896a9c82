import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { git, gitInvocation } from './git.ts';

const password = ['p%w', "'$(id)"].join('');
const login = `ada:${encodeURIComponent(password)}`;

it('keeps the logins of addresses out of the arguments, whatever form they have', () => {
  for (const given of [
    `https://${login}@host/x.git`,
    'https://ghp_token@host/x.git',
    'http://:word@host/x',
  ]) {
    const { args, env } = gitInvocation('/', ['fetch', given]);
    expect(args.join(' ')).toMatch(/ https?:\/\/host\/x/);
    expect(args.join(' ')).not.toMatch(/@|ada|word|ghp_/);
    expect(env['GIT_CONFIG_COUNT']).toMatch(/^[13]$/);
  }
  const plain = ['fetch', 'ssh://git@host/x.git', 'git@host:x.git', 'https://host/x@y'];
  expect(gitInvocation('/', plain).args.slice(-4)).toEqual(plain);
});

it('logs in as the address says, without a word of it in the arguments of any process', async () => {
  const seen: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    seen.push(request.headers.authorization);
    response.writeHead(request.headers.authorization ? 404 : 401, { 'www-authenticate': 'Basic realm="x"' });
    response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const folder = mkdtempSync(join(tmpdir(), 'bitiq-login-'));
  await git(folder, ['ls-remote', `http://${login}@127.0.0.1:${port}/x.git`], { to: 'ask', allow: [0, 128] });
  server.close();
  expect(seen).toContain(`Basic ${Buffer.from(`ada:${password}`).toString('base64')}`);
});
