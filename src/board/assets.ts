import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

export interface Asset {
  readonly body: string;
  readonly type: string;
  readonly etag: string;
}

// One path from the source and from the compiled program: both stand two folders below the root.
const folder = new URL('../../src/board/assets/', import.meta.url);

const types = {
  'board.css': 'text/css; charset=utf-8',
  'board.js': 'text/javascript; charset=utf-8',
  'morph.js': 'text/javascript; charset=utf-8',
  'logs.js': 'text/javascript; charset=utf-8',
  'times.js': 'text/javascript; charset=utf-8',
  'icon.svg': 'image/svg+xml',
} as const;

/** Reads the files of the page; only these names are ever served. */
export function readAssets(): ReadonlyMap<string, Asset> {
  return new Map(
    Object.entries(types).map(([name, type]) => {
      const body = readFileSync(new URL(name, folder), 'utf8');
      const etag = `"${createHash('sha256').update(body).digest('hex').slice(0, 16)}"`;
      return [name, { body, type, etag }];
    }),
  );
}
