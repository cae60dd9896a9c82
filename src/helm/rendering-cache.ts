import { createHash } from 'node:crypto';
import { readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder, writeCacheFile } from '../process/cache-folder.ts';
import { identifyProgram } from './program-identity.ts';

/** All that a rendering depends on, beside the Helm program itself. */
export interface RenderingInputs {
  /** Git's id of the chart's folder, with everything in it. */
  readonly chart: string;
  readonly environment: string;
  readonly releaseName: string;
  readonly namespace: string;
}

/** How much is kept; the oldest goes first. */
const limits = { files: 200, bytes: 100 * 1024 * 1024 };

/**
 * What this Helm printed for the same inputs before, else what `render` gives, which is kept for the next time. An entry that
 * was damaged on disk is not used, and a cache that cannot be written is not a failure.
 */
export async function keepRendering(
  helm: string,
  inputs: RenderingInputs,
  render: () => Promise<string>,
  folder = join(cacheFolder(), 'renderings'),
): Promise<string> {
  const file = await fileOf(helm, inputs, folder);
  const kept = file && (await readEntry(file));
  if (kept !== undefined) return kept;
  const manifests = await render();
  if (file !== undefined) await writeEntry(folder, file, manifests).catch(() => {});
  return manifests;
}

/** Keeps what this Helm has just printed for these inputs. */
export async function rememberRendering(
  helm: string,
  inputs: RenderingInputs,
  manifests: string,
  folder = join(cacheFolder(), 'renderings'),
): Promise<void> {
  const file = await fileOf(helm, inputs, folder);
  if (file !== undefined) await writeEntry(folder, file, manifests).catch(() => {});
}

async function fileOf(helm: string, inputs: RenderingInputs, folder: string): Promise<string | undefined> {
  const identity = await identifyProgram(helm);
  if (identity === undefined) return undefined;
  const { chart, environment, releaseName, namespace } = inputs;
  return join(folder, `${hash([identity, chart, environment, releaseName, namespace].join('\0'))}.yaml`);
}

async function readEntry(file: string): Promise<string | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const split = text.indexOf('\n');
  const manifests = text.slice(split + 1);
  if (text.slice(0, split) !== `# ${hash(manifests)}`) return undefined;
  const now = new Date();
  await utimes(file, now, now).catch(() => {});
  return manifests;
}

async function writeEntry(folder: string, file: string, manifests: string): Promise<void> {
  await writeCacheFile(file, `# ${hash(manifests)}\n${manifests}`);
  await dropOldest(folder);
}

async function dropOldest(folder: string): Promise<void> {
  const entries = await Promise.all(
    (await readdir(folder)).map(async (name) => {
      const { size, mtimeMs } = await stat(join(folder, name));
      return { name, size, mtimeMs };
    }),
  );
  let bytes = 0;
  for (const [index, { name, size }] of entries.sort((a, b) => b.mtimeMs - a.mtimeMs).entries()) {
    bytes += size;
    if (index >= limits.files || bytes > limits.bytes) await rm(join(folder, name), { force: true });
  }
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
