import { execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createWebhooks } from '../../src/actions/webhook/create.ts';
import { deleteWebhooks } from '../../src/actions/webhook/delete.ts';
import { listWebhooks } from '../../src/actions/webhook/list.ts';
import { connectGitHub } from '../../src/github/client.ts';
import { pingHook } from '../../src/github/hooks.ts';
import type { Config } from '../../src/model/config.ts';
import { gitOpsRepository, temporaryFolder } from '../kit/gitops-repository.ts';
import { mainFile } from '../kit/loop-process.ts';
import { startGitHub, token } from './github-server.ts';

const url = 'https://hooks.example.com/';
const secret = 'a-webhook-secret-that-nobody-may-see';
const hasKubectl = spawnSync('kubectl', ['version', '--client'], { stdio: 'ignore' }).status === 0;

async function open(repositories = ['https://github.com/acme/web', 'https://github.com/acme/api.git']) {
  const server = await startGitHub();
  const services = repositories.map((repository) => ({
    name: /([^/]+?)(\.git)?$/.exec(repository)![1]!,
    repository,
    image: 'ghcr.io/acme/x',
  }));
  const config: Config = { services, environments: [{ name: 'dev', kind: 'following' }] };
  const connect = (repository: string) => connectGitHub(repository, { env: server.env, secondMs: 10 });
  return { server, target: { config, connect, url } };
}

describe('webhooks', () => {
  it('are made for every service: pushes alone, JSON, signed, TLS verified', async () => {
    const { server, target } = await open();
    expect(await createWebhooks({ ...target, secret })).toMatchObject([
      { service: 'web', state: 'created' },
      { service: 'api', state: 'created' },
    ]);
    const made = {
      active: true,
      events: ['push'],
      config: { url, content_type: 'json', insecure_ssl: '0', secret },
    };
    expect(server.state.hooks).toMatchObject([
      { ...made, repository: 'web' },
      { ...made, repository: 'api' },
    ]);
    expect(await listWebhooks(target)).toMatchObject([
      {
        service: 'web',
        hooks: [{ url, contentType: 'json', hasSecret: true, verifiesTls: true, lastAnswer: undefined }],
      },
      { service: 'api' },
    ]);
    expect(JSON.stringify(await listWebhooks(target))).not.toContain(secret);
  });

  it('are changed, not doubled, when run again, on whatever page and however the address is written', async () => {
    const { server, target } = await open(['https://github.com/acme/web']);
    for (let id = 0; id < 150; id++)
      server.state.hooks.push({
        id,
        repository: 'web',
        events: ['push'],
        active: true,
        config: { url: `https://x.example/${id}` },
      });
    await createWebhooks({ ...target, url: 'https://HOOKS.example.com', secret: 'an-older-secret-of-ours' });
    expect(await createWebhooks({ ...target, secret, dryRun: true })).toMatchObject([{ state: 'update' }]);
    expect(server.state.hooks.at(-1).config.secret).toBe('an-older-secret-of-ours');
    expect(await createWebhooks({ ...target, secret })).toMatchObject([{ state: 'updated' }]);
    expect(server.state.hooks).toHaveLength(151);
    expect(server.state.hooks.at(-1)).toMatchObject({ events: ['push'], config: { url, secret } });
    server.faults.push({ match: /^POST .*hooks$/, answer: 'lose' });
    expect(await createWebhooks({ ...target, url: `${url}other`, secret })).toMatchObject([
      { state: 'updated' },
    ]);
    expect(server.state.hooks).toHaveLength(152);
  });

  it('are made for the others when one fails', async () => {
    const { server, target } = await open([
      'https://gitlab.com/acme/old',
      'https://github.com/acme/web',
      'https://github.com/acme/api',
    ]);
    const headers = { 'x-accepted-github-permissions': 'repository_hooks=write' };
    server.faults.push({
      match: /^POST .*web/,
      answer: { status: 403, body: { message: 'Resource not accessible' }, headers },
    });
    expect(await createWebhooks({ ...target, secret })).toMatchObject([
      { service: 'old', state: 'failed', error: { code: 'github-remote-unsupported' } },
      {
        service: 'web',
        state: 'failed',
        error: { code: 'github-denied', fix: 'Give the token this permission: repository_hooks=write.' },
      },
      { service: 'api', state: 'created' },
    ]);
  });

  it('are removed by their address alone', async () => {
    const { server, target } = await open();
    await createWebhooks({ ...target, secret });
    await createWebhooks({ ...target, url: 'https://ci.example.com/', service: 'web', secret });
    expect(await deleteWebhooks({ ...target, dryRun: true })).toMatchObject([
      { state: 'delete' },
      { state: 'delete' },
    ]);
    expect(await deleteWebhooks(target)).toMatchObject([{ state: 'deleted' }, { state: 'deleted' }]);
    expect(server.state.hooks.map((hook) => hook.config.url)).toEqual(['https://ci.example.com/']);
    expect(await deleteWebhooks(target)).toMatchObject([{ state: 'none' }, { state: 'none' }]);
  });

  it('tell what a ping was answered with', async () => {
    const { target } = await open(['https://github.com/acme/web']);
    expect(await createWebhooks({ ...target, secret, ping: true })).toMatchObject([{ ping: '202 OK' }]);
    expect(
      await createWebhooks({ ...target, url: 'https://down.example.com/', secret, ping: true }),
    ).toMatchObject([{ ping: '502 failed to connect to host' }]);
    const github = await target.connect('https://github.com/acme/web');
    expect(await pingHook(github, 100, 0)).toBeUndefined();
  });

  it('go to https alone, and to services that exist', async () => {
    const { target } = await open();
    for (const bad of ['http://hooks.example.com/', 'hooks.example.com', ''])
      await expect(createWebhooks({ ...target, url: bad, secret })).rejects.toThrow('must be an https URL');
    await expect(listWebhooks({ ...target, service: 'wbe' })).rejects.toMatchObject({
      code: 'service-missing',
      fix: 'Did you mean web?',
    });
  });
});

describe('bitiq webhook', () => {
  async function command(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    const fixture = gitOpsRepository();
    const server = await startGitHub();
    writeFileSync(join(fixture.checkout, 'secret.txt'), `${secret}\n`);
    const run = () =>
      new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
        const options = { cwd: fixture.checkout, env: { ...process.env, ...server.env, ...env } };
        execFile(process.execPath, [mainFile, 'webhook', ...args], options, (error, stdout, stderr) => {
          expect(stdout + stderr).not.toContain(secret);
          expect(stdout + stderr).not.toContain(token);
          resolve({ code: Number(error?.code ?? 0), stdout, stderr });
        });
      });
    return { server, run };
  }

  it('takes the secret from a file, prints each, and exits with 3 when one failed', async () => {
    const { server, run } = await command([
      'create',
      '--url',
      url,
      '--webhook-secret-file',
      'secret.txt',
      '--ping',
    ]);
    server.faults.push({
      match: /^POST .*toy-web.*hooks$/,
      answer: { status: 404, body: { message: 'Not Found' } },
    });
    const first = await run();
    expect(first.code).toBe(3);
    expect(first.stdout).toMatch(
      /^created +toy-service +https:\/\/github.com\/bitiq-io\/toy-service +ping: 202 OK$/m,
    );
    expect(first.stdout).toMatch(/^failed +toy-web/m);
    expect(first.stderr).toContain('toy-web: error[github-missing]: github.com could not make a webhook');
    expect(first.stderr).toContain('1 of 2 failed; run it again for those');
    const second = await run();
    expect([second.code, server.state.hooks.map((hook) => hook.config.secret)]).toEqual([
      0,
      [secret, secret],
    ]);
  });

  it('says where a secret can come from when there is none', async () => {
    const { server, run } = await command(['create', '--url', url]);
    const { code, stderr } = await run();
    expect([code, stderr]).toEqual([2, expect.stringContaining('--secret-from-cluster')]);
    expect(server.requests).toEqual([]);
  });

  it('lists what is there', async () => {
    const { server, run } = await command(['list', 'toy-web']);
    server.state.hooks.push({
      id: 1,
      repository: 'toy-web',
      events: ['push', 'release'],
      active: false,
      config: { url: 'https://old.example/', content_type: 'form', insecure_ssl: '1' },
      last_response: { code: 500, status: 'error', message: 'Internal Server Error' },
    });
    const { code, stdout } = await run();
    expect(stdout.trim()).toBe(
      'toy-web  https://old.example/  push,release  form, NOT SIGNED, TLS not verified, inactive  last: 500 Internal Server Error',
    );
    expect(code).toBe(0);
  });

  it.skipIf(!hasKubectl)('takes the secret from the cluster (skipped: no kubectl on PATH)', async () => {
    const api = createServer((request, response) => {
      const found = request.url?.startsWith('/api/v1/namespaces/bitiq/secrets/github-webhook');
      const kinds = [
        { name: 'secrets', singularName: 'secret', namespaced: true, kind: 'Secret', verbs: ['get'] },
      ];
      const body = found
        ? {
            apiVersion: 'v1',
            kind: 'Secret',
            metadata: { name: 'github-webhook' },
            data: { secret: Buffer.from(secret).toString('base64') },
          }
        : request.url?.startsWith('/api/v1')
          ? { kind: 'APIResourceList', groupVersion: 'v1', resources: kinds }
          : request.url?.startsWith('/apis')
            ? { kind: 'APIGroupList', apiVersion: 'v1', groups: [] }
            : { kind: 'APIVersions', versions: ['v1'] };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    }).listen(0, '127.0.0.1');
    await once(api, 'listening');
    onTestFinished(() => void api.close());
    const kubeconfig = join(temporaryFolder(), 'config');
    const cluster = { server: `http://127.0.0.1:${(api.address() as AddressInfo).port}` };
    const config = {
      ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'c' },
      clusters: [{ name: 'c', cluster }],
      contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
      users: [{ name: 'u', user: {} }],
    };
    writeFileSync(kubeconfig, JSON.stringify(config));
    const { server, run } = await command(['create', 'toy-web', '--url', url, '--secret-from-cluster'], {
      KUBECONFIG: kubeconfig,
    });
    expect((await run()).code).toBe(0);
    expect(server.state.hooks[0].config.secret).toBe(secret);
  });
});
