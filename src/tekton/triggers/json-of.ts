const parsed = new WeakMap<Buffer, unknown>();

/** A body as JSON, read once however many triggers look at it: nobody may change it. Throws what JSON.parse throws. */
export function jsonOf(body: Buffer): unknown {
  if (parsed.has(body)) return parsed.get(body);
  const value: unknown = JSON.parse(body.toString('utf8'));
  parsed.set(body, value);
  return value;
}
