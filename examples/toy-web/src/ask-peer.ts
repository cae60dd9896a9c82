import type { Settings, Version } from './settings.ts';

/** What toy-service said of itself, or why it is not known. */
export type Answer = { readonly version: Version } | { readonly problem: string };

const answerLimit = 16 * 1024;

/** Asks toy-service for its version. Never throws, and answers within settings.peerTimeoutMs. */
export async function askPeer(settings: Pick<Settings, 'peer' | 'peerTimeoutMs'>): Promise<Answer> {
  const url = new URL(settings.peer);
  url.pathname = `${url.pathname.replace(/\/$/, '')}/version`;
  try {
    const response = await fetch(url, {
      signal: AbortSignal.timeout(settings.peerTimeoutMs),
      headers: { accept: 'application/json' },
      redirect: 'error',
    });
    if (!response.ok) {
      await response.body?.cancel();
      return { problem: `it answered with status ${response.status}` };
    }
    const version = versionIn(await readText(response));
    return version ? { version } : { problem: 'its answer says no version' };
  } catch (error) {
    return { problem: reasonOf(error, settings.peerTimeoutMs) };
  }
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > answerLimit) return '';
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function versionIn(text: string): Version | undefined {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { service, tag, commit } = (body ?? {}) as Partial<Record<keyof Version, unknown>>;
  return typeof service === 'string' && typeof tag === 'string' && typeof commit === 'string'
    ? { service, tag, commit }
    : undefined;
}

function reasonOf(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return 'the call failed';
  if (error.name === 'TimeoutError') return `it did not answer within ${timeoutMs / 1000} s`;
  const code = (error.cause as NodeJS.ErrnoException | undefined)?.code;
  if (code === 'ECONNREFUSED') return 'nothing listens at its address';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'its name is not known';
  return `the call failed${code ? ` (${code})` : ''}`;
}
