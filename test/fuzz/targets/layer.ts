import { randomUUID } from 'node:crypto';
import { lstat, mkdir, readdir, readFile, readlink, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve, sep } from 'node:path';
import { gzipSync } from 'node:zlib';
import { writeBlob } from '../../../src/registry/blobs.ts';
import { configType, gzipLayerType, manifestType, tarLayerType } from '../../../src/registry/media-types.ts';
import { readLayer } from '../../../src/registry/read-layer.ts';
import { unpackImage } from '../../../src/registry/unpack.ts';
import { fc } from '../../kit/fast-check.ts';
import { corpusOf, inputsOf, type FuzzTarget } from '../fuzz-target.ts';

const part = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.constantFrom('a', 'b', 'c', '.', '..', '', '.wh.a', '.wh..wh..opq', '.wh.', '.wh...'),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 5 }) },
);
const path = fc.array(part, { maxLength: 4 }).map((parts) => parts.join('/'));
const linkTarget = fc.oneof(
  path,
  fc.constantFrom('/', '/outside', '../outside', '../outside/kept', '../../a', '.'),
);
const entry = fc.record({
  name: path,
  link: linkTarget,
  // Files, hard and symbolic links, a device, a folder, a pipe, and what gives the next entry another name.
  type: fc.constantFrom(...'000222115555', '3', '6', 'L', 'K', 'x', 'g', '7', 'S', '\0'),
  mode: fc.constantFrom('0000644', '0004755', '0000000', '0000777', 'x'),
  content: fc.oneof(
    fc.string({ maxLength: 8 }),
    path,
    fc.constantFrom('19 path=../outside\n', '12 size=-1\n', '15 linkpath=/x\n'),
  ),
});

function printEntry({
  name,
  link,
  type,
  mode,
  content,
}: typeof entry extends fc.Arbitrary<infer T> ? T : never): Buffer {
  const body = Buffer.from(content);
  const head = Buffer.alloc(512);
  head.write(name, 0, 100);
  head.write(mode, 100, 8);
  head.write('0000000', 108);
  head.write('0000000', 116);
  head.write(body.length.toString(8).padStart(11, '0'), 124);
  head.write('00000000000', 136);
  head.write('        ', 148);
  head.write(type, 156);
  head.write(link, 157, 100);
  head.write('ustar\x0000', 257, 'latin1');
  const sum = head.reduce((all, byte) => all + byte, 0);
  head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([head, body, Buffer.alloc((512 - (body.length % 512)) % 512)]);
}

const tar = fc
  .array(entry, { maxLength: 7 })
  .map((entries) => Buffer.concat([...entries.map(printEntry), Buffer.alloc(1024)]));
const zipped = tar.map((bytes) => gzipSync(bytes, { level: 1 }));

/** Unpacks an image with this layer twice, so that the second meets the links of the first; nothing beside it may change. */
async function unpackTwice(layer: Buffer, mediaType: string): Promise<unknown> {
  const above = join(tmpdir(), `bitiq-fuzz-layer-${randomUUID()}`);
  const [layout, image, outside] = [
    join(above, 'layout'),
    join(above, 'images/image'),
    join(above, 'images/outside'),
  ];
  await mkdir(outside, { recursive: true });
  await writeFile(join(outside, 'kept'), 'kept');
  try {
    const config = Buffer.from(
      '{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}',
    );
    const descriptor = { mediaType, digest: await writeBlob(layout, layer), size: layer.length };
    const manifest = {
      schemaVersion: 2,
      mediaType: manifestType,
      config: { mediaType: configType, digest: await writeBlob(layout, config), size: config.length },
      layers: [descriptor, descriptor],
    };
    const digest = await writeBlob(layout, Buffer.from(JSON.stringify(manifest)));
    const failure = await unpackImage(layout, digest, image).then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
    const beside = [await readdir(above), await readdir(join(above, 'images')), await readdir(outside)];
    const wanted = [['images', 'layout'], failure ? ['outside'] : ['image', 'outside'], ['kept']];
    if (JSON.stringify(beside.map((names) => names.sort())) !== JSON.stringify(wanted))
      throw new Error(`something was written outside of the image: ${JSON.stringify(beside)}`);
    const kept = await lstat(join(outside, 'kept'));
    if (kept.nlink !== 1 || (await readFile(join(outside, 'kept'), 'utf8')) !== 'kept')
      throw new Error('a file outside of the image was changed or linked');
    if (failure) throw failure.error;
    return await listInside(await realpath(image));
  } finally {
    await rm(above, { recursive: true, force: true });
  }
}

async function listInside(root: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const each of await readdir(root, { recursive: true, withFileTypes: true })) {
    const at = join(each.parentPath, each.name);
    const name = at.slice(root.length);
    if (!each.isSymbolicLink()) {
      found.push(each.isDirectory() ? `${name}/` : `${name}: ${await readFile(at, 'hex')}`);
      continue;
    }
    const written = await readlink(at);
    const meant = await realpath(at).catch(() => resolve(dirname(at), written));
    if (meant !== root && !meant.startsWith(root + sep))
      throw new Error(`${name} -> ${written} leads outside`);
    found.push(`${name} -> ${written}`);
  }
  return found.sort();
}

const seeds = corpusOf('layer');
const words = ['\x1f\x8b\x08', 'ustar\x0000', '../', 'a/', '.wh.', '\0', '0000644\0', '19 path=../outside\n'];

/** The bytes of a layer of an image, as tar and as gzip. */
export const target: FuzzTarget = {
  name: 'layer',
  arbitrary: inputsOf(words, seeds, [tar, zipped]),
  seeds,
  cases: 150,
  run: async (bytes) => {
    const type = bytes[0] === 0x1f ? gzipLayerType : tarLayerType;
    await readLayer({ mediaType: type, digest: `sha256:${'0'.repeat(64)}`, size: bytes.length }, [bytes]);
    return unpackTwice(bytes, type);
  },
};
