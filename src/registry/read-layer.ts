import { gunzipSync } from 'node:zlib';
import { extract, type Header } from 'tar-stream';
import { BitiqError } from '../model/errors.ts';
import type { FileTree } from './file-tree.ts';
import type { Descriptor } from './image-types.ts';
import { gzipLayerType, layerTypeOf } from './media-types.ts';

/** One entry of a layer's tar. `path` is clean: no leading or trailing /, no `.` or `..`; the root is the empty path. */
export interface TarEntry {
  readonly path: string;
  readonly type: 'file' | 'directory' | 'symlink' | 'link';
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** What a symbolic or hard link points to, as written. */
  readonly target: string;
  readonly content: Buffer;
}

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

/** Reads a layer; throws `image-invalid` for what has no rule and `image-unsafe` for a path that leaves the image. */
export async function readLayer(descriptor: Descriptor, blob: Uint8Array): Promise<LayerContent> {
  const type = layerTypeOf(descriptor.mediaType);
  if (!type) throw unsupported(descriptor, `it is of type ${descriptor.mediaType}`);
  let tar: Uint8Array;
  try {
    tar = type === gzipLayerType ? gunzipSync(blob, { maxOutputLength: layerSizeLimit }) : blob;
  } catch (error) {
    throw unsupported(descriptor, `it is no gzip of at most ${layerSizeLimit} bytes`, error);
  }
  const removed: string[] = [];
  const emptied: string[] = [];
  const entries: TarEntry[] = [];
  let parts = 0;
  await eachEntry(tar, descriptor, (header, content) => {
    const path = cleanPath(header.name, descriptor);
    parts += path.split('/').length;
    if (parts > mostParts) throw unsafe(descriptor, `its paths have more than ${mostParts} parts`);
    const slash = path.lastIndexOf('/');
    const name = path.slice(slash + 1);
    const parent = path.slice(0, Math.max(slash, 0));
    if (name === '.wh..wh..opq') emptied.push(parent);
    else if (name.startsWith('.wh.')) removed.push(cleanPath(`${parent}/${name.slice(4)}`, descriptor));
    else entries.push(entryOf(header, path, content, descriptor));
  });
  return { removed, emptied, entries };
}

/** Brings what a layer does into a tree. */
export function addToTree(tree: FileTree, { removed, emptied, entries }: LayerContent): void {
  tree.removeAll({ removed, emptied });
  for (const { path, type, mode, uid, gid, target } of entries) {
    if (path !== '') tree.set(path, { type: type === 'link' ? 'file' : type, mode, uid, gid, target });
  }
}

function eachEntry(
  tar: Uint8Array,
  descriptor: Descriptor,
  take: (header: Header, content: Buffer) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const reader = extract();
    const fail = (error: unknown) => {
      reader.destroy();
      reject(error instanceof BitiqError ? error : unsupported(descriptor, 'its tar cannot be read', error));
    };
    reader.on('entry', (header, stream, next) => {
      // A folder has no content. The content of one that says a size is never given, and would be waited for without end.
      if (header.type === 'directory') header.size = 0;
      const chunks: Uint8Array[] = [];
      stream.on('data', (chunk) => chunks.push(chunk as Uint8Array));
      stream.on('end', () => {
        try {
          take(header, Buffer.concat(chunks));
          next();
        } catch (error) {
          fail(error);
        }
      });
    });
    reader.on('finish', () => resolve());
    reader.on('error', fail);
    reader.end(tar);
  });
}

function entryOf(header: Header, path: string, content: Buffer, descriptor: Descriptor): TarEntry {
  const type = header.type === 'contiguous-file' ? 'file' : header.type;
  if (type !== 'file' && type !== 'directory' && type !== 'symlink' && type !== 'link') {
    throw unsupported(descriptor, `/${path} is a ${type}`);
  }
  if (path === '' && type !== 'directory') throw unsafe(descriptor, 'its root is not a folder');
  const { mode, uid, gid } = header;
  return { path, type, mode, uid, gid, target: header.linkname ?? '', content };
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
    fix: 'Do not use this image; ask whoever made it.',
  });
}

function unsupported({ digest }: Descriptor, what: string, cause?: unknown): BitiqError {
  return new BitiqError({
    code: 'image-invalid',
    message: `The layer ${digest} cannot be read: ${what}.`,
    fix: 'Take an image whose layers are tar or tar+gzip and hold only files, folders and links.',
    cause,
  });
}
