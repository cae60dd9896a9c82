import { mkdir, readFile, readdir, realpath, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'fflate';
import { fc } from '../../test/kit/fast-check.ts';
import { pack, type Header } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { contentOf, temporaryFolder, withCode } from '../../test/images/kit.ts';
import { BitiqError } from '../model/errors.ts';
import { writeBlob } from './blobs.ts';
import { configType, gzipLayerType, manifestType, tarLayerType } from './media-types.ts';
import { readLayer } from './read-layer.ts';
import { unpackImage } from './unpack.ts';

type Entry = Partial<Header> & { name: string; content?: string };
const file = (name: string, content = name): Entry => ({ name, content });
const folder = (name: string): Entry => ({ name, type: 'directory' });
const symlink = (name: string, linkname: string): Entry => ({ name, linkname, type: 'symlink' });
const hardLink = (name: string, linkname: string): Entry => ({ name, linkname, type: 'link' });

async function tarOf(entries: readonly Entry[]): Promise<Buffer> {
  const tar = pack();
  for (const { content, ...header } of entries) tar.entry(header, content ?? '');
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar as unknown as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Stores an image of these layers and unpacks it; the folder above the target is given to look beside it. */
async function unpack(...layers: Entry[][]) {
  const layout = await temporaryFolder();
  const descriptors = [];
  for (const layer of layers) {
    const blob = gzipSync(await tarOf(layer), { level: 1 });
    descriptors.push({ mediaType: gzipLayerType, digest: await writeBlob(layout, blob), size: blob.length });
  }
  const config = Buffer.from(
    '{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}',
  );
  const manifest = {
    schemaVersion: 2,
    mediaType: manifestType,
    config: { mediaType: configType, digest: await writeBlob(layout, config), size: config.length },
    layers: descriptors,
  };
  const digest = await writeBlob(layout, Buffer.from(JSON.stringify(manifest)));
  const above = await temporaryFolder();
  const target = join(above, 'image');
  await mkdir(join(above, 'outside'));
  try {
    await unpackImage(layout, digest, target);
  } finally {
    expect((await readdir(above)).filter((name) => name.includes('tmp'))).toEqual([]);
    expect(await readdir(join(above, 'outside'))).toEqual([]);
  }
  return { target, above, unpackAgain: () => unpackImage(layout, digest, target) };
}

const unpacked = async (...layers: Entry[][]) => contentOf((await unpack(...layers)).target);

describe('unpackImage', () => {
  it('lays layer over layer, whiteouts first', async () => {
    expect(
      await unpacked(
        [folder('a/'), file('a/1'), file('a/2'), file('b/c/3'), file('d/4'), file('e')],
        [
          file('a/5'),
          file('a/.wh.1', ''),
          file('b/.wh..wh..opq', ''),
          file('b/6'),
          file('.wh.d', ''),
          folder('e'),
          file('e/7'),
        ],
      ),
    ).toEqual({ a: '/', 'a/2': 'a/2', 'a/5': 'a/5', b: '/', 'b/6': 'b/6', e: '/', 'e/7': 'e/7' });
  });

  it('takes names with dots, slashes and no folder entries', async () => {
    expect(await unpacked([file('./a//b/./c'), file('/d')])).toEqual({
      a: '/',
      'a/b': '/',
      'a/b/c': './a//b/./c',
      d: '/d',
    });
  });

  it('takes a folder that says a size', async () => {
    const tar = await tarOf([folder('a/'), file('b')]);
    tar.write('00000000017', 124);
    tar.write('        ', 148);
    tar.write(
      `${tar
        .subarray(0, 512)
        .reduce((sum, byte) => sum + byte, 0)
        .toString(8)
        .padStart(6, '0')}\0 `,
      148,
    );
    const { entries } = await readLayer({ mediaType: tarLayerType, digest: 'sha256:0', size: tar.length }, [
      tar,
    ]);
    expect(entries.map(({ path }) => path)).toEqual(['a', 'b']);
  });

  it('keeps only whether a file can be run', async () => {
    const { target } = await unpack([
      { ...file('tool'), mode: 0o4711 },
      { ...file('data'), mode: 0o600 },
    ]);
    expect((await stat(join(target, 'tool'))).mode & 0o7777).toBe(0o755);
    expect((await stat(join(target, 'data'))).mode & 0o7777).toBe(0o644);
  });

  it('lets links mean what they mean in a container', async () => {
    const { target } = await unpack(
      [
        folder('usr/lib'),
        symlink('lib', 'usr/lib'),
        symlink('bin/abs', '/usr/lib'),
        symlink('bin/up', '../../../../usr'),
        symlink('here', '.'),
      ],
      [file('lib/x'), file('here/y'), hardLink('z', 'usr/lib/x'), hardLink('w', '/lib/x')],
    );
    expect(await contentOf(target)).toMatchObject({
      lib: '-> usr/lib',
      'bin/abs': '-> ../usr/lib',
      'bin/up': '-> ../usr',
      'usr/lib/x': 'lib/x',
      y: 'here/y',
      z: 'lib/x',
      w: 'lib/x',
    });
    expect(await readFile(join(target, 'bin/abs/x'), 'utf8')).toBe('lib/x');
  });

  it('replaces a link instead of writing through it', async () => {
    expect(
      await unpacked(
        [file('a'), symlink('l', 'a'), hardLink('h', 'a')],
        [file('l', 'new'), file('h', 'newer')],
      ),
    ).toEqual({
      a: 'a',
      l: 'new',
      h: 'newer',
    });
  });

  it.each<[string, Entry[]]>([
    ['a path with ..', [file('../outside/x')]],
    ['a path with .. inside', [file('a/../../outside/x')]],
    ['a whiteout of ..', [file('.wh...', '')]],
    ['a hard link to nothing of the image', [hardLink('x', '../outside')]],
    ['a hard link to a folder', [folder('d'), hardLink('x', 'd')]],
    ['a file below a link that leads nowhere', [symlink('l', 'nothing'), file('l/x')]],
    ['a link in a circle', [symlink('l', 'm'), symlink('m', 'l'), file('l/x')]],
    ['a hard link through a link in a circle', [symlink('l', 'l'), hardLink('x', 'l/b/c')]],
    ['a hard link through a file', [file('f'), hardLink('x', 'f/b/c')]],
    ['a name that no folder can hold', [file('n'.repeat(256))]],
    ['a link whose target is too long', [symlink('l', 'a/'.repeat(4000))]],
  ])('refuses %s, and leaves nothing', async (_, layer) => {
    await expect(unpack(layer)).rejects.toThrowError(withCode('image-unsafe'));
  });

  it.each<[string, Entry]>([
    ['a file is', file('l')],
    ['links go in a circle', symlink('l', 'l')],
  ])('refuses a whiteout where %s in the way', async (_, lower) => {
    await expect(unpack([lower], [file('l/b/.wh.x', '')])).rejects.toThrowError(withCode('image-unsafe'));
    await expect(unpack([lower], [file('l/b/.wh..wh..opq', '')])).rejects.toThrowError(
      withCode('image-unsafe'),
    );
  });

  it('refuses a path that is deeper than any program has, and unpacks many deep ones quickly', async () => {
    const deep = (depth: number) => 'a/'.repeat(depth);
    for (const path of [`${deep(1000)}f`, `${'a'.repeat(5000)}/f`])
      await expect(unpacked([file(path)])).rejects.toThrowError(withCode('image-unsafe'));
    const started = performance.now();
    const files = Array.from({ length: 300 }, (_, index) => file(`${deep(250)}${index}`));
    await unpack(files);
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  it('follows a link that took the place of a folder', async () => {
    const entries = [file('a/b/one'), file('c/d'), symlink('a', 'c'), file('a/b/two')];
    expect(Object.keys(await unpacked(entries))).toEqual(expect.arrayContaining(['c/b/two']));
  });

  it('leaves out devices and named pipes, and what they replace is gone', async () => {
    const device = (name: string): Entry => ({ name, type: 'character-device', devmajor: 1, devminor: 3 });
    const entries = [
      device('dev/null'),
      { name: 'dev/sda', type: 'block-device', devmajor: 8, devminor: 0 } as const,
      { name: 'dev/pipe', type: 'fifo' } as const,
      hardLink('dev/zero', 'dev/null'),
      file('dev/kept'),
    ];
    expect(await unpacked([file('dev/null'), folder('dev/sda')], entries)).toEqual({
      dev: '/',
      'dev/kept': 'dev/kept',
    });
    expect(await unpacked(entries, [file('dev/null', 'a file now'), hardLink('x', 'dev/null')])).toEqual({
      dev: '/',
      'dev/kept': 'dev/kept',
      'dev/null': 'a file now',
      x: 'a file now',
    });
  });

  it.each<[string, string]>([
    ['S', 'sparse'],
    ['V', 'a volume header'],
  ])('refuses an entry of a type that it does not know (%s, %s)', async (type) => {
    const tar = await tarOf([file('a')]);
    tar.write(type, 156);
    tar.write('        ', 148);
    const sum = tar.subarray(0, 512).reduce((all, byte) => all + byte, 0);
    tar.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    const descriptor = { mediaType: tarLayerType, digest: 'sha256:0', size: tar.length };
    await expect(readLayer(descriptor, [tar])).rejects.toThrowError(withCode('image-invalid'));
  });

  it('takes a folder that is already there as it is', async () => {
    const { target, unpackAgain } = await unpack([file('a')]);
    await writeFile(join(target, 'a'), 'a running service wrote this');
    await unpackAgain();
    expect(await contentOf(target)).toEqual({ a: 'a running service wrote this' });
  });

  it('never writes or leads outside, whatever the layers are', async () => {
    const name = fc.constantFrom(
      'a',
      'b',
      'a/b',
      'a/b/c',
      'b/a',
      '../outside',
      '/',
      '.',
      'a/..',
      '../../etc',
      'a/.wh.b',
      '.wh..wh..opq',
    );
    const entry = fc.oneof(
      name.map((path) => file(path)),
      name.map((path) => folder(path)),
      fc.tuple(name, name).map(([path, to]) => symlink(path, to)),
      fc.tuple(name, name).map(([path, to]) => symlink(path, `/${to}`)),
      fc.tuple(name, name).map(([path, to]) => symlink(path, `../../${to}`)),
      fc.tuple(name, name).map(([path, to]) => hardLink(path, to)),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(entry, { maxLength: 6 }), { minLength: 1, maxLength: 3 }),
        async (layers) => {
          try {
            const { target, above } = await unpack(...layers);
            expect((await readdir(above)).sort()).toEqual(['image', 'outside']);
            for (const each of await readdir(target, { recursive: true, withFileTypes: true })) {
              const path = join(each.parentPath, each.name);
              const real = await realpath(path).catch(() => realpath(dirname(path)));
              expect(`${real}/`.startsWith(`${await realpath(target)}/`)).toBe(true);
            }
          } catch (error) {
            if (!(error instanceof BitiqError)) throw error;
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});
