import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { pack } from 'tar-stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { buildImage } from '../../src/actions/image/build.ts';
import type { BitiqError } from '../../src/model/errors.ts';
import { parseImageReference } from '../../src/model/image-reference.ts';
import { readBlob } from '../../src/registry/blobs.ts';
import { connect, type ClientOptions } from '../../src/registry/client.ts';
import { findImage, tagManifest } from '../../src/registry/layout.ts';
import { tarLayerType } from '../../src/registry/media-types.ts';
import { pullImage } from '../../src/registry/pull.ts';
import { pushImage } from '../../src/registry/push.ts';
import { unpackImage } from '../../src/registry/unpack.ts';
import { mountNamespace } from '../../src/tekton/run/private-mounts.ts';
import { largeLayer, layerOf, offerImage } from './fake-registry.ts';
import { contentOf, folderWith, temporaryFolder, withCode } from './kit.ts';

const cli = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const puller = fileURLToPath(new URL('puller.mjs', import.meta.url));
const bytes = Buffer.alloc(100_000, 'layer');
const platform = { os: 'linux', architecture: 'amd64' };

const clientOf = (registry: string, options: ClientOptions = {}) =>
  connect(parseImageReference(`${registry}/base:v1`), { firstWaitMs: 1, ...options });
const pull = async (registry: string, options: ClientOptions = {}) => {
  const layout = await temporaryFolder();
  return { layout, done: pullImage(clientOf(registry, options), layout, platform) };
};
const failureOf = (done: Promise<unknown>): Promise<BitiqError> =>
  done.then(
    () => expect.fail('it did not fail'),
    (error: BitiqError) => error,
  );
/** What is in a layout: its blobs and what is half-written. */
const filesOf = async (layout: string) => ({
  blobs: await readdir(join(layout, 'blobs/sha256')).catch(() => []),
  halves: await readdir(join(layout, '.tmp')),
});
const until = async (isTrue: () => boolean) => {
  while (!isTrue()) await pause(5);
};
const nameOf = (digest: string) => digest.slice('sha256:'.length);

async function contextOf(registry: string): Promise<string> {
  return folderWith({ Dockerfile: `FROM ${registry}/base:v1\nCOPY a /a\n`, a: 'a' });
}

/** Runs `bitiq image build` on that base. */
async function startBuild(registry: string): Promise<ChildProcess> {
  const [context, store] = [await contextOf(registry), await temporaryFolder()];
  const given = ['--context', context, '--store', store, '--image', 'x.test/a', '--tag', 'v0.1.0-1.gabc1234'];
  const child = spawn(process.execPath, [cli, 'image', 'build', ...given], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

describe('a pull', () => {
  it('goes on after a connection that breaks in the middle of a blob', async () => {
    let asked = 0;
    const layer = layerOf(bytes, (response, count) => {
      asked = count;
      response.setHeader('content-length', bytes.length);
      if (count > 1) response.end(bytes);
      else response.write(bytes.subarray(0, 5000), () => response.destroy());
    });
    const { layout, done } = await pull(await offerImage([layer]));
    await done;
    expect(asked).toBe(2);
    expect((await readBlob(layout, layer.digest)).equals(bytes)).toBe(true);
    expect((await filesOf(layout)).halves).toEqual([]);
  });

  it('ends with the name of the image when the connection always breaks, also for who runs the command', async () => {
    let asked = 0;
    const layer = layerOf(bytes, (response, count) => {
      asked = count;
      response.writeHead(200, { 'content-length': 1000 }).write('ten bytes.', () => response.destroy());
    });
    const registry = await offerImage([layer]);
    const { layout, done } = await pull(registry);
    const error = await failureOf(done);
    expect([error.code, asked]).toEqual(['registry-unreachable', 5]);
    expect(error.message).toContain(`could not give the blob ${layer.digest} (${registry}/base:v1)`);
    expect(error.message).toMatch(/after 5 attempts: the connection broke after \d+ bytes of the answer\.$/);
    expect(await filesOf(layout)).toEqual({
      blobs: expect.not.arrayContaining([nameOf(layer.digest)]) as string[],
      halves: [],
    });

    const build = await startBuild(registry);
    const [said, [code]] = await Promise.all([text(build.stderr!), once(build, 'close')]);
    expect(code).toBe(3);
    expect(said).toMatch(/^error\[registry-unreachable\]: .*\/base:v1/);
  });

  it('goes on after a connection that breaks in the middle of a manifest', async () => {
    let asked = 0;
    const registry = await offerImage([layerOf(bytes)], (request, response) => {
      asked += 1;
      expect(request.url).toMatch(/manifests\/v2$/);
      response.writeHead(200, { 'content-length': 1000 }).write('{', () => response.destroy());
    });
    const client = connect(parseImageReference(`${registry}/base:v2`), { firstWaitMs: 1 });
    const error = await failureOf(pullImage(client, await temporaryFolder(), platform));
    expect([error.code, asked]).toEqual(['registry-unreachable', 5]);
    expect(error.message).toContain(`${registry}/base:v2`);
  });

  it('waits for a blob that comes slowly, however long the whole takes', async () => {
    let asked = 0;
    const small = Buffer.from('a slow one');
    const layer = layerOf(small, (response, count) => {
      asked = count;
      response.setHeader('content-length', small.length);
      void (async () => {
        for (const byte of small) {
          response.write(Buffer.of(byte));
          await pause(400);
        }
        response.end();
      })();
    });
    const { layout, done } = await pull(await offerImage([layer]), { idleMs: 3000 });
    await done;
    expect(asked).toBe(1);
    expect((await readBlob(layout, layer.digest)).equals(small)).toBe(true);
  });

  it.each([
    ['before it answers', undefined],
    ['in the middle of a blob', 'half'],
  ])('gives a registry up that is silent %s', async (_, start) => {
    const layer = layerOf(bytes, (response) => {
      if (start !== undefined) response.writeHead(200, { 'content-length': bytes.length }).write(start);
    });
    const { done } = await pull(await offerImage([layer]), { idleMs: 300, attempts: 2 });
    const error = await failureOf(done);
    expect(error.code).toBe('registry-unreachable');
    expect(error.message).toMatch(/base:v1\), after 2 attempts: nothing came for 0 s/);
  });

  it('tells that it still waits for a registry that is silent, and ends when it is told to', async () => {
    const registry = await offerImage([layerOf(bytes, () => {})]);
    const build = await startBuild(registry);
    let said = '';
    for await (const chunk of build.stderr!) if ((said += String(chunk)).includes('\n')) break;
    expect(said).toBe(`Still waiting for ${registry}, 10 s …\n`);
    build.kill('SIGTERM');
    expect((await once(build, 'close'))[0]).toBe(130);
  });

  it.each<[string, Parameters<typeof layerOf>[1] & {}, string, string]>([
    ['of another digest', (r) => r.end(Buffer.alloc(bytes.length, 'other')), 'registry-denied', 'instead of'],
    ['that is shorter', (r) => r.end(bytes.subarray(1)), 'registry-denied', 'instead of'],
    [
      'that is longer',
      (r) => r.end(Buffer.concat([bytes, bytes])),
      'registry-denied',
      'longer than 100000 bytes',
    ],
    [
      'that ends early with its connection',
      (r) => {
        r.useChunkedEncodingByDefault = false;
        r.writeHead(200, { connection: 'close' }).end(bytes.subarray(1));
      },
      'registry-unreachable',
      'the connection ended after 99999 of 100000 bytes',
    ],
  ])('refuses a blob %s, and keeps nothing of it', async (_, send, code, words) => {
    const layer = layerOf(bytes, send);
    const { layout, done } = await pull(await offerImage([layer]));
    const error = await failureOf(done);
    expect(error.code).toBe(code);
    expect(error.message).toContain(words);
    const { blobs, halves } = await filesOf(layout);
    expect(blobs).not.toContain(nameOf(layer.digest));
    expect(halves).toEqual([]);
  });

  it('fetches several blobs at once, each once, and ends the others when one fails', async () => {
    const open = new Set<string>();
    let most = 0;
    const letters = ['a', 'b', 'c', 'd', 'e'].map((letter) => Buffer.alloc(1000, letter));
    const waiting = (letter: Buffer) =>
      layerOf(letter, (response) => {
        open.add(String(letter[0]));
        most = Math.max(most, open.size);
        // Two at least must have come, or it would wait without end.
        void (async () => {
          await until(() => most > 1);
          open.delete(String(letter[0]));
          response.end(letter);
        })();
      });
    const layers = letters.map(waiting);
    const { layout, done } = await pull(await offerImage([...layers, layers[0]!]));
    await done;
    expect(most).toBeGreaterThanOrEqual(2);
    expect(most).toBeLessThanOrEqual(3);
    expect((await filesOf(layout)).blobs).toHaveLength(5 + 2);

    let isClosed = false;
    const endless = layerOf(bytes, (response) => {
      response.on('close', () => (isClosed = true));
      response.writeHead(200, { 'content-length': bytes.length }).write('never more');
    });
    const gone = layerOf(Buffer.from('gone'), (response) => response.writeHead(404).end());
    const second = await pull(await offerImage([endless, gone]));
    expect((await failureOf(second.done)).code).toBe('registry-denied');
    await until(() => isClosed);
    expect((await filesOf(second.layout)).halves).toEqual([]);
  });
});

const way = await mountNamespace();

describe('a process', () => {
  const start = (...given: string[]) => {
    const child = spawn(process.execPath, [puller, ...given], { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    return { child, ended: once(child, 'close'), said: text(child.stdout) };
  };

  it('holds a part of a large blob, when it pulls and when it pushes', async () => {
    const layer = largeLayer(300);
    let received = '';
    const registry = await offerImage([layer], (request, response) => {
      if (request.method === 'HEAD') return response.writeHead(404).end();
      if (request.method === 'POST')
        return response.writeHead(202, { location: '/v2/base/blobs/uploads/1' }).end();
      const hash = createHash('sha256');
      request.on('data', (chunk: Buffer) => hash.update(chunk));
      request.on('end', () => {
        const digest = `sha256:${hash.digest('hex')}`;
        if (digest === layer.digest) received = `${digest} ${request.headers['content-length']}`;
        response.writeHead(201).end();
      });
      return undefined;
    });
    const { said, ended } = start(`${registry}/base:v1`, await temporaryFolder(), `${registry}/copy:v1`);
    expect(await ended).toEqual([0, null]);
    expect(received).toBe(`${layer.digest} ${layer.size}`);
    expect(Number(await said) / 1024).toBeLessThan(220);
  });

  it('pulls beside another one into the same layout', async () => {
    let open = 0;
    const layer = layerOf(bytes, (response) => {
      open += 1;
      void (async () => {
        response.writeHead(200, { 'content-length': bytes.length }).write(bytes.subarray(0, 1000));
        await until(() => open > 1);
        response.end(bytes.subarray(1000));
      })();
    });
    const registry = await offerImage([layer]);
    const layout = await temporaryFolder();
    const both = [start(`${registry}/base:v1`, layout), start(`${registry}/base:v1`, layout)];
    for (const { ended } of both) expect(await ended).toEqual([0, null]);
    expect((await readBlob(layout, layer.digest)).equals(bytes)).toBe(true);
    expect((await filesOf(layout)).halves).toEqual([]);
  });

  it('that is killed in the middle of a blob leaves none under its name, and the next one pulls it', async () => {
    let half: (() => void) | undefined;
    const isHalf = new Promise<void>((resolve) => (half = resolve));
    const layer = layerOf(bytes, (response, count) => {
      response.writeHead(200, { 'content-length': bytes.length });
      if (count > 1) response.end(bytes);
      else response.write(bytes.subarray(0, 50_000), () => half?.());
    });
    const registry = await offerImage([layer]);
    const layout = await temporaryFolder();
    const { child, ended } = start(`${registry}/base:v1`, layout);
    await isHalf;
    while ((await filesOf(layout).catch(() => ({ halves: [] }))).halves.length === 0) await pause(5);
    child.kill('SIGKILL');
    await ended;
    expect((await filesOf(layout)).blobs).not.toContain(nameOf(layer.digest));
    await pullImage(clientOf(registry), layout, platform);
    expect((await readBlob(layout, layer.digest)).equals(bytes)).toBe(true);
  });

  it.skipIf(way === 'none')('says so when the disk is full, and leaves nothing half-written', async () => {
    const registry = await offerImage([largeLayer(16)]);
    const [context, disk] = [await contextOf(registry), await temporaryFolder()];
    const script =
      'mount -t tmpfs -o size=4m tmpfs "$0"; "$@"; echo "ended with $?"; find "$0" -path "*/.tmp/*"';
    const given = [
      '--context',
      context,
      '--store',
      disk,
      '--image',
      'x.test/a',
      '--tag',
      'v0.1.0-1.gabc1234',
    ];
    const child = spawn(
      'unshare',
      [...(way as string[]), 'sh', '-c', script, disk, process.execPath, cli, 'image', 'build', ...given],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const [out, said] = await Promise.all([text(child.stdout), text(child.stderr)]);
    expect(said).toMatch(/^error\[system-error\]: .*the disk is full \(ENOSPC\)/);
    expect(out).toBe('ended with 3\n');
  });
});

describe('a push', () => {
  it('begins another upload when the connection breaks in the middle of one', async () => {
    const { layout, done } = await pull(await offerImage([layerOf(bytes)]));
    await tagManifest(layout, 'v1', await done);
    const [started, uploads]: [string[], Map<string, number>] = [[], new Map()];
    const registry = await offerImage([], (request, response) => {
      const { pathname } = new URL(request.url ?? '', 'http://x');
      if (request.method === 'HEAD') return response.writeHead(404).end();
      if (request.method === 'POST') {
        const location = `/v2/base/blobs/uploads/${started.length}`;
        started.push(location);
        return response.writeHead(202, { location }).end();
      }
      const isFirst = request.headers['content-length'] === String(bytes.length) && uploads.size === 0;
      if (isFirst) uploads.set(pathname, 0);
      if (isFirst) return request.once('data', () => request.socket.destroy());
      let length = 0;
      request.on('data', (chunk: Buffer) => (length += chunk.length));
      request.on('end', () => {
        uploads.set(pathname, length);
        response.writeHead(201).end();
      });
      return undefined;
    });
    const client = clientOf(registry);
    const image = (await findImage(layout, 'v1'))!;
    expect(await pushImage(client, layout, 'v1')).toBe(image.digest);
    expect(new Set(started).size).toBe(3);
    expect([...uploads.values()].filter((length) => length === bytes.length)).toHaveLength(1);
  });

  it('gives a registry up that takes nothing more', async () => {
    const { layout, done } = await pull(await offerImage([largeLayer(16)]));
    await tagManifest(layout, 'v1', await done);
    const registry = await offerImage([], (request, response) => {
      if (request.method === 'HEAD') return response.writeHead(404).end();
      if (request.method === 'POST') return response.writeHead(202, { location: '/upload' }).end();
      return request.pause();
    });
    const error = await failureOf(pushImage(clientOf(registry, { idleMs: 300, attempts: 2 }), layout, 'v1'));
    expect(error.code).toBe('registry-unreachable');
    expect(error.message).toMatch(/take the blob sha256:\w+ \(.*\/base:v1\), after 2 attempts: nothing came/);
  });
});

describe('a base image', () => {
  it('with devices, pipes and hard links to them is built upon, and its layers stay as they are', async () => {
    const tar = pack();
    tar.entry({ name: 'dev/', type: 'directory' });
    tar.entry({ name: 'dev/console', type: 'character-device', devmajor: 5, devminor: 1 });
    tar.entry({ name: 'dev/sda', type: 'block-device', devmajor: 8, devminor: 0 });
    tar.entry({ name: 'dev/initctl', type: 'fifo' });
    tar.entry({ name: 'dev/same', type: 'link', linkname: 'dev/console' });
    tar.entry({ name: 'etc/os-release' }, 'ID=debian\n');
    tar.finalize();
    const chunks: Buffer[] = [];
    for await (const chunk of tar as unknown as AsyncIterable<Buffer>) chunks.push(chunk);
    const layer = layerOf(Buffer.concat(chunks));
    const registry = await offerImage([layer]);
    const store = await temporaryFolder();
    const tag = 'v0.1.0-1.gabc1234';
    const context = await folderWith({
      Dockerfile: `FROM ${registry}/base:v1\nCOPY a /dev/\nCOPY a /dev/console\n`,
      a: 'a',
    });
    const built = await buildImage({ context, store, image: 'x.test/team/a', tag });
    expect(built.layers[0]).toEqual({ digest: layer.digest, size: layer.size });
    expect((await findImage(built.layout, tag))!.manifest.layers[0]!.mediaType).toBe(tarLayerType);
    const root = join(await temporaryFolder(), 'root');
    await unpackImage(built.layout, built.digest, root);
    expect(await contentOf(root)).toEqual({
      dev: '/',
      'dev/a': 'a',
      'dev/console': 'a',
      etc: '/',
      'etc/os-release': 'ID=debian\n',
    });
  });

  it('that is not a tar is refused by its layer', async () => {
    const registry = await offerImage([layerOf(Buffer.from('not a tar at all'))]);
    const options = { store: await temporaryFolder(), image: 'x.test/team/a', tag: 'v0.1.0-1.gabc1234' };
    const build = buildImage({ context: await contextOf(registry), ...options });
    await expect(build).rejects.toThrowError(withCode('image-invalid'));
  });
});
