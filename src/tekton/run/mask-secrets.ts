const shortest = 4;

/** A function that replaces every secret in a text by `***`; a secret of several lines is also found line by line. */
export function secretMask(secrets: Iterable<string>): (text: string) => string {
  const parts = new Set<string>();
  for (const secret of secrets) {
    for (const part of [secret, ...secret.split('\n'), Buffer.from(secret).toString('base64')]) {
      if (part.trim().length >= shortest) parts.add(part.trim());
    }
  }
  const sorted = [...parts].sort((a, b) => b.length - a.length);
  if (sorted.length === 0) return (text) => text;
  return (text) => sorted.reduce((masked, secret) => masked.replaceAll(secret, '***'), text);
}

/** The same value with every text in it masked. */
export function maskDeep(value: unknown, mask: (text: string) => string): unknown {
  if (typeof value === 'string') return mask(value);
  if (Array.isArray(value)) return value.map((item) => maskDeep(item, mask));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, maskDeep(item, mask)]));
}
