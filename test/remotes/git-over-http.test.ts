import { execFile, spawn } from 'node:child_process';
import { createHash, randomFillSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { connect, createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ensureRemote } from '../../src/local/remotes/ensure-remote.ts';
import { readHead } from '../../src/local/remotes/read-head.ts';
import { sealedGit, sealedGitEnvironment } from '../../src/local/remotes/sealed-git.ts';
import { seedServiceRemote } from '../../src/local/remotes/seed-service-remote.ts';
import { remoteRewrites } from '../../src/local/step-environment.ts';
import { writeGitCredentials } from '../../src/local/tokens.ts';
import { printWelcome } from '../../src/local/welcome.ts';
import type { ServiceConfig } from '../../src/model/config.ts';
import { loopServer, token } from './loop-server.ts';
import { at, commitFile, git, temporaryFolder, tryGit, until } from './workshop.ts';

/** The environment that lets a git process use the loop's remotes with their token: in no argument and in no file. */
function gitCredentials({
  url,
  token,
}: {
  readonly url: string;
  readonly token: string;
}): Record<string, string> {
  const credentials = Buffer.from(`bitiq:${token}`).toString('base64');
  return {
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: `http.${url}/git/.extraHeader`,
    GIT_CONFIG_VALUE_0: `Authorization: Basic ${credentials}`,
  };
}

type Started = Awaited<ReturnType<typeof loopServer>>;

async function started(): Promise<{ folder: string; root: string; gitDir: string; server: Started }> {
  const folder = await temporaryFolder();
  const root = join(folder, 'git');
  const gitDir = join(root, 'toy-service.git');
  const source = join(folder, 'source');
  await mkdir(source);
  await writeFile(join(source, 'index.js'), 'console.log(1)\n');
  await ensureRemote({ gitDir });
  await seedServiceRemote({ gitDir, source, at });
  return { folder, root, gitDir, server: await loopServer(root) };
}

async function cloned(folder: string, server: Started): Promise<string> {
  await git(folder, 'clone', '--quiet', server.withToken('toy-service'), 'clone');
  return join(folder, 'clone');
}

const basic = `Basic ${Buffer.from(`x:${token}`).toString('base64')}`;
const refs = '/git/toy-service.git/info/refs?service=git-upload-pack';

describe('Git over HTTP', () => {
  it('clones, fetches and pushes with the token, in protocol versions 0 and 2', async () => {
    const { folder, gitDir, server } = await started();
    const clone = await cloned(folder, server);
    const sha = await commitFile(clone, 'index.js', 'console.log(2)\n');
    await git(clone, 'push', '--quiet', '--atomic', 'origin', 'main');
    expect(await readHead(gitDir)).toBe(sha);
    for (const version of ['0', '2']) {
      await git(
        folder,
        '-c',
        `protocol.version=${version}`,
        'clone',
        '-q',
        server.withToken('toy-service'),
        `v${version}`,
      );
      expect(await git(join(folder, `v${version}`), 'rev-parse', 'HEAD')).toBe(sha);
    }
    await git(folder, 'init', '--quiet', 'exact');
    await git(join(folder, 'exact'), 'fetch', '--quiet', server.withToken('toy-service'), sha);
    expect(server.problems).toEqual([]);
  });

  it('knows a step by its environment, and tells the token to no other address', async () => {
    const { folder, server } = await started();
    const env = gitCredentials({ url: server.url, token });
    const clone = (from: string, into: string): Promise<string> =>
      sealedGit(['clone', '--quiet', from, into], { to: 'act as a step', cwd: folder, env });
    await clone(`${server.url}/git/toy-service.git`, 'step');
    const elsewhere = await loopServer(join(folder, 'git'));
    await expect(clone(`${elsewhere.url}/git/toy-service.git`, 'other')).rejects.toThrow(
      /could not read Username|terminal prompts/,
    );
  });

  it('is cloned by the printed command, and neither a process nor a clone nor a history shows the token', async () => {
    const { folder, server } = await started();
    const secrets = join(folder, "it's secret");
    const gitCredential = join(secrets, 'git-credential');
    await mkdir(secrets);
    await writeFile(join(secrets, 'git-token'), `${token}\n`);
    await writeGitCredentials(gitCredential, join(secrets, 'git-token'));
    const services = [{ name: 'toy-service' } as ServiceConfig];
    const welcome = printWelcome({
      ...{ url: server.url, gitCredential, services },
      statePath: '',
      isDefaultState: true,
    });
    const command = welcome
      .split('\n')
      .map((line) => /git clone .*toy-service\.git$/.exec(line)?.[0])
      .find(Boolean);
    // Git's trace has the arguments of every program that Git starts.
    const env = { ...process.env, GIT_TRACE: '1', GIT_TRACE_CURL: '0', GIT_TERMINAL_PROMPT: '0' };
    const sh = (script: string) => promisify(execFile)('/bin/sh', ['-ec', script], { cwd: folder, env });
    const done = [await sh(`${command!} clone`)];
    done.push(
      await sh(
        'cd clone; echo 3 > index.js; git commit -qam 3; git push origin HEAD:main; git fetch; cat .git/config',
      ),
    );
    const seen = done.map(({ stdout, stderr }) => stdout + stderr).join('');
    expect(seen).toContain('git-credential');
    expect(seen).not.toContain(token);
    expect(await readFile(join(folder, 'clone/.git/config'), 'utf8')).toContain(
      `[credential "${server.url}"]\n\thelper = \n`,
    );
  });

  it('lets a step read the repository that it builds, and neither write it nor read another', async () => {
    const { folder, root, gitDir, server } = await started();
    const other = join(root, 'bitiq.git');
    await ensureRemote({ gitDir: other });
    const source = join(folder, 'source');
    await seedServiceRemote({ gitDir: other, source, at });
    const url = `${server.url}/git/toy-service.git`;
    const address = 'https://github.com/acme/toy-service.git';
    const request = { spec: { params: [{ name: 'repo-url', value: address }] } };
    const env = remoteRewrites(request, [{ address, gitDir, url }]);
    const step = (...args: string[]) => sealedGit(args, { to: 'act as a step', cwd: folder, env });
    await step('clone', '--quiet', address, 'step');
    await commitFile(join(folder, 'step'), 'index.js', 'console.log(9)\n');
    const head = await readHead(gitDir);
    await expect(step('-C', 'step', 'push', 'origin', 'HEAD:main')).rejects.toThrow(
      /could not read Username|terminal prompts/,
    );
    expect(await readHead(gitDir)).toBe(head);
    await expect(step('clone', `${server.url}/git/bitiq.git`, 'other')).rejects.toThrow(
      /could not read Username|terminal prompts/,
    );
  });

  it('gives nothing without the token, with another one, or with a part of it', async () => {
    const { folder, server } = await started();
    for (const url of [
      `${server.url}/git/toy-service.git`,
      server.withToken('toy-service').replace(token, 'another'),
      server.withToken('toy-service').replace(token, token.slice(0, -1)),
    ]) {
      expect((await tryGit(folder, 'ls-remote', url)).code, url).toBe(128);
      expect((await tryGit(folder, 'push', url, 'HEAD:refs/heads/main')).code).not.toBe(0);
    }
    const bare = await fetch(server.url + refs);
    expect(bare.status).toBe(401);
    expect(bare.headers.get('www-authenticate')).toMatch(/^Basic realm=/);
    const swapped = await fetch(server.url + refs, {
      headers: { authorization: `Basic ${Buffer.from(`${token}:`).toString('base64')}` },
    });
    expect(swapped.status).toBe(401);
  });

  it('answers 404 to what is not a remote, whatever the path tries', async () => {
    const { root, server } = await started();
    await mkdir(join(root, 'secret'));
    const tries = [
      '/git/unknown.git/info/refs?service=git-upload-pack',
      '/git/toy-service.git/config',
      '/git/toy-service.git/HEAD',
      '/git/toy-service.git/objects/info/packs',
      '/git/../git/toy-service.git/config',
      '/git/%2e%2e/toy-service.git/info/refs?service=git-upload-pack',
      '/git/..%2ftoy-service.git/info/refs?service=git-upload-pack',
      '/git/pushes/info/refs?service=git-upload-pack',
      '/git//toy-service.git/info/refs?service=git-upload-pack',
      '/git/toy-service.git/info/refs/../../config',
      '/git/toy-service.git%00/info/refs?service=git-upload-pack',
    ];
    for (const path of tries) expect(await rawStatus(server.port, path), path).toBe(404);
    expect(await rawStatus(server.port, '/git/toy-service.git/info/refs')).toBe(403);
    expect(await rawStatus(server.port, '/git/toy-service.git/git-receive-pack')).toBe(405);
    expect(await rawStatus(server.port, refs)).toBe(200);
  });

  it('says to the pusher why main is not rewritten', async () => {
    const { folder, gitDir, server } = await started();
    const clone = await cloned(folder, server);
    const head = await readHead(gitDir);
    await git(clone, 'commit', '--quiet', '--amend', '-m', 'Another first commit');
    const pushed = await tryGit(clone, 'push', '--force', 'origin', 'main');
    expect(pushed.said).toContain('remote: bitiq: this push rewrites main, which only grows.');
    expect(await readHead(gitDir)).toBe(head);
  });

  it('takes a push of 120 MB with bounded memory, and gives it back', async () => {
    const { folder, gitDir, server } = await started();
    const clone = await cloned(folder, server);
    const bytes = randomFillSync(Buffer.alloc(120 * 1024 * 1024));
    await writeFile(join(clone, 'large.bin'), bytes);
    await git(clone, 'config', 'core.compression', '0');
    await git(clone, 'add', 'large.bin');
    await git(clone, 'commit', '--quiet', '-m', 'Add a large file');
    const before = process.memoryUsage().rss;
    let most = before;
    const meter = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 10);
    await git(clone, 'push', '--quiet', 'origin', 'main');
    clearInterval(meter);
    // What is not kept may still wait for the collector.
    expect(most - before).toBeLessThan(90 * 1024 * 1024);
    expect(await readHead(gitDir)).toBe(await git(clone, 'rev-parse', 'HEAD'));
    await git(folder, 'clone', '--quiet', server.withToken('toy-service'), 'again');
    const { stdout } = await promisify(execFile)('sha256sum', [join(folder, 'again', 'large.bin')]);
    expect(stdout.split(' ')[0]).toBe(createHash('sha256').update(bytes).digest('hex'));
  });

  it('reads a body that is packed with gzip', async () => {
    const { server } = await started();
    const line = (text: string): string => (text.length + 4).toString(16).padStart(4, '0') + text;
    const body = gzipSync(`${line('command=ls-refs\n')}0001${line('peel\n')}0000`);
    const answer = await fetch(`${server.url}/git/toy-service.git/git-upload-pack`, {
      method: 'POST',
      headers: {
        authorization: basic,
        'content-type': 'application/x-git-upload-pack-request',
        'content-encoding': 'gzip',
        'git-protocol': 'version=2',
      },
      body,
    });
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain('refs/heads/main');
  });

  it('ends the backend and keeps the remote as it was when the pusher goes away', async () => {
    const { folder, gitDir, server } = await started();
    const backends = backendCount();
    const clone = await cloned(folder, server);
    const head = await readHead(gitDir);
    await writeFile(join(clone, 'large.bin'), randomFillSync(Buffer.alloc(30 * 1024 * 1024)));
    await git(clone, 'add', 'large.bin');
    await git(clone, '-c', 'core.compression=0', 'commit', '--quiet', '-m', 'Add a large file');
    const slow = await halfWay(server.port, 10 * 1024 * 1024);
    const url = server.withToken('toy-service').replace(`:${server.port}/`, `:${slow.port}/`);
    const pusher = spawn('git', ['push', '--quiet', url, 'main'], {
      cwd: clone,
      env: sealedGitEnvironment(),
      stdio: 'ignore',
      detached: true,
    });
    await until(async () => slow.isHalfWay() && (await backends()) > 0, 'a backend');
    process.kill(-(pusher.pid ?? 0), 'SIGKILL');
    await until(async () => (await backends()) === 0, 'no backend');
    expect(await readHead(gitDir)).toBe(head);
    await git(clone, 'push', '--quiet', 'origin', 'main');
    await git(gitDir, 'fsck', '--connectivity-only');
    expect((await readdir(join(gitDir, 'objects'))).filter((name) => name.startsWith('tmp_'))).toEqual([]);
  });

  it('is closed while a push hangs, without waiting for it', async () => {
    const { server } = await started();
    const backends = backendCount();
    const hanging = httpRequest(`${server.url}/git/toy-service.git/git-receive-pack`, {
      method: 'POST',
      headers: { authorization: basic, 'content-type': 'application/x-git-receive-pack-request' },
    });
    hanging.on('error', () => {});
    hanging.write('00');
    await until(async () => (await backends()) > 0, 'a backend');
    await server.close();
    await until(async () => (await backends()) === 0, 'no backend');
  });
});

/** A port that lets so many bytes of a connection through to another port and swallows the rest, so that no push comes to its end. */
async function halfWay(port: number, bytes: number): Promise<{ port: number; isHalfWay: () => boolean }> {
  let isHalfWay = false;
  const proxy = createServer((client) => {
    const server = connect(port, '127.0.0.1');
    server.pipe(client);
    let passed = 0;
    client.on('data', (chunk: Buffer) => {
      passed += chunk.length;
      if (passed < bytes) server.write(chunk);
      else isHalfWay = true;
    });
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      one.on('error', () => {});
      one.on('close', () => other.destroy());
    }
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  onTestFinished(() => void proxy.close());
  return { port: (proxy.address() as AddressInfo).port, isHalfWay: () => isHalfWay };
}

/** How many processes are in the groups of this server's backends; a group is known from its first sight on. */
function backendCount(): () => Promise<number> {
  const groups = new Set<string>();
  return async () => {
    const { stdout } = await promisify(execFile)('ps', ['-ww', '-A', '-o', 'pgid=,ppid=,stat=,args=']);
    const rows = stdout.split('\n').map((line) => line.trim().split(/\s+/));
    for (const [group = '', parent, , , program] of rows) {
      if (parent === String(process.pid) && program === 'http-backend') groups.add(group);
    }
    return rows.filter(([group = '', , state = 'Z']) => groups.has(group) && !state.startsWith('Z')).length;
  };
}

/** `fetch` would tidy the path. */
function rawStatus(port: number, path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    httpRequest({ port, host: '127.0.0.1', path, headers: { authorization: basic } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
}
