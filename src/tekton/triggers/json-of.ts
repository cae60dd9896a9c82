import { parseGoJson } from '../../cel/go-json.ts';
import { messageOf } from '../../model/errors.ts';

const parsed = new WeakMap<Buffer, unknown>();

/** A body as JSON, read once for all triggers that look at it, so it must not be changed. Throws a sentence for a body that is not valid JSON. */
export function jsonOf(body: Buffer): unknown {
  if (parsed.has(body)) return parsed.get(body);
  try {
    const value = parseGoJson(body);
    parsed.set(body, value);
    return value;
  } catch (error) {
    throw new Error(`the body is not valid JSON: ${messageOf(error)}`);
  }
}
