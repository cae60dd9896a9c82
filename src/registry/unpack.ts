import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { chmod, link, lstat, mkdir, readdir, realpath, rename, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join, posix, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { BitiqError } from '../model/errors.ts';
import { useBlob } from './blobs.ts';
import { readImage, type StoredImage } from './layout.ts';
import { eachEntry, readLayer, type TarEntry } from './read-layer.ts';

/**
 * Unpacks the root of an image of a layout into a folder, and returns the image.
 * The folder appears whole or not at all; one that is already there is taken as it is, so name it after the digest.
 * Nothing is written outside it, and no link in it leads outside: each means what it would mean inside a container.
 * Owners, times and special bits are not kept; devices and named pipes are left out.
 */
export async function unpackImage(layout: string, digest: string, target: string): Promise<StoredImage> {
  const image = await readImage(layout, digest);
  if (await exists(target)) return image;
  const temporary = `${target}.tmp-${process.pid}-${randomUUID().slice(0, 8)}`;
  await mkdir(temporary, { recursive: true });
  try {
    const root = await realpath(temporary);
    const skipped = new Set<string>();
    for (const layer of image.manifest.layers) {
      await useBlob(layout, layer.digest, async (bytes) => {
        const { removed, emptied } = await readLayer(layer, bytes());
        for (const path of emptied) await emptyFolder(root, path);
        for (const path of removed) await removePath(root, path);
        const known = new Map<string, string>();
        await eachEntry(layer, bytes(), (entry, content) => place({ root, known, skipped }, entry, content));
      });
    }
    await rename(temporary, target).catch(async (error: unknown) => {
      if (!(await exists(target))) throw error; // another process was first, with the same content
    });
  } catch (error) {
    throw faultOfPath(temporary, error) ?? error;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  return image;
}

interface Place {
  readonly root: string;
  /** The real folders of the paths that were made or found. */
  readonly known: Map<string, string>;
  /** Paths that were left out: devices, named pipes and hard links to them. */
  readonly skipped: Set<string>;
}

async function place(to: Place, entry: TarEntry, content: AsyncIterable<Uint8Array>): Promise<void> {
  if (entry.path === '') return;
  const { root, known, skipped } = to;
  const parent = await makeFolder(root, known, posix.dirname(entry.path));
  const path = join(parent, posix.basename(entry.path));
  const existing = await lstat(path).catch(() => undefined);
  // What takes the place of a folder or of a link may be on the way to others.
  if (existing && !existing.isFile() && !(existing.isDirectory() && entry.type === 'directory'))
    known.clear();
  if (entry.type === 'directory') {
    if (existing && !existing.isDirectory()) await rm(path);
    if (!existing?.isDirectory()) await mkdir(path);
    return;
  }
  // What is there is taken away first, so that nothing is ever written through a link or into a shared file.
  if (existing) await rm(path, { recursive: true });
  skipped.delete(entry.path);
  if (entry.type === 'symlink') return symlink(insideTarget(root, parent, entry.target), path);
  const linked = entry.type === 'link' ? posix.resolve('/', entry.target).slice(1) : undefined;
  if (entry.type === 'special' || (linked !== undefined && skipped.has(linked))) {
    skipped.add(entry.path);
    return;
  }
  if (linked !== undefined) return hardLink(root, { path, target: linked, name: entry.path });
  const mode = entry.mode & 0o111 ? 0o755 : 0o644;
  await pipeline(content, createWriteStream(path, { mode, flags: 'wx' }));
  await chmod(path, mode);
}

async function hardLink(
  root: string,
  { path, target, name }: { readonly path: string; readonly target: string; readonly name: string },
): Promise<void> {
  const folder = await insideFolder(root, posix.dirname(target)).catch(ignoreMissing);
  const from = folder && join(folder, posix.basename(target));
  const found = from === undefined ? undefined : await lstat(from).catch(() => undefined);
  if (from === undefined || !found?.isFile())
    throw unsafe(`/${name} is a hard link to /${target}, which is not a file of the image`);
  await link(from, path);
}

/** The target of a symbolic link, as a relative one that stays inside: `/x` begins at the image's root, `..` ends there. */
function insideTarget(root: string, folder: string, target: string): string {
  const here = relative(root, folder).split(sep).join('/');
  const meant = posix.resolve('/', here, target).slice(1);
  return posix.relative(`/${here}`, `/${meant}`) || '.';
}

const mostKnown = 100_000;

/** Makes a folder of the image and the missing ones above it. Links on the way are followed: they stay inside. */
async function makeFolder(root: string, known: Map<string, string>, path: string): Promise<string> {
  const whole = known.get(path);
  if (whole !== undefined) return whole;
  let [folder, here] = [root, ''];
  for (const part of path === '.' ? [] : path.split('/')) {
    here = here === '' ? part : `${here}/${part}`;
    const found = known.get(here);
    folder = found ?? (await makeOne(root, folder, part, path));
    if (known.size >= mostKnown) known.clear();
    if (found === undefined) known.set(here, folder);
  }
  return folder;
}

/** One folder in a real folder of the image; only a link has to be followed. */
async function makeOne(root: string, folder: string, part: string, path: string): Promise<string> {
  const next = join(folder, part);
  const found = await lstat(next).catch(() => undefined);
  if (found?.isDirectory()) return next;
  if (!found?.isSymbolicLink()) {
    if (found) await rm(next);
    await mkdir(next);
    return next;
  }
  return insideFolder(root, relative(root, next)).catch((error: unknown) => {
    if (error instanceof BitiqError) throw error;
    throw unsafe(`/${path} goes through a link that leads nowhere`);
  });
}

/** The real path of a folder of the image, proved to be inside. */
async function insideFolder(root: string, path: string): Promise<string> {
  const real = await realpath(join(root, path));
  if (real !== root && !real.startsWith(root + sep)) throw unsafe(`/${path} leads out of the image`);
  if (!(await lstat(real)).isDirectory()) throw unsafe(`/${path} is not a folder, but an entry is in it`);
  return real;
}

async function emptyFolder(root: string, path: string): Promise<void> {
  const folder = await insideFolder(root, path).catch(ignoreMissing);
  for (const name of folder ? await readdir(folder) : [])
    await rm(join(folder ?? '', name), { recursive: true });
}

async function removePath(root: string, path: string): Promise<void> {
  const folder = await insideFolder(root, dirname(path)).catch(ignoreMissing);
  if (folder && posix.basename(path) !== '')
    await rm(join(folder, posix.basename(path)), { recursive: true, force: true });
}

/** Errors of the file system for a path that cannot exist: a circle of links, a file on the way, a name too long. */
const faultsOfPaths = new Set(['ELOOP', 'ENOTDIR', 'ENAMETOOLONG']);

function faultOfPath(temporary: string, error: unknown): BitiqError | undefined {
  const { code, path, dest } = error as NodeJS.ErrnoException & { dest?: string };
  if (!faultsOfPaths.has(code ?? '')) return undefined;
  const inside = (dest ?? path)?.split(`${basename(temporary)}/`).pop() ?? '';
  const shown = inside.length > 200 ? `${inside.slice(0, 200)}…` : inside;
  return unsafe(`/${shown} cannot be a path in it (${code})`);
}

function ignoreMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
}

async function exists(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined)) !== undefined;
}

function unsafe(what: string): BitiqError {
  return new BitiqError({
    code: 'image-unsafe',
    message: `The image is not safe to unpack: ${what}.`,
    fix: 'Do not use this image; report it to its author.',
    state: 'What was unpacked of it is removed again.',
  });
}
