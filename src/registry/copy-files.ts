import { posix } from 'node:path';
import type { BuildContext, ContextEntry, CopySource } from './context.ts';
import type { FileTree, TreeNode } from './file-tree.ts';
import type { CopyInstruction } from './instruction.ts';
import type { LayerEntry } from './layer.ts';
import { refuse, type Line } from './refuse.ts';

/** The entries of a layer being made, by path. Each is also in the tree of the image. */
export class LayerDraft {
  readonly entries = new Map<string, LayerEntry>();
  readonly #tree: FileTree;

  constructor(tree: FileTree) {
    this.#tree = tree;
  }

  /** Adds an entry, and the folders above it: as the image has them, or new ones that belong to root. */
  add(entry: LayerEntry): void {
    const parent = posix.dirname(entry.path);
    if (parent !== '.') this.addFolder(parent);
    this.entries.set(entry.path, entry);
    this.#tree.set(entry.path, entry);
  }

  /** A layer lists every folder on the way, since a program that unpacks it may not take the modes from the layers below. */
  addFolder(path: string): void {
    if (path === '' || this.entries.get(path)?.type === 'directory') return;
    const known = this.#tree.get(path);
    const { mode, uid, gid } = known?.type === 'directory' ? known : { mode: 0o755, uid: 0, gid: 0 };
    this.add({ path, type: 'directory', mode, uid, gid });
  }
}

/** Adds to a draft what a COPY instruction copies. `workingFolder` is the path that a relative destination begins at. */
export async function copyFiles(
  instruction: CopyInstruction & { line: Line },
  to: { draft: LayerDraft; tree: FileTree; workingFolder: string; context: BuildContext },
): Promise<void> {
  const { line, destination, owner } = instruction;
  const sources: CopySource[] = [];
  for (const source of instruction.sources) sources.push(...(await to.context.find(source, line)));

  const target = to.tree.resolve(imagePath(to.workingFolder, destination));
  const saysFolder = /(^|\/)\.{0,2}$/.test(destination);
  const isFolder = saysFolder || to.tree.get(target)?.type === 'directory';
  if (sources.length > 1 && !saysFolder) {
    throw refuse(
      'invalid',
      line,
      `COPY of more than one source needs a folder as destination: ${destination}/`,
    );
  }
  const place = (path: string, entry: ContextEntry) => {
    const existing: TreeNode | undefined = to.tree.get(path);
    if (entry.type === 'directory' && existing?.type === 'directory') return to.draft.addFolder(path);
    const standard = entry.type === 'directory' || entry.executable ? 0o755 : 0o644;
    const mode = entry.type === 'symlink' ? 0o777 : (instruction.mode ?? standard);
    to.draft.add({ path, type: entry.type, mode, ...owner, ...contentOf(entry) });
  };

  for (const { name, entry, children } of sources) {
    if (entry.type !== 'directory') {
      place(isFolder ? posix.join(target, name) : target, entry);
      continue;
    }
    if (target !== '') place(target, entry);
    // A link in the image on the way is followed, so that a file lands where a process would look for it.
    for (const child of children) {
      const parent = to.tree.resolve(posix.join(target, posix.dirname(child.path)));
      place(posix.join(parent, posix.basename(child.path)), child);
    }
  }
}

/** The path of an image that WORKDIR or COPY names: relative to the working folder unless it begins with /. */
export function imagePath(workingFolder: string, path: string): string {
  return posix.resolve('/', workingFolder, path).slice(1);
}

function contentOf(entry: ContextEntry): Pick<LayerEntry, 'content' | 'target'> {
  if (entry.type === 'file') return { content: entry.content ?? new Uint8Array() };
  return entry.target === undefined ? {} : { target: entry.target };
}
