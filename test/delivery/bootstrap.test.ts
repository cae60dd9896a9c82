import { execFile, spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { gitOpsRepository, temporaryFolder, type GitOpsFixture } from '../kit/gitops-repository.ts';
import { mainFile } from '../kit/loop-process.ts';

const hasKubectl = spawnSync('kubectl', ['version', '--client'], { stdio: 'ignore' }).status === 0;
const token = 'a-token-that-nobody-may-see';
const webhookSecret = 'a-webhook-secret';

const privateKey = generateKeyPairSync('ed25519').privateKey.export({
  type: 'pkcs8',
  format: 'pem',
}) as string;

/** Lets Argo CD read the repository over SSH. */
function useSsh(fixture: GitOpsFixture): void {
  const files = ['dev', 'prod'].map((name) => `environments/${name}/application.yaml`);
  fixture.commit(
    Object.fromEntries(
      files.map((file) => [
        file,
        fixture.read(file).replace(/repoURL: .*/, 'repoURL: git@github.com:bitiq-io/bitiq.git'),
      ]),
    ),
  );
}

interface Sent {
  readonly path: string;
  readonly body: { metadata: Record<string, unknown>; type?: string; data?: Record<string, string> };
}

describe('bootstrap', () => {
  let fixture: GitOpsFixture;

  beforeEach(() => {
    fixture = gitOpsRepository();
  });

  it('shows names and keys without a cluster, and no values', async () => {
    const { code, stdout, stderr } = await bitiq(['dev', '--dry-run'], { BITIQ_GIT_TOKEN: token });
    expect(stdout.replace(/ {2,}/g, '  ')).toBe(
      [
        'planned  argocd/bitiq-repository  Argo CD reads the GitOps repository  type, url, username, password',
        'needed  bitiq/github-webhook  webhooks of the services are believed  secret',
        'needed  bitiq/bitiq-registry  builds push their images  .dockerconfigjson',
        '',
      ].join('\n'),
    );
    expect(stderr).toContain(
      'Needed: bitiq/github-webhook. Give $BITIQ_WEBHOOK_SECRET or --webhook-secret-file FILE.',
    );
    expect(stderr).toContain('Nothing was changed');
    expect(code).toBe(0);
    expect(stdout + stderr).not.toContain(token);
  });

  it.each([
    [['--git-ssh-key', 'none'], 'cannot be read'],
    [['--git-ssh-key', 'key', '--git-token-file', 'key'], 'exclude each other'],
    [['--github-app-key', 'key'], '--github-app-installation'],
    [['--git-ssh-key', 'empty'], 'is empty'],
    [['--git-ssh-key', 'two-lines'], 'has no private key'],
    [['--git-ssh-key', 'locked'], 'has a passphrase'],
    [['--git-ssh-key', 'key'], 'repoURL of dev is an https address'],
    [['--git-token-file', 'two-lines'], 'more than one line'],
    [['--webhook-secret-file', 'two-lines'], 'more than one line'],
    [['--github-app-id', '12'], '--github-app-key'],
    [
      ['--github-app-key', 'key', '--github-app-id', 'mine', '--github-app-installation', '34'],
      'is not an id of GitHub',
    ],
    [['--registry-config', 'key'], 'is not JSON'],
    [['--registry-config', 'key-chain.json'], 'credsStore'],
  ])('refuses %j', async (args, why) => {
    writeFileSync(join(fixture.checkout, 'key'), privateKey);
    writeFileSync(join(fixture.checkout, 'locked'), privateKey.replaceAll('PRIVATE', 'ENCRYPTED PRIVATE'));
    writeFileSync(join(fixture.checkout, 'empty'), '\n');
    writeFileSync(join(fixture.checkout, 'two-lines'), 'one\ntwo\n');
    writeFileSync(
      join(fixture.checkout, 'key-chain.json'),
      '{"auths":{"ghcr.io":{}},"credsStore":"desktop"}',
    );
    const { code, stderr } = await bitiq(['dev', '--dry-run', ...args]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(why)]);
  });

  it('refuses a token for an SSH address, and plans a key as Git takes it whatever its line ends', async () => {
    useSsh(fixture);
    const refused = await bitiq(['dev', '--dry-run'], { BITIQ_GIT_TOKEN: token });
    expect([refused.code, refused.stderr]).toEqual([
      2,
      expect.stringContaining('repoURL of dev is an SSH address'),
    ]);
    writeFileSync(join(fixture.checkout, 'key'), privateKey.trimEnd().replaceAll('\n', '\r\n'));
    const { code, stdout } = await bitiq(['dev', '--dry-run', '--git-ssh-key', 'key']);
    expect([code, stdout]).toEqual([0, expect.stringContaining('type, url, sshPrivateKey')]);
  });

  describe.skipIf(!hasKubectl)('with kubectl (skipped: no kubectl on PATH)', () => {
    let cluster: { server: Server; sent: Sent[]; there: Set<string>; kubeconfig: string };

    beforeEach(async () => {
      cluster = await startCluster();
    });
    afterEach(() => cluster.server.close());

    it('makes each Secret once, and tells what is missing', async () => {
      const env = {
        BITIQ_GIT_TOKEN: token,
        BITIQ_WEBHOOK_SECRET: webhookSecret,
        KUBECONFIG: cluster.kubeconfig,
      };
      const first = await bitiq(['dev'], env);
      expect(first.stdout).toMatch(
        /^created +argocd\/bitiq-repository .*\ncreated +bitiq\/github-webhook .*\nmissing +bitiq\/bitiq-registry /,
      );
      expect(first.stderr).toContain('Missing: bitiq/bitiq-registry. Give --registry-config FILE');
      expect(first.code).toBe(1);
      expect(cluster.sent.map(({ path }) => path)).toEqual([
        '/api/v1/namespaces',
        '/api/v1/namespaces/argocd/secrets',
        '/api/v1/namespaces',
        '/api/v1/namespaces/bitiq/secrets',
      ]);
      const [, repository, builds, webhook] = cluster.sent;
      // Where the builds run, no Pod reaches into its machine.
      expect(builds!.body.metadata).toMatchObject({
        name: 'bitiq',
        labels: { 'pod-security.kubernetes.io/enforce': 'baseline' },
      });
      expect(cluster.sent[0]!.body.metadata['labels']).toBeUndefined();
      expect(decoded(repository)).toEqual({
        type: 'git',
        url: 'https://github.com/bitiq-io/bitiq',
        username: 'x-access-token',
        password: token,
      });
      expect(repository?.body.metadata).toMatchObject({
        labels: { 'argocd.argoproj.io/secret-type': 'repository', 'app.kubernetes.io/managed-by': 'bitiq' },
      });
      expect(decoded(webhook)).toEqual({ secret: webhookSecret });

      cluster.sent.length = 0;
      writeFileSync(join(fixture.checkout, 'config.json'), '{"auths":{"ghcr.io":{"auth":"dTpw"}}}');
      const second = await bitiq(['dev', '--registry-config', 'config.json'], env);
      expect(second.stdout).toMatch(
        /^kept .*\nkept .*\ncreated +bitiq\/bitiq-registry .*\.dockerconfigjson\n/,
      );
      expect(second.code).toBe(0);
      expect(cluster.sent.map(({ body }) => body.type)).toEqual(['kubernetes.io/dockerconfigjson']);
      for (const text of [first, second].flatMap(({ stdout, stderr }) => [stdout, stderr])) {
        expect(text).not.toContain(token);
        expect(text).not.toContain(webhookSecret);
      }
    });

    it('gives the Image Updater its key, and a pinned environment only what it needs', async () => {
      const config = fixture
        .read('bitiq.yaml')
        .replace('follows: main', 'follows: main\n    writeBack: image-updater');
      fixture.commit({ 'bitiq.yaml': config });
      useSsh(fixture);
      writeFileSync(join(fixture.checkout, 'key'), privateKey.trimEnd().replaceAll('\n', '\r\n'));
      const env = { KUBECONFIG: cluster.kubeconfig, BITIQ_WEBHOOK_SECRET: webhookSecret };
      await bitiq(['dev', '--git-ssh-key', 'key'], env);
      const updater = cluster.sent.find(({ body }) => body.metadata['name'] === 'bitiq-git-credentials');
      expect(decoded(updater)).toEqual({ sshPrivateKey: privateKey });
      cluster.sent.length = 0;
      const prod = await bitiq(['prod', '--git-ssh-key', 'key'], env);
      expect(prod.stdout).toMatch(/^kept +argocd\/bitiq-repository .*\n$/);
      expect(prod.code).toBe(0);
    });

    it('says in one sentence that no cluster answers', async () => {
      cluster.server.close();
      const { code, stderr } = await bitiq(['dev'], { KUBECONFIG: cluster.kubeconfig });
      expect(code).toBe(3);
      expect(stderr).toMatch(
        /^error\[cluster-unreachable\]: kubectl could not reach a cluster with its current context, .*\nfix: .* --context; .*\n.*\n$/,
      );
      const { stderr: other } = await bitiq(['dev', '--context', 'nope'], { KUBECONFIG: cluster.kubeconfig });
      expect(other).toContain(
        'error[cluster-unreachable]: kubectl could not reach a cluster with the context nope,',
      );
    });

    it('tells what kubectl said, without the values', async () => {
      cluster.there.add('forbidden');
      const { code, stderr } = await bitiq(['prod'], {
        KUBECONFIG: cluster.kubeconfig,
        BITIQ_GIT_TOKEN: token,
      });
      expect(code).toBe(3);
      expect(stderr).toContain('kubectl failed to make the namespace argocd');
      expect(stderr).not.toContain(token);
    });
  });

  function bitiq(args: string[], env: NodeJS.ProcessEnv = {}) {
    const clean = { ...process.env, BITIQ_GIT_TOKEN: '', BITIQ_WEBHOOK_SECRET: '', ...env };
    return new Promise<{ code: number; stdout: string; stderr: string }>((done) => {
      const options = { cwd: fixture.checkout, env: clean };
      const child = execFile(
        process.execPath,
        [mainFile, 'bootstrap', ...args],
        options,
        (_, stdout, stderr) => done({ code: child.exitCode ?? -1, stdout, stderr }),
      );
    });
  }
});

function decoded(sent: Sent | undefined): Record<string, string> {
  const data = Object.entries(sent?.body.data ?? {});
  return Object.fromEntries(data.map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]));
}

/** As much of the Kubernetes API as kubectl needs for namespaces and Secrets; it remembers what it was sent. */
async function startCluster() {
  const sent: Sent[] = [];
  const there = new Set<string>();
  const resource = (name: string, kind: string, namespaced: boolean) => ({
    name,
    kind,
    namespaced,
    singularName: '',
    verbs: ['create', 'get', 'update'],
  });
  const discovery: Record<string, unknown> = {
    '/api': { kind: 'APIVersions', versions: ['v1'] },
    '/apis': { kind: 'APIGroupList', apiVersion: 'v1', groups: [] },
    '/api/v1': {
      kind: 'APIResourceList',
      groupVersion: 'v1',
      resources: [resource('namespaces', 'Namespace', false), resource('secrets', 'Secret', true)],
    },
  };
  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    const answer = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    const status = (code: number, reason: string) =>
      answer(code, { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, code, message: reason });
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (request.method === 'POST') {
        if (there.has('forbidden')) return status(403, 'Forbidden');
        const body = JSON.parse(Buffer.concat(chunks).toString()) as Sent['body'];
        sent.push({ path, body });
        there.add(`${path}/${String(body.metadata['name'])}`);
        return answer(201, body);
      }
      if (discovery[path] !== undefined) return answer(200, discovery[path]);
      if (!there.has(path)) return status(404, 'NotFound');
      const kind = path.includes('/secrets/') ? 'Secret' : 'Namespace';
      return answer(200, { kind, apiVersion: 'v1', metadata: { name: path.split('/').at(-1) } });
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const folder = temporaryFolder();
  const kubeconfig = join(folder, 'kubeconfig');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'c', cluster: { server: url } }],
      users: [{ name: 'u', user: {} }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'x',
    }),
  );
  return { server, sent, there, kubeconfig };
}
