import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { root, temporaryFolder } from '../kit/gitops-repository.ts';

function place() {
  const folder = temporaryFolder();
  const checkout = join(folder, 'checkout');
  const env: NodeJS.ProcessEnv = {
    PATH: process.env['PATH'],
    HOME: folder,
    LC_ALL: 'C',
    BITIQ_HELM: process.env['BITIQ_HELM'],
    XDG_CACHE_HOME: join(folder, 'cache'),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: join(folder, 'gitconfig'),
  };
  writeFileSync(env['GIT_CONFIG_GLOBAL']!, '[user]\n\tname = Ada\n\temail = ada@example.com\n');
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', checkout, ...args], {
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  const bitiq = (args: readonly string[], more: NodeJS.ProcessEnv = {}, cwd = checkout) => {
    const ran = spawnSync(process.execPath, [main, ...args], {
      cwd,
      env: { ...env, ...more },
      encoding: 'utf8',
    });
    return { code: ran.status, out: ran.stdout, said: ran.stderr };
  };
  cpSync(join(root, 'test/fixtures/gitops'), checkout, { recursive: true });
  cpSync(join(root, 'pipelines'), join(checkout, 'pipelines'), { recursive: true });
  git('init', '--quiet', '--initial-branch=main');
  bitiq(['generate']);
  git('add', '--all');
  git('commit', '--quiet', '--message', 'Start');
  return { folder, checkout, env, git, bitiq };
}

/** A server that takes every connection and says nothing. */
async function silentRemote(): Promise<{ readonly url: string }> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => void sockets.push(socket));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/acme/gitops.git` };
}

const main = join(root, 'dist/cli/main.js');

describe('a place that Git or the machine refuses', () => {
  it('of another user is told in the words of Git, with its remedy', () => {
    const { checkout, bitiq } = place();
    const { code, said } = bitiq(['status'], { GIT_TEST_ASSUME_DIFFERENT_OWNER: '1' });
    expect(code).toBe(3);
    expect(said).toContain('error[repository-denied]');
    expect(said).toContain('detected dubious ownership');
    expect(said).toContain(`git config --global --add safe.directory ${checkout}`);
  });

  it('that was removed under the feet is told without a stack', () => {
    const { folder, env } = place();
    mkdirSync(join(folder, 'gone'));
    const script = `cd gone && rmdir ../gone && '${process.execPath}' '${main}' status`;
    const ran = spawnSync('sh', ['-c', script], { cwd: folder, env, encoding: 'utf8' });
    expect(ran.stderr).toContain('The current folder no longer exists');
    expect(ran.stderr).not.toMatch(/internal|uv_cwd|\n {4}at /);
  });

  it('that accepts and is silent is given up when its patience ends', async () => {
    const { env } = place();
    const { url } = await silentRemote();
    writeFileSync(env['GIT_CONFIG_GLOBAL']!, '[http]\n\tlowSpeedLimit = 1\n\tlowSpeedTime = 1\n');
    const child = spawn(process.execPath, [main, 'status', '--repo', url], { env, cwd: root });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
    expect(await new Promise((ended) => child.on('close', ended))).toBe(3);
    expect(said).toContain('error[remote-unreachable]');
    expect(said).not.toContain('Still waiting');
  });

  it('that accepts and is silent is named after ten seconds', async () => {
    const { env } = place();
    const { url } = await silentRemote();
    const child = spawn(process.execPath, [main, 'status', '--repo', url], { env, cwd: root });
    const said = await new Promise<string>((told) =>
      child.stderr.once('data', (chunk: Buffer) => told(chunk.toString('utf8'))),
    );
    child.kill();
    expect(said).toBe(`Still waiting for ${url}, 10 s …\n`);
  });
});

describe('files that are not on disk as they are in Git', () => {
  it('are current with the line ends of a checkout, and stay so when they are written', () => {
    const { git, bitiq, checkout } = place();
    // Only a part of this one is generated.
    cpSync(join(root, 'policies/known-images'), join(checkout, 'policies/known-images'), { recursive: true });
    bitiq(['generate']);
    git('add', '--all');
    git('commit', '--quiet', '--message', 'A policy');
    git('config', 'core.autocrlf', 'true');
    git('rm', '--quiet', '-r', '--cached', '.');
    git('reset', '--quiet', '--hard');
    const schema = join(checkout, 'helm/bitiq/values.schema.json');
    expect(readFileSync(schema, 'utf8')).toContain('\r\n');
    expect(bitiq(['generate', '--check'])).toMatchObject({ code: 0 });
    expect(bitiq(['check', '--no-render']).out).not.toContain('generated-stale');
    writeFileSync(schema, readFileSync(schema, 'utf8').replace('"type"', '"typ"'));
    expect(bitiq(['generate', '--check'])).toMatchObject({ code: 1 });
    expect(bitiq(['generate'])).toMatchObject({ code: 0 });
    expect(git('status', '--porcelain')).toBe('');
    expect(readFileSync(schema, 'utf8')).not.toMatch(/[^\r]\n/);
  });

  it('are read from Git where a sparse checkout leaves them out', () => {
    const { git, bitiq } = place();
    const before = bitiq(['check']);
    git('sparse-checkout', 'set', 'environments/dev');
    expect(bitiq(['check'])).toEqual(before);
    expect(before.code).toBe(0);
  });
});

describe('a values file with an alias', () => {
  it('is read through it, and refused only where the alias itself is to be edited', () => {
    const { checkout, git, bitiq } = place();
    const file = join(checkout, 'helm/bitiq/values-dev.yaml');
    const text = readFileSync(file, 'utf8');
    const [first, second] = [...text.matchAll(/name: (\S+)/g)].map(([, name]) => name!);
    let count = 0;
    writeFileSync(
      file,
      text.replace(/tag: (\S+)/g, (_, tag: string) => (count++ === 0 ? `tag: &v ${tag}` : 'tag: *v')),
    );
    bitiq(['appversion', '--write']);
    git('commit', '--quiet', '--all', '--message', 'Share a tag');
    expect(bitiq(['check', '--no-render'])).toMatchObject({ code: 0 });
    expect(bitiq(['status'])).toMatchObject({ code: 0 });
    expect(bitiq(['render', 'dev'])).toMatchObject({ code: 0 });
    const set = bitiq(['set', 'dev', `${second}=v0.9.0-1.gabc0001`, '--no-image-check']);
    expect([set.code === 0, set.said]).toEqual([
      false,
      expect.stringMatching(/edit-unsupported[\s\S]*alias \*v[\s\S]*values-dev\.yaml:\d+/),
    ]);
    expect(first).not.toBe(second);
  });
});

describe('bitiq tag', () => {
  it('says that tags look like versions where it falls to v0.0.0', () => {
    const { git, bitiq } = place();
    for (const tag of ['1.2.3', 'release-1.2.4', 'nightly']) git('tag', tag);
    const { out, said } = bitiq(['tag']);
    expect(out).toMatch(/^v0\.0\.0-1\.g[0-9a-f]+\n$/);
    expect(said).toMatch(/Note: 2 tags .* look like versions, such as release-1\.2\.4, and are not vX\.Y\.Z/);
    git('tag', 'v1.2.3');
    expect(bitiq(['tag'])).toMatchObject({
      out: expect.stringMatching(/^v1\.2\.3-0\.g/) as string,
      said: '',
    });
  });
});

describe('bitiq service add', () => {
  it('takes ssh addresses, hosts of one’s own, and images of another name', () => {
    const { bitiq, checkout } = place();
    const add = (name: string, repo: string, image: string) =>
      expect(bitiq(['service', 'add', name, '--repo', repo, '--image', image])).toMatchObject({ code: 0 });
    add('cart', 'git@gitlab.acme.com:shop/cart.git', 'registry.acme.com/shop/cart/image');
    add('mail', 'http://gitea.local:3000/acme/mail', 'ghcr.io/acme/mail');
    expect(readFileSync(join(checkout, 'helm/bitiq/values-dev.yaml'), 'utf8')).toContain(
      'nameOverride: true',
    );
    expect(readFileSync(join(checkout, 'pipelines/triggers/services/cart.yaml'), 'utf8')).toContain(
      "== 'shop/cart'",
    );
    expect(bitiq(['check']).out).toBe('');
    expect(
      bitiq(['service', 'add', 'evil', '--repo', '../evil', '--image', 'ghcr.io/acme/evil']),
    ).toMatchObject({ code: 2 });
  });
});
