import { canonicalHeader } from '../../cel/triggers.ts';

/** Headers of a request: each name in Go's spelling with all its values. */
export type Headers = ReadonlyMap<string, readonly string[]>;

/** Headers that Go's server removes and handles itself. */
const kept = new Set(['Host', 'Transfer-Encoding', 'Trailer']);

/** Takes headers as Node or a test has them, but for those that Go's server does not hand on, such as Host. */
export function readHeaders(
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
): Headers {
  const read = new Map<string, readonly string[]>();
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) continue;
    const key = canonicalHeader(name);
    if (kept.has(key)) continue;
    read.set(key, [...(read.get(key) ?? []), ...(typeof value === 'string' ? [value] : value)]);
  }
  return read;
}

/** The first value of a header, however its name is spelt. */
export function firstHeader(headers: Headers, name: string): string {
  return headers.get(canonicalHeader(name))?.[0] ?? '';
}
