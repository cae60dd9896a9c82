import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { watchArguments } from '../../test/kit/watch-arguments.ts';
import { git, gitInvocation } from './git.ts';
import { readFiles } from './read.ts';
import { openRepository } from './repository.ts';

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
    expect(env['GIT_CONFIG_COUNT']).toMatch(/^[26]$/);
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

it.skipIf(process.platform !== 'linux').each([
  ['a remote', (url: string) => ['remote.origin.url', url]],
  ['a remote for pushes', (url: string) => ['remote.origin.pushurl', url]],
  [
    'a setting that rewrites it',
    (url: string) => [`url.${url.replace('x.git', '')}.insteadOf`, 'https://elsewhere/'],
  ],
])(
  'keeps a login of %s of the clone itself out of the arguments of every process, and uses it',
  async (_, setting) => {
    const { server, port, seen } = await startServer();
    const folder = mkdtempSync(join(tmpdir(), 'bitiq-login-'));
    const run = (...args: string[]) => execFileSync('git', ['-C', folder, ...args]);
    run('init', '--quiet');
    run('-c', 'user.name=a', '-c', 'user.email=a@b.c', 'commit', '--quiet', '--allow-empty', '-m', 'a');
    run('config', 'remote.origin.url', 'https://elsewhere/x.git');
    run('config', ...setting(`http://ada:sentinel%25word@127.0.0.1:${port}/x.git`));
    const end = watchArguments();
    const commands = setting('')[0] === 'remote.origin.pushurl' ? ['push'] : ['fetch', 'ls-remote', 'push'];
    for (const command of commands) {
      const refs = command === 'push' ? ['HEAD:refs/heads/x'] : [];
      await git(folder, [command, 'origin', ...refs], { to: 'ask', allow: [0, 1, 128] });
    }
    const args = end();
    server.close();
    expect(args).toMatch(/git-remote-http|remote-http/);
    expect(args).not.toContain('sentinel');
    expect(
      seen.filter((each) => each === `Basic ${Buffer.from('ada:sentinel%word').toString('base64')}`),
    ).not.toEqual([]);
  },
);

it('gives each repository of a host its own login, also one with an empty password', async () => {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    const login = Buffer.from(request.headers.authorization?.split(' ')[1] ?? '', 'base64').toString();
    seen.push(`${request.url?.split('/')[1] ?? ''} ${login}`);
    response.writeHead(login === '' ? 401 : 404, { 'www-authenticate': 'Basic realm="x"' });
    response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const folder = mkdtempSync(join(tmpdir(), 'bitiq-login-'));
  const run = (...args: string[]) => execFileSync('git', ['-C', folder, ...args]);
  run('init', '--quiet');
  const logins = { one: 'bot:first', two: 'bot:second', three: 'token:' };
  for (const [name, login] of Object.entries(logins))
    run('remote', 'add', name, `http://${login}@127.0.0.1:${port}/${name}.git`);
  for (const name of Object.keys(logins))
    await git(folder, ['ls-remote', name], { to: 'ask', allow: [0, 128] });
  server.close();
  for (const [name, login] of Object.entries(logins)) {
    expect(new Set(seen.filter((each) => each.startsWith(`${name}.git `)))).toEqual(
      new Set([`${name}.git `, `${name}.git ${login}`]),
    );
  }
});

it.skipIf(process.platform !== 'linux')(
  'keeps a login out of all arguments also where a partial clone fetches what it does not have',
  async () => {
    const { server, port, seen } = await startServer();
    const folder = mkdtempSync(join(tmpdir(), 'bitiq-login-'));
    const run = (...args: string[]): string =>
      execFileSync('git', ['-C', folder, ...args])
        .toString()
        .trim();
    run('init', '--quiet', '--initial-branch=main');
    writeFileSync(join(folder, 'a'), 'not here');
    run('add', 'a');
    run('-c', 'user.name=a', '-c', 'user.email=a@b.c', 'commit', '--quiet', '-m', 'a');
    run('update-ref', 'refs/remotes/origin/main', 'HEAD');
    const blob = run('rev-parse', 'HEAD:a');
    for (const [key, value] of Object.entries({
      'core.repositoryFormatVersion': '1',
      'extensions.partialClone': 'origin',
      'remote.origin.url': `http://ada:sentinel%25word@127.0.0.1:${port}/x.git`,
      'remote.origin.promisor': 'true',
      'remote.origin.partialCloneFilter': 'blob:none',
    }))
      run('config', key, value);
    rmSync(join(folder, '.git/objects', blob.slice(0, 2)), { recursive: true });
    const repository = await openRepository(folder, { offline: true });
    const end = watchArguments();
    await readFiles(repository, 'HEAD', ['a']).catch(() => {});
    const args = end();
    server.close();
    expect(args).toMatch(/git-remote-http|remote-http/);
    expect(args).not.toContain('sentinel');
    expect(seen).toContain(`Basic ${Buffer.from('ada:sentinel%word').toString('base64')}`);
  },
);

/** A server that asks for a login and then has nothing; `seen` are the logins of its requests. Each takes long enough to be seen. */
async function startServer() {
  const seen: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    seen.push(request.headers.authorization);
    setTimeout(() => {
      response.writeHead(request.headers.authorization ? 404 : 401, {
        'www-authenticate': 'Basic realm="x"',
      });
      response.end();
    }, 100);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { server, port, seen };
}
