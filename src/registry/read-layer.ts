import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract, type Header } from 'tar-stream';
import { BitiqError } from '../model/errors.ts';
import type { FileTree } from './file-tree.ts';
import type { Descriptor } from './image-types.ts';
import { gzipLayerType, layerTypeOf } from './media-types.ts';

/** One entry of a layer's tar. `path` is clean: no leading or trailing /, no `.` or `..`; the root is the empty path. */
export interface TarEntry {
  readonly path: string;
  /** `special` is a device or a named pipe, as Debian's base images have them. */
  readonly type: 'file' | 'directory' | 'symlink' | 'link' | 'special';
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** What a symbolic or hard link points to, as written. */
  readonly target: string;
}

/** The bytes of a layer as they are stored. */
export type LayerBytes = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** What a layer does: first it takes away, then it adds. */
export interface LayerContent {
  /** Paths that exist no more. */
  readonly removed: readonly string[];
  /** Folders of which everything below is gone. */
  readonly emptied: readonly string[];
  readonly entries: readonly TarEntry[];
}

/** A gigabyte unpacked: no service of a laptop has more in one layer, and a bomb of gzip would. */
const layerSizeLimit = 1024 ** 3;

/** No program has more, and a bomb of folders would: each entry may make as many as its path has parts. */
const mostParts = 10_000_000;
/** What Linux takes for a path, and more folders in one another than any tool makes. */
const [longestPath, deepestPath] = [4096, 256];

/** Reads what a layer does, without the content of files. Throws as `eachEntry` does. */
export async function readLayer(descriptor: Descriptor, bytes: LayerBytes): Promise<LayerContent> {
  const removed: string[] = [];
  const emptied: string[] = [];
  const entries: TarEntry[] = [];
  await readTar(descriptor, bytes, (header, path) => {
    const whiteout = whiteoutOf(path, descriptor);
    if (whiteout?.empties !== undefined) emptied.push(whiteout.empties);
    else if (whiteout?.removes !== undefined) removed.push(whiteout.removes);
    else entries.push(entryOf(header, path, descriptor));
  });
  return { removed, emptied, entries };
}

/**
 * Calls `take` with each entry that a layer adds, in their order, and the bytes of its content. Holds a part of the layer at a time.
 * Throws `image-invalid` for what has no rule and `image-unsafe` for a path that leaves the image.
 */
export async function eachEntry(
  descriptor: Descriptor,
  bytes: LayerBytes,
  take: (entry: TarEntry, content: AsyncIterable<Uint8Array>) => Promise<void>,
): Promise<void> {
  await readTar(descriptor, bytes, async (header, path, content) => {
    if (whiteoutOf(path, descriptor) === undefined) await take(entryOf(header, path, descriptor), content);
  });
}

/** Brings what a layer does into a tree. */
export function addToTree(tree: FileTree, { removed, emptied, entries }: LayerContent): void {
  tree.removeAll({ removed, emptied });
  for (const { path, type, mode, uid, gid, target } of entries) {
    const known = type === 'directory' || type === 'symlink' ? type : 'file';
    if (path !== '') tree.set(path, { type: known, mode, uid, gid, target });
  }
}

async function readTar(
  descriptor: Descriptor,
  bytes: LayerBytes,
  take: (header: Header, path: string, content: AsyncIterable<Uint8Array>) => Promise<void> | void,
): Promise<void> {
  const type = layerTypeOf(descriptor.mediaType);
  if (!type) throw unsupported(descriptor, `it is of type ${descriptor.mediaType}`);
  const reader = extract();
  let parts = 0;
  const takeOne = async (header: Header, content: AsyncIterable<Uint8Array>) => {
    const path = cleanPath(header.name, descriptor);
    parts += path.split('/').length;
    if (parts > mostParts) throw unsafe(descriptor, `its paths have more than ${mostParts} parts`);
    await take(header, path, content);
  };
  let failure: { readonly error: unknown } | undefined;
  reader.on('entry', (header, stream, next) => {
    // A folder has no content. tar-stream never ends the content of one with a size, so the size is ignored.
    if (header.type === 'directory') header.size = 0;
    const goOn = () => {
      stream.resume();
      next();
    };
    const giveUp = (error: unknown) => {
      failure = { error };
      reader.destroy(new Error('given up'));
    };
    takeOne(header, stream as AsyncIterable<Uint8Array>).then(goOn, giveUp);
  });
  const unpacked = limitTo(layerSizeLimit, descriptor);
  try {
    if (type === gzipLayerType)
      await pipeline(Readable.from(bytes), createGunzip({ chunkSize: 262_144 }), unpacked, reader);
    else await pipeline(Readable.from(bytes), unpacked, reader);
  } catch (error) {
    if (failure !== undefined) throw failure.error;
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (error instanceof BitiqError || syscall !== undefined) throw error;
    const isGzip = code?.startsWith('Z_') === true;
    throw unsupported(descriptor, `its ${isGzip ? 'gzip' : 'tar'} cannot be read`, error);
  }
}

function limitTo(most: number, descriptor: Descriptor) {
  return async function* (chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let length = 0;
    for await (const chunk of chunks) {
      length += chunk.length;
      if (length > most) throw unsupported(descriptor, `it unpacks to more than ${most} bytes`);
      yield chunk;
    }
  };
}

/** What an entry takes away from the layers below: one path, or all that is in a folder; undefined for one that adds something. */
function whiteoutOf(
  path: string,
  descriptor: Descriptor,
): { readonly removes?: string; readonly empties?: string } | undefined {
  const slash = path.lastIndexOf('/');
  const name = path.slice(slash + 1);
  const parent = path.slice(0, Math.max(slash, 0));
  if (name === '.wh..wh..opq') return { empties: parent };
  return name.startsWith('.wh.')
    ? { removes: cleanPath(`${parent}/${name.slice(4)}`, descriptor) }
    : undefined;
}

const types = new Map<Header['type'], TarEntry['type']>([
  ['file', 'file'],
  ['contiguous-file', 'file'],
  ['directory', 'directory'],
  ['symlink', 'symlink'],
  ['link', 'link'],
  ['character-device', 'special'],
  ['block-device', 'special'],
  ['fifo', 'special'],
]);

function entryOf(header: Header, path: string, descriptor: Descriptor): TarEntry {
  const type = types.get(header.type);
  if (type === undefined) throw unsupported(descriptor, `/${path} is a ${header.type}`);
  if (path === '' && type !== 'directory') throw unsafe(descriptor, 'its root is not a folder');
  const { mode, uid, gid } = header;
  return { path, type, mode, uid, gid, target: header.linkname ?? '' };
}

/** A path of a tar without `.`, doubled and outer slashes; one with `..` or a NUL byte, or one that is too deep, is refused. */
function cleanPath(name: string, descriptor: Pick<Descriptor, 'digest'>): string {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..') || name.includes('\0'))
    throw unsafe(descriptor, `${JSON.stringify(name)} leaves the image`);
  if (parts.length > deepestPath || name.length > longestPath)
    throw unsafe(
      descriptor,
      `a path has ${parts.length} parts and ${name.length} characters, and bitiq takes ${deepestPath} and ${longestPath} at most`,
    );
  return parts.join('/');
}

function unsafe({ digest }: Pick<Descriptor, 'digest'>, what: string): BitiqError {
  return new BitiqError({
    code: 'image-unsafe',
    message: `The layer ${digest} is not safe to unpack: ${what}.`,
    fix: 'Do not use this image; report it to its author.',
  });
}

function unsupported({ digest }: Descriptor, what: string, cause?: unknown): BitiqError {
  return new BitiqError({
    code: 'image-invalid',
    message: `The layer ${digest} cannot be read: ${what}.`,
    fix: 'Use an image whose layers are tar or tar+gzip and at most 1 GiB each when unpacked.',
    cause,
  });
}
