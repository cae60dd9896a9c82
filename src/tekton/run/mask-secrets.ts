const shortest = 4;
/** Of base64 that has no beginning and no end, so that nothing else is taken for it. */
const shortestInside = 8;

/** Replaces every secret in a text by `***`. */
export interface SecretMask {
  (text: string): string;
  /** Where a text that goes on may be cut at the latest, so that no secret lies across, nor what may become one. */
  cut(text: string): number;
}

/**
 * A mask of these secrets. One of several lines is also found line by line, and each in an address, in JSON and as base64, also
 * with more before and behind it, as in `echo "$TOKEN" | base64`.
 */
export function secretMask(secrets: Iterable<string>): SecretMask {
  const parts = new Set<string>();
  for (const secret of secrets) {
    const lines = [secret, ...secret.split('\n')].map((text) => text.trim());
    for (const part of [...lines, ...lines.flatMap(spellings), Buffer.from(secret).toString('base64')]) {
      if (part.length >= shortest) parts.add(part);
    }
    for (const part of lines.flatMap(insideBase64)) if (part.length >= shortestInside) parts.add(part);
  }
  const sorted = [...parts].sort((a, b) => b.length - a.length);
  // What has several lines is not in one.
  const inLine = sorted.filter((part) => !part.includes('\n'));
  const mask = (text: string) => sorted.reduce((masked, secret) => masked.replaceAll(secret, '***'), text);
  return Object.assign(mask, { cut: (text: string) => cutBetween(text, inLine) });
}

/** A text as it is in an address and in a text of JSON. */
function spellings(text: string): string[] {
  // Half a surrogate pair has no place in an address.
  return [encodeURIComponent(Buffer.from(text).toString()), JSON.stringify(text).slice(1, -1)];
}

/** What is the same in the base64 of all texts that a text is in, for each of the three places it can begin at in a group. */
function insideBase64(text: string): string[] {
  return [0, 1, 2].map((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(text)]);
    // The first letters hold bits of what is before, the last one of what follows.
    return bytes.toString('base64').slice(Math.ceil((before * 8) / 6), Math.floor((bytes.length * 8) / 6));
  });
}

/** The last place after which no secret (`longestFirst`) can have begun, moved before every whole one that lies across it. */
function cutBetween(text: string, longestFirst: readonly string[]): number {
  let cut = Math.max(0, text.length - Math.max(0, (longestFirst[0]?.length ?? 0) - 1));
  for (let isMoved = true; isMoved;) {
    isMoved = false;
    for (const secret of longestFirst) {
      const start = text.indexOf(secret, Math.max(0, cut - secret.length + 1));
      if (start < 0 || start >= cut) continue;
      cut = start;
      isMoved = true;
    }
  }
  // Nor within a letter that takes two units.
  return /^[\uDC00-\uDFFF]/.test(text.slice(cut, cut + 1)) ? cut - 1 : cut;
}

/** The passwords in the addresses that a value has, such as a token in `https://user:token@host/path`. */
export function passwordsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(passwordsIn);
  if (typeof value === 'object' && value !== null) return passwordsIn(Object.values(value));
  if (typeof value !== 'string' || !value.includes('@') || !URL.canParse(value)) return [];
  const { password } = new URL(value);
  try {
    return [password, decodeURIComponent(password)];
  } catch {
    return [password];
  }
}

/** The same value with every text in it masked. */
export function maskDeep(value: unknown, mask: (text: string) => string): unknown {
  if (typeof value === 'string') return mask(value);
  if (Array.isArray(value)) return value.map((item) => maskDeep(item, mask));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, maskDeep(item, mask)]));
}
