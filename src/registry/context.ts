import { lstat, readFile, readdir, readlink, realpath } from 'node:fs/promises';
import { join, posix, relative, sep } from 'node:path';
import { BitiqError } from '../model/errors.ts';
import { matchesFilePattern } from '../model/glob.ts';
import { IgnoreRuleFault, readIgnoreRules, type IgnoreRules } from './ignore-rules.ts';
import { refuse, type Line } from './refuse.ts';

/** A file, folder or symbolic link of a build context. */
export interface ContextEntry {
  /** Relative to the context folder, parts joined by /. */
  readonly path: string;
  readonly type: 'file' | 'directory' | 'symlink';
  readonly executable: boolean;
  readonly content?: Uint8Array;
  readonly target?: string;
}

/** What one source of COPY names: itself, and for a folder all that is in it (paths relative to the source). */
export interface CopySource {
  readonly name: string;
  readonly entry: ContextEntry;
  readonly children: readonly ContextEntry[];
}

/** A build context folder as COPY sees it: without what .dockerignore leaves out. */
export interface BuildContext {
  /** What a source of COPY names, patterns expanded, sorted; throws `dockerfile-invalid` where it is not there or leads outside. */
  readonly find: (source: string, line: Line) => Promise<CopySource[]>;
}

/** Opens a context folder; .dockerignore at its root is read as Docker does. */
export async function openContext(folder: string): Promise<BuildContext> {
  const root = await realpath(folder);
  const { ignores, hasExceptions } = await readIgnoreFile(root);
  const isIgnored = (path: string) => path !== '' && ignores(path);

  const walk = async (path: string): Promise<ContextEntry[]> => {
    const entries: ContextEntry[] = [];
    for (const name of (await readdir(join(root, path))).sort()) {
      const child = posix.join(path, name);
      const ignored = isIgnored(child);
      if (ignored && !hasExceptions) continue;
      const entry = await readEntry(root, child);
      const below = entry.type === 'directory' ? await walk(child) : [];
      // A folder that is left out is still there when an exception brings something in it back.
      if (!ignored || below.length > 0) entries.push(entry, ...below);
    }
    return entries;
  };

  const find = async (source: string, line: Line): Promise<CopySource[]> => {
    const clean = posix.normalize(source.replace(/^\/+/, '') || '.').replace(/\/$/, '');
    if (clean === '..' || clean.startsWith('../')) {
      throw refuse('source-outside', line, `${source} leads out of the context folder`);
    }
    const paths = clean === '.' ? [''] : await expand(root, clean, line);
    const found: CopySource[] = [];
    for (const path of paths) {
      const real = await realPathInside(root, path, source, line);
      if (real === undefined) continue;
      const entry = await readEntry(root, real);
      const children = entry.type === 'directory' ? await walk(real) : [];
      const ignored = isIgnored(path);
      if (ignored && children.length === 0) continue;
      found.push({
        name: posix.basename(path),
        entry: { ...entry, path },
        children: children.map((child) => ({ ...child, path: posix.relative(real, child.path) })),
      });
    }
    if (found.length === 0) {
      throw refuse(
        'source-missing',
        line,
        `${source} is not in the context folder, or .dockerignore leaves it out`,
      );
    }
    return found;
  };
  return { find };
}

async function readIgnoreFile(root: string): Promise<IgnoreRules> {
  const text = (await readInContext(root, '.dockerignore')) ?? '';
  try {
    return readIgnoreRules(text);
  } catch (error) {
    if (!(error instanceof IgnoreRuleFault)) throw error;
    const file = join(root, '.dockerignore');
    throw new BitiqError({
      code: 'dockerfile-invalid',
      message: `${file}:${error.line}: ${error.message}.`,
      fix: 'Correct the line: close each [, name something behind !, and write \\\\ for one backslash.',
      place: { file, line: error.line, sourceLine: text.split('\n')[error.line - 1]?.trim() },
      cause: error,
    });
  }
}

/**
 * The text of a file of a context folder; undefined when it does not exist. Refuses a link that leads out of the folder, before anything
 * of what is there is read.
 */
export async function readInContext(folder: string, name: string): Promise<string | undefined> {
  const root = await realpath(folder).catch(() => undefined);
  const real = root && (await realpath(join(root, name)).catch(() => undefined));
  if (root === undefined || real === undefined) return undefined;
  const way = relative(root, real);
  const isOutside = way === '..' || way.startsWith(`..${sep}`);
  if (!isOutside && (await lstat(real)).isFile()) return readFile(real, 'utf8');
  throw new BitiqError({
    code: 'dockerfile-invalid',
    message: `${join(folder, name)} ${isOutside ? 'is a link that leads out of the context folder' : 'is not a file'}.`,
    fix: 'Put the file itself into the context folder.',
  });
}

/** The path with every link on the way followed, relative to the root; undefined when it does not exist. */
async function realPathInside(
  root: string,
  path: string,
  source: string,
  line: Line,
): Promise<string | undefined> {
  const real = await realpath(join(root, path)).catch(() => undefined);
  if (real === undefined) return undefined;
  const inside = relative(root, real);
  if (inside === '..' || inside.startsWith(`..${sep}`)) {
    throw refuse(
      'source-outside',
      line,
      `${source} goes through a link that leads out of the context folder`,
    );
  }
  return inside.split(sep).join('/');
}

async function readEntry(root: string, path: string): Promise<ContextEntry> {
  const full = join(root, path);
  const found = await lstat(full);
  const common = { path, executable: (found.mode & 0o100) !== 0 };
  if (found.isDirectory()) return { ...common, type: 'directory' };
  if (found.isSymbolicLink()) return { ...common, type: 'symlink', target: await readlink(full) };
  if (found.isFile()) return { ...common, type: 'file', content: await readFile(full) };
  throw new BitiqError({
    code: 'image-invalid',
    message: `${full} is neither a file, a folder nor a symbolic link, so it cannot be copied into an image.`,
    fix: 'Remove it, or name it in .dockerignore.',
  });
}

/** The existing paths that a source names: `*`, `?` and `[…]` within a part, as Go's filepath.Match. */
async function expand(root: string, source: string, line: Line): Promise<string[]> {
  let paths = [''];
  for (const part of source.split('/')) {
    if (!/[*?[]/.test(part)) {
      paths = paths.map((path) => posix.join(path, part));
      continue;
    }
    try {
      matchesFilePattern(part, '');
    } catch {
      throw refuse('invalid', line, `${source} is not a pattern: a class in [ ] is wrong`);
    }
    const next: string[] = [];
    for (const path of paths) {
      const names = await readdir(join(root, path)).catch(() => []);
      next.push(
        ...names.filter((name) => matchesFilePattern(part, name)).map((name) => posix.join(path, name)),
      );
    }
    paths = next;
  }
  return paths.sort();
}
