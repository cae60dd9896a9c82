import { gzipSync } from 'fflate';
import { pack, type Pack } from 'tar-stream';
import { digestOf } from './digest.ts';
import type { Descriptor } from './image-types.ts';
import { gzipLayerType } from './media-types.ts';

/** One thing in a layer. Paths are relative to the image's root, with / between parts and none at the ends. */
export interface LayerEntry {
  readonly path: string;
  readonly type: 'file' | 'directory' | 'symlink';
  /** Permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly content?: Uint8Array;
  readonly target?: string;
}

export interface Layer {
  readonly descriptor: Descriptor;
  /** The digest of the tar before compression. */
  readonly diffId: string;
  readonly blob: Uint8Array;
}

/**
 * Packs entries into a gzipped tar. The same entries, in any order, give the same bytes on every machine:
 * sorted by path, no times, no names of users, and a compressor that is not the machine's own.
 */
export async function packLayer(entries: Iterable<LayerEntry>): Promise<Layer> {
  const tar = pack();
  const done = collect(tar);
  for (const entry of [...entries].sort((a, b) => comparePaths(a.path, b.path))) {
    const header = {
      name: entry.type === 'directory' ? `${entry.path}/` : entry.path,
      type: entry.type,
      mode: entry.mode & 0o7777,
      uid: entry.uid,
      gid: entry.gid,
      mtime: new Date(0),
      uname: '',
      gname: '',
    };
    if (entry.type === 'symlink') tar.entry({ ...header, linkname: entry.target ?? '' });
    else if (entry.type === 'directory') tar.entry(header);
    else tar.entry(header, Buffer.from(entry.content ?? new Uint8Array()));
  }
  tar.finalize();
  const bytes = await done;
  const blob = gzipSync(bytes, { level: 6, mtime: 0 });
  return {
    descriptor: { mediaType: gzipLayerType, digest: digestOf(blob), size: blob.length },
    diffId: digestOf(bytes),
    blob,
  };
}

/** Part by part, so that a folder comes before what is in it and next to it; by code unit, never by locale. */
function comparePaths(a: string, b: string): number {
  const left = a.split('/');
  const right = b.split('/');
  for (let index = 0; ; index++) {
    const [l, r] = [left[index], right[index]];
    if (l === r && l === undefined) return 0;
    if (l === undefined) return -1;
    if (r === undefined) return 1;
    if (l !== r) return l < r ? -1 : 1;
  }
}

function collect(tar: Pack): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    tar.on('data', (chunk) => chunks.push(chunk as Uint8Array));
    tar.on('end', () => resolve(Buffer.concat(chunks)));
    tar.on('error', reject);
  });
}
