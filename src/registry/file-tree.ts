import { posix } from 'node:path';
import { BitiqError } from '../model/errors.ts';

/** The entry at a path of an image, with what the build of further layers needs of it. */
export interface TreeNode {
  readonly type: 'file' | 'directory' | 'symlink';
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly target?: string | undefined;
}

const linksAtMost = 40;

/** The file tree of an image, layer over layer; paths as in layers, the root is the empty path. */
export class FileTree {
  readonly #nodes = new Map<string, TreeNode>();

  get(path: string): TreeNode | undefined {
    return path === '' ? { type: 'directory', mode: 0o755, uid: 0, gid: 0 } : this.#nodes.get(path);
  }

  set(path: string, node: TreeNode): void {
    if (node.type !== 'directory' && this.get(path)?.type === 'directory') this.removeBelow(path);
    this.#nodes.set(path, node);
  }

  /** Takes paths away with all below them, and of others only what is below them; looks at each path of the tree once. */
  removeAll({
    removed,
    emptied,
  }: {
    readonly removed: Iterable<string>;
    readonly emptied: Iterable<string>;
  }): void {
    const [gone, empty] = [new Set(removed), new Set(emptied)];
    if (gone.size + empty.size === 0) return;
    for (const known of this.#nodes.keys()) {
      if (gone.has(known) || isBelow(known, gone) || isBelow(known, empty)) this.#nodes.delete(known);
    }
  }

  private removeBelow(path: string): void {
    const prefix = path === '' ? '' : `${path}/`;
    for (const known of this.#nodes.keys()) if (known.startsWith(prefix)) this.#nodes.delete(known);
  }

  /** The path with every link followed, as a process in the image would; what does not exist stays as it is written. */
  resolve(path: string): string {
    let links = 0;
    let done = '';
    let rest = path.split('/');
    while (rest.length > 0) {
      const [part = '', ...after] = rest;
      rest = after;
      if (part === '' || part === '.') continue;
      if (part === '..') {
        done = done.includes('/') ? posix.dirname(done) : '';
        continue;
      }
      const next = done === '' ? part : `${done}/${part}`;
      const node = this.get(next);
      if (node?.type !== 'symlink') {
        done = next;
        continue;
      }
      if (++links > linksAtMost) {
        throw new BitiqError({
          code: 'image-invalid',
          message: `/${path} goes through more than ${linksAtMost} links in the image.`,
          fix: 'Take another base image or another destination.',
        });
      }
      if (node.target?.startsWith('/')) done = '';
      rest = [...(node.target ?? '').split('/'), ...rest];
    }
    return done;
  }
}

/** Whether a folder above a path is among these; the root is above all. */
function isBelow(path: string, folders: ReadonlySet<string>): boolean {
  if (folders.size === 0) return false;
  for (let at = path.lastIndexOf('/'); at >= 0; at = path.lastIndexOf('/', at - 1))
    if (folders.has(path.slice(0, at))) return true;
  return folders.has('');
}
