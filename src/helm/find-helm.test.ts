import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findHelm, lookForHelm } from './find-helm.ts';
import { archiveDigests, archivePlatform, pinnedVersion } from './pinned-release.ts';

const platform = archivePlatform(process.platform, process.arch);
let root: string;
let env: NodeJS.ProcessEnv;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'bitiq-find-helm-'));
  // Neither a Helm nor a Go that the machine has may be found.
  env = { PATH: join(root, 'path') };
});

afterEach(() => rmSync(root, { recursive: true }));

describe('findHelm', () => {
  it('takes the one that BITIQ_HELM names before the one on PATH', async () => {
    program('path/helm', printing('v4.2.0'));
    env['BITIQ_HELM'] = program('elsewhere/helm', printing('v3.14.0+gabc'));
    expect(await findHelm({ root, env })).toEqual({ path: join(root, 'elsewhere/helm'), version: 'v3.14.0+gabc' });
  });

  it('refuses a BITIQ_HELM that is too old, and does not look further', async () => {
    program('path/helm', printing('v4.2.0'));
    env['BITIQ_HELM'] = program('elsewhere/helm', printing('v3.13.3'));
    await expect(findHelm({ root, env })).rejects.toMatchObject({
      code: 'tool-missing',
      message: expect.stringMatching(/BITIQ_HELM names one .* is Helm v3\.13\.3, older than v3\.14\./),
    });
  });

  it('takes the one on PATH, also when it says only v4.3', async () => {
    program('path/helm', printing('v4.3'));
    expect(await findHelm({ root, env })).toEqual({ path: join(root, 'path/helm'), version: 'v4.3' });
  });

  it('passes over folders of that name and takes the next one on PATH', async () => {
    mkdirSync(join(root, 'repository/helm'), { recursive: true });
    env['PATH'] = ['repository', 'old', 'path'].map((folder) => join(root, folder)).join(':');
    program('old/helm', printing('v2.17.0'));
    program('path/helm', printing('v4.3.1'));
    expect((await findHelm({ root, env })).path).toBe(join(root, 'path/helm'));
  });

  it('passes over one on PATH that is too old or no Helm, and takes the one that bitiq keeps', async () => {
    program('.bitiq/bin/helm', printing('v4.3.1'));
    for (const other of [printing('v3.9.0'), printing('editor 1.0'), 'exit 1']) {
      program('path/helm', other);
      const lines: string[] = [];
      const found = await findHelm({ root, env, progress: (line) => lines.push(line) });
      expect(found.path).toBe(join(root, '.bitiq/bin/helm'));
      expect(lines).toEqual([expect.stringContaining('The Helm on PATH cannot be used')]);
    }
  });
});

describe('findHelm without any Helm', () => {
  let server: Server;
  let host: string;
  let requests: string[];
  let answer: Buffer | undefined;

  beforeEach(async () => {
    requests = [];
    answer = await archiveOf(`#!/bin/sh\n${printing('v4.3.1')}\n`);
    server = createServer((request, response) => {
      requests.push(request.url ?? '');
      response.writeHead(answer ? 200 : 404).end(answer);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    host = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterEach(() => server.close());

  it('fetches the pinned release once, also for several at a time', async () => {
    const release = { host, digests: { [platform]: sha256(answer) } };
    const found = await Promise.all([1, 2, 3].map(() => findHelm({ root, env, release })));
    expect(new Set(found.map(({ path }) => path))).toEqual(new Set([join(root, '.bitiq/bin/helm')]));
    expect(requests).toEqual([`/helm-v${pinnedVersion}-${platform}.tar.gz`]);
    expect(readdirSync(join(root, '.bitiq/bin'))).toEqual(['helm']);
  });

  it('is only looked for by lookForHelm, also while another process provides it', async () => {
    expect(await lookForHelm({ kept: join(root, '.bitiq'), env })).toBeUndefined();
    mkdirSync(join(root, '.bitiq/bin'), { recursive: true });
    writeFileSync(join(root, '.bitiq/bin/helm.lock'), String(process.ppid));
    expect(await lookForHelm({ kept: join(root, '.bitiq'), env })).toBeUndefined();
    program('.bitiq/bin/helm', printing('v4.3.1'));
    expect(await lookForHelm({ kept: join(root, '.bitiq'), env })).toEqual({ path: join(root, '.bitiq/bin/helm'), version: 'v4.3.1' });
    expect(requests).toEqual([]);
  });

  it('takes over the lock of a process that has died', async () => {
    mkdirSync(join(root, '.bitiq/bin'), { recursive: true });
    writeFileSync(join(root, '.bitiq/bin/helm.lock'), '999999999');
    const release = { host, digests: { [platform]: sha256(answer) } };
    expect((await findHelm({ root, env, release })).version).toBe('v4.3.1');
  });

  it('throws an archive with another digest away and builds', async () => {
    mkdirSync(join(root, 'tools/helm'), { recursive: true });
    writeFileSync(join(root, 'tools/helm/go.mod'), 'module tools\n');
    program('path/go', `while [ "$1" != -o ]; do shift; done; printf '#!/bin/sh\\n${printing('v4.3')}\\n' > "$2"`);
    const lines: string[] = [];
    const release = { host, digests: { [platform]: 'f'.repeat(64) } };
    const found = await findHelm({ root, env, release, progress: (line) => lines.push(line) });
    expect(found).toEqual({ path: join(root, '.bitiq/bin/helm'), version: 'v4.3' });
    expect(lines).toEqual([
      expect.stringContaining(`Fetching Helm ${pinnedVersion}`),
      expect.stringContaining(`has the SHA-256 ${sha256(answer)}, not the pinned ffff`),
      expect.stringContaining('Building Helm'),
      expect.stringContaining('is ready'),
    ]);
  });

  it.each([
    ['the server has none', { digest: true, online: true }, 'the server answered 404'],
    ['there is no network', { digest: true, online: false }, 'could not be fetched: connect ECONNREFUSED'],
    ['no digest is pinned for the machine', { digest: false, online: true }, 'is pinned'],
  ])('names both reasons when %s and Go is missing', async (_, given, reason) => {
    mkdirSync(join(root, 'tools/helm'), { recursive: true });
    writeFileSync(join(root, 'tools/helm/go.mod'), 'module tools\n');
    const release = { host, digests: given.digest ? { [platform]: sha256(answer) } : {} };
    answer = undefined;
    if (!given.online) await new Promise((resolve) => server.close(resolve));
    await expect(findHelm({ root, env, release })).rejects.toMatchObject({
      code: 'tool-missing',
      message: expect.stringMatching(new RegExp(`Fetching it: .*${reason}[^]*Building it: go is needed`)),
    });
    expect(existsSync(join(root, '.bitiq/bin/helm'))).toBe(false);
    expect(readdirSync(join(root, '.bitiq/bin'))).toEqual([]);
  });
});

describe('the pinned release', () => {
  it('is the one that tools/helm builds', () => {
    const module = readFileSync(join(import.meta.dirname, '../../tools/helm/go.mod'), 'utf8');
    expect(module).toMatch(new RegExp(`^\\s*(require )?helm\\.sh/helm/v4 v${pinnedVersion}\\b`, 'm'));
  });

  it('has a digest for each platform', () => {
    expect(Object.keys(archiveDigests).sort()).toEqual(['darwin-amd64', 'darwin-arm64', 'linux-amd64', 'linux-arm64']);
    for (const digest of Object.values(archiveDigests)) expect(digest).toMatch(/^[0-9a-f]{64}$/);
  });
});

function program(path: string, script: string): string {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

function printing(version: string): string {
  return `echo ${version}`;
}

async function archiveOf(script: string): Promise<Buffer> {
  const archive = pack();
  archive.entry({ name: `${platform}/README.md` }, 'read me');
  archive.entry({ name: `${platform}/helm`, mode: 0o755 }, script);
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(chunk as Buffer);
  return gzipSync(Buffer.concat(chunks));
}

function sha256(bytes: Buffer | undefined): string {
  return createHash('sha256')
    .update(bytes ?? '')
    .digest('hex');
}
