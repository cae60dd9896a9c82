import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { Readable } from 'node:stream';
import { extract } from 'tar-stream';

export interface HelmArchive {
  readonly url: string;
  /** SHA-256 in hex that the archive must have. */
  readonly sha256: string;
  /** The program's path inside the archive. */
  readonly entry: string;
}

/** The bytes of the helm program out of a release archive; throws an Error with the reason, and never returns unchecked bytes. */
export async function fetchHelm(archive: HelmArchive, timeoutMs: number): Promise<Buffer> {
  const bytes = await download(archive.url, timeoutMs);
  const actual = createHash('sha256').update(bytes).digest('hex');
  if (actual !== archive.sha256) {
    throw new Error(
      `${archive.url} has the SHA-256 ${actual}, not the pinned ${archive.sha256}; it was thrown away`,
    );
  }
  const program = await readEntry(gunzipSync(bytes), archive.entry);
  if (program === undefined) throw new Error(`${archive.url} contains no ${archive.entry}`);
  return program;
}

async function download(url: string, timeoutMs: number): Promise<Buffer> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    return Buffer.from(await response.arrayBuffer());
  } catch (error) {
    throw new Error(`${url} could not be fetched: ${reasonOf(error)}`, { cause: error });
  }
}

// `fetch failed` says nothing; the reason is in its cause.
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message || error.message : error.message;
}

function readEntry(tar: Buffer, name: string): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    let found: Buffer | undefined;
    const extractor = extract();
    extractor.on('entry', (header, stream, next) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk) => chunks.push(chunk as Buffer));
      stream.on('end', () => {
        if (header.name === name && header.type === 'file') found = Buffer.concat(chunks);
        next();
      });
      stream.resume();
    });
    extractor.on('finish', () => resolve(found));
    extractor.on('error', reject);
    Readable.from([tar]).pipe(extractor);
  });
}
