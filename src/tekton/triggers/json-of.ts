import { parseGoJson } from './go-json.ts';

const parsed = new WeakMap<Buffer, unknown>();

/** A body as JSON as Go reads it, read once however many triggers look at it: nobody may change it. Throws what is wrong with it. */
export function jsonOf(body: Buffer): unknown {
  if (parsed.has(body)) return parsed.get(body);
  const value = parseGoJson(body);
  parsed.set(body, value);
  return value;
}
