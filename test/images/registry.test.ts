import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { buildImage } from '../../src/actions/image/build.ts';
import { parseImageReference } from '../../src/model/image-reference.ts';
import { run } from '../../src/process/run.ts';
import { connect } from '../../src/registry/client.ts';
import { digestOf } from '../../src/registry/digest.ts';
import { readBlob, writeBlob } from '../../src/registry/blobs.ts';
import { findImage, layoutFolder, tagManifest } from '../../src/registry/layout.ts';
import { packLayer, type LayerEntry } from '../../src/registry/layer.ts';
import { configType, manifestType } from '../../src/registry/media-types.ts';
import { findRemoteDigest, listRemoteTags, pullImage } from '../../src/registry/pull.ts';
import { pushImage } from '../../src/registry/push.ts';
import { unpackImage } from '../../src/registry/unpack.ts';
import {
  contentOf,
  folderWith,
  hasTool,
  readWholeLayer,
  temporaryFolder,
  verifyLayout,
  withCode,
} from './kit.ts';
import { startRegistry } from './registry-server.ts';

const tag = 'v0.1.0-3.gabc1234';
const linux = { os: 'linux', architecture: 'amd64' };
const files = {
  Dockerfile: 'FROM scratch\nWORKDIR /app\nCOPY a /app/\nCMD ["node", "a"]\n',
  a: 'content',
};

/** Sets what the test's own process is logged in with. */
async function logIn(config: object): Promise<void> {
  const before = process.env['DOCKER_CONFIG'];
  process.env['DOCKER_CONFIG'] = await folderWith({ 'config.json': JSON.stringify(config) });
  onTestFinished(() => {
    if (before === undefined) delete process.env['DOCKER_CONFIG'];
    else process.env['DOCKER_CONFIG'] = before;
  });
}

/** Pushes an image with a home folder of another user, a /tmp for all, and a link, as base images have them. */
async function pushBase(reference: string): Promise<string> {
  const folder = (path: string, mode: number, uid = 0): LayerEntry => ({
    path,
    type: 'directory',
    mode,
    uid,
    gid: uid,
  });
  const layers = [
    await packLayer([
      folder('tmp', 0o1777),
      folder('home', 0o755),
      folder('home/node', 0o700, 1000),
      folder('usr', 0o755),
      folder('usr/bin', 0o755),
      { path: 'bin', type: 'symlink', mode: 0o777, uid: 0, gid: 0, target: 'usr/bin' },
    ]),
    await packLayer([
      { path: 'usr/bin/node', type: 'file', mode: 0o755, uid: 0, gid: 0, content: Buffer.from('node') },
    ]),
  ];
  const layout = await temporaryFolder();
  const config = Buffer.from(
    JSON.stringify({
      architecture: 'amd64',
      os: 'linux',
      config: {
        Env: ['PATH=/usr/bin', 'NODE_VERSION=22'],
        Entrypoint: ['docker-entrypoint.sh'],
        Cmd: ['node'],
        Labels: null,
      },
      rootfs: { type: 'layers', diff_ids: layers.map((layer) => layer.diffId) },
      history: layers.map(() => ({ created_by: 'base' })),
    }),
  );
  for (const layer of layers) await writeBlob(layout, layer.blob);
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: manifestType,
      config: { mediaType: configType, digest: await writeBlob(layout, config), size: config.length },
      layers: layers.map((layer) => layer.descriptor),
    }),
  );
  const digest = await writeBlob(layout, manifest);
  await tagManifest(layout, '22', { mediaType: manifestType, digest, size: manifest.length });
  return pushImage(connect(parseImageReference(reference)), layout, '22');
}

describe.skipIf(!hasTool('docker-registry'))('a real registry', () => {
  it('takes an image and gives the same one back', async () => {
    const registry = await startRegistry();
    const image = `${registry}/team/app`;
    const context = await folderWith(files);
    const store = await temporaryFolder();
    const built = await buildImage({ context, image, tag, store, push: true });
    expect(built.pushed).toBe(true);

    const client = connect(parseImageReference(built.reference));
    expect(await findRemoteDigest(client, tag)).toBe(built.digest);
    expect(await findRemoteDigest(client, 'v9.9.9-0.gabc1234')).toBeUndefined();
    await buildImage({ context, image, tag: 'v0.1.0-4.gabc1234', store, push: true });
    expect((await listRemoteTags(client)).sort()).toEqual([tag, 'v0.1.0-4.gabc1234']);

    const folder = await temporaryFolder();
    const pulled = await pullImage(client, folder, linux);
    expect(pulled.digest).toBe(built.digest);
    const target = join(await temporaryFolder(), 'root');
    await unpackImage(folder, pulled.digest, target);
    expect(await contentOf(target)).toEqual({ app: '/', 'app/a': 'content' });
  });

  it.skipIf(!hasTool('skopeo'))('has what skopeo reads', async () => {
    const image = `${await startRegistry()}/team/app`;
    const built = await buildImage({
      context: await folderWith(files),
      image,
      tag,
      store: await temporaryFolder(),
      push: true,
    });
    const seen = await run('skopeo', ['inspect', '--tls-verify=false', `docker://${built.reference}`], {
      to: 'read it',
    });
    expect(JSON.parse(seen.stdout.toString())).toMatchObject({ Digest: built.digest, RepoTags: [tag] });
  });

  it('gives a base to build upon: its layers, its configuration, and its folders as they are', async () => {
    const registry = await startRegistry();
    const base = `${registry}/library/node:22`;
    const baseDigest = await pushBase(base);
    const context = await folderWith({
      ...files,
      Dockerfile: `FROM ${base}\nWORKDIR /home/node/app\nENV NODE_VERSION=23\nCOPY a ./\nCOPY a /tmp/\nCOPY a /bin/tool\nENTRYPOINT ["node"]\n`,
    });
    const store = await temporaryFolder();
    const built = await buildImage({ context, image: `${registry}/team/app`, tag, store, push: true });
    const stored = (await findImage(built.layout, tag))!;
    expect(await verifyLayout(built.layout)).toEqual([]);
    expect(stored.manifest.layers).toHaveLength(2 + 3);
    expect(stored.config.rootfs.diff_ids).toHaveLength(5);
    expect(stored.config.history?.filter((entry) => !entry.empty_layer)).toHaveLength(5);
    expect(stored.config.config).toMatchObject({
      Env: ['PATH=/usr/bin', 'NODE_VERSION=23', `BITIQ_TAG=${tag}`, 'BITIQ_COMMIT=abc1234'],
      Entrypoint: ['node'],
      WorkingDir: '/home/node/app',
      Labels: {
        'org.opencontainers.image.base.name': base,
        'org.opencontainers.image.base.digest': baseDigest,
      },
    });
    expect(stored.config.config?.Cmd).toBeUndefined();
    const own = [];
    for (const layer of stored.manifest.layers.slice(2)) {
      own.push(...(await readWholeLayer(layer, await readBlob(built.layout, layer.digest))));
    }
    expect(own.map(({ path, type, mode, uid }) => [path, type, mode.toString(8), uid])).toEqual([
      ['home', 'directory', '755', 0],
      ['home/node', 'directory', '700', 1000],
      ['home/node/app', 'directory', '755', 0],
      ['home/node/app/a', 'file', '644', 0],
      ['tmp', 'directory', '1777', 0],
      ['tmp/a', 'file', '644', 0],
      ['usr', 'directory', '755', 0],
      ['usr/bin', 'directory', '755', 0],
      ['usr/bin/tool', 'file', '644', 0],
    ]);
    const target = join(await temporaryFolder(), 'root');
    await unpackImage(built.layout, built.digest, target);
    expect(await contentOf(target)).toMatchObject({
      bin: '-> usr/bin',
      'usr/bin/node': 'node',
      'usr/bin/tool': 'content',
    });
    const again = await buildImage({
      context,
      image: `${registry}/team/app`,
      tag,
      store: await temporaryFolder(),
    });
    expect(again.digest).toBe(built.digest);
  });

  it('says which base is missing, and nothing is stored', async () => {
    const registry = await startRegistry();
    const store = await temporaryFolder();
    const options = {
      context: await folderWith(files),
      image: 'ghcr.io/team/app',
      tag,
      store,
      base: `${registry}/no/base:1`,
    };
    await expect(buildImage(options)).rejects.toThrowError(withCode('registry-denied'));
    await expect(stat(layoutFolder(store, 'ghcr.io/team/app'))).rejects.toThrowError(/ENOENT/);
  });

  it('is logged in to with what Docker knows', async () => {
    // ann:sesame, by bcrypt: the only form that the registry takes.
    const registry = await startRegistry({
      htpasswd: 'ann:$2b$05$abcdefghijklmnopqrstuuKcS.CYWVYVaLiiCKrrc0A5s3mGesJ9O\n',
    });
    const options = {
      context: await folderWith(files),
      image: `${registry}/team/app`,
      tag,
      store: await temporaryFolder(),
      push: true,
    };
    await logIn({});
    const refused = {
      code: 'registry-denied',
      state: expect.stringMatching(/local store.*registry was not changed/) as string,
    };
    await expect(buildImage(options)).rejects.toThrowError(expect.objectContaining(refused) as Error);
    await logIn({ auths: { [registry]: { auth: Buffer.from('ann:sesame').toString('base64') } } });
    expect((await buildImage(options)).pushed).toBe(true);
  });

  it('is not changed by a push that ends in the middle', async () => {
    const registry = await startRegistry();
    const image = `${registry}/team/app`;
    const built = await buildImage({
      context: await folderWith(files),
      image,
      tag,
      store: await temporaryFolder(),
    });
    const layer = built.layers[0]!;
    await mkdir(join(built.layout, 'blobs/sha256'), { recursive: true });
    await writeFile(join(built.layout, 'blobs', ...layer.digest.split(':')), 'damaged');
    expect(digestOf(Buffer.from('damaged'))).not.toBe(layer.digest);
    const client = connect(parseImageReference(built.reference));
    await expect(pushImage(client, built.layout, tag)).rejects.toThrowError(withCode('image-invalid'));
    expect(await findRemoteDigest(client, tag)).toBeUndefined();
  });
});
