import { mkdir, readFile, readdir, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder, verifyLayout, withCode } from '../../test/images/kit.ts';
import { digestOf } from './digest.ts';
import { readBlob, shareBlob, writeBlob } from './blobs.ts';
import { findImage, layoutFolder, listTags, tagManifest } from './layout.ts';
import { configType, manifestType } from './media-types.ts';

/** Stores an image without layers, and gives its manifest's descriptor. */
async function store(folder: string, note: string) {
  const config = Buffer.from(
    JSON.stringify({
      architecture: 'amd64',
      os: 'linux',
      author: note,
      rootfs: { type: 'layers', diff_ids: [] },
    }),
  );
  const descriptor = { mediaType: configType, digest: await writeBlob(folder, config), size: config.length };
  const manifest = Buffer.from(
    JSON.stringify({ schemaVersion: 2, mediaType: manifestType, config: descriptor, layers: [] }),
  );
  return { mediaType: manifestType, digest: await writeBlob(folder, manifest), size: manifest.length };
}

describe('layoutFolder', () => {
  it('has one folder for each part, and no colon', () => {
    expect(layoutFolder('/s', 'ghcr.io/bitiq-io/toy-service')).toBe('/s/ghcr.io/bitiq-io/toy-service');
    expect(layoutFolder('/s', 'localhost:5000/x')).toBe('/s/localhost_5000/x');
    expect(() => layoutFolder('/s', '../x')).toThrowError(withCode('name-invalid'));
  });
});

describe('a layout', () => {
  it('finds what was stored under each tag', async () => {
    const folder = await temporaryFolder();
    expect(await listTags(folder)).toEqual([]);
    expect(await findImage(folder, 'a')).toBeUndefined();
    const [one, two] = [await store(folder, 'one'), await store(folder, 'two')];
    await tagManifest(folder, 'b', one);
    await tagManifest(folder, 'a', two);
    expect(await listTags(folder)).toEqual(['a', 'b']);
    expect((await findImage(folder, 'b'))?.digest).toBe(one.digest);
    await tagManifest(folder, 'b', two);
    expect((await findImage(folder, 'b'))?.config['author']).toBe('two');
    expect(await verifyLayout(folder)).toEqual([]);
    expect(JSON.parse(await readFile(join(folder, 'oci-layout'), 'utf8'))).toEqual({
      imageLayoutVersion: '1.0.0',
    });
    expect(await readdir(join(folder, '.tmp'))).toEqual([]);
  });

  it('keeps what another tool put into index.json', async () => {
    const folder = await temporaryFolder();
    const one = await store(folder, 'one');
    const foreign = { ...one, annotations: { 'org.opencontainers.image.ref.name': 'theirs' } };
    await writeFile(
      join(folder, 'index.json'),
      JSON.stringify({ schemaVersion: 2, manifests: [foreign, one] }),
    );
    await tagManifest(folder, 'ours', one);
    expect(await listTags(folder)).toEqual(['ours', 'theirs']);
    const index = JSON.parse(await readFile(join(folder, 'index.json'), 'utf8')) as { manifests: unknown[] };
    expect(index.manifests).toHaveLength(3);
  });

  it('brings index.json to what the tags say, when a writer was killed before it wrote it', async () => {
    const folder = await temporaryFolder();
    await tagManifest(folder, 'a', await store(folder, 'one'));
    const before = await readFile(join(folder, 'index.json'));
    await tagManifest(folder, 'b', await store(folder, 'two'));
    await writeFile(join(folder, 'index.json'), before);
    expect(await listTags(folder)).toEqual(['a', 'b']);
    await tagManifest(folder, 'c', await store(folder, 'three'));
    expect(await readFile(join(folder, 'index.json'), 'utf8')).toMatch(/"b"[\s\S]*"c"/);
  });

  it('never gives bytes that are not what they are called', async () => {
    const folder = await temporaryFolder();
    await tagManifest(folder, 'a', await store(folder, 'one'));
    const { manifest } = (await findImage(folder, 'a'))!;
    const path = join(folder, 'blobs', ...manifest.config.digest.split(':'));
    await writeFile(path, (await readFile(path, 'utf8')).replace('one', 'two'));
    await expect(findImage(folder, 'a')).rejects.toThrowError(withCode('image-invalid'));
    expect(await verifyLayout(folder)).toHaveLength(1);
    await writeFile(join(folder, 'index.json'), '{');
    await expect(listTags(folder)).rejects.toThrowError(withCode('image-invalid'));
    await expect(readBlob(folder, digestOf(Buffer.from('?')))).rejects.toThrowError(/is missing/);
  });

  it('writes a blob again that was cut off', async () => {
    const folder = await temporaryFolder();
    const digest = await writeBlob(folder, Buffer.from('whole'));
    await writeFile(join(folder, 'blobs', ...digest.split(':')), 'who');
    await writeBlob(folder, Buffer.from('whole'));
    expect((await readBlob(folder, digest)).toString()).toBe('whole');
  });

  it('removes what killed processes left, but not what others are writing', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, '.tmp'), { recursive: true });
    for (const name of ['old', 'new']) await writeFile(join(folder, '.tmp', name), '');
    await utimes(join(folder, '.tmp/old'), 1, 1);
    await tagManifest(folder, 'a', await store(folder, 'one'));
    expect(await readdir(join(folder, '.tmp'))).toEqual(['new']);
  });

  it('shares a blob with another layout', async () => {
    const [from, to] = [await temporaryFolder(), await temporaryFolder()];
    const digest = await writeBlob(from, Buffer.from('layer'));
    await shareBlob(from, to, { mediaType: 'x', digest, size: 5 });
    expect((await readBlob(to, digest)).toString()).toBe('layer');
    expect((await stat(join(to, 'blobs', ...digest.split(':')))).nlink).toBe(2);
  });
});
