/** Something that looks like a secret in a text; what it is, and never what it says. */
export interface FoundSecret {
  readonly what: string;
  readonly start: number;
  readonly end: number;
}

/** Forms that nothing but a secret has; the first group, where there is one, is the secret. */
const forms: readonly (readonly [what: string, form: RegExp])[] = [
  [
    'a private key',
    /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----\s*(?:\\n\s*)?([A-Za-z0-9+/=]{40,})/g,
  ],
  ['a GitHub token', /\b(?:gh[pousr]_[A-Za-z0-9]{36,251}|github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59})\b/g],
  ['a GitLab token', /\bgl(?:pat|dt|rt|ptt|agent)-[A-Za-z0-9_-]{20,}/g],
  ['an AWS access key', /\b(?:AKIA|ASIA)[A-Z2-7]{16}\b/g],
  ['a Google API key', /\bAIza[A-Za-z0-9_-]{35}\b/g],
  ['a Slack token', /\bxox[abeoprs]-(?:\d+-)*[A-Za-z0-9-]{20,}/g],
  ['a Slack webhook', /\bhooks\.slack\.com\/services\/(T[A-Z0-9]+\/B[A-Z0-9]+\/[A-Za-z0-9]{20,})/g],
  ['a Stripe key', /\b[rs]k_live_[A-Za-z0-9]{20,}/g],
  ['a Vault token', /\bhv[sbr]\.[A-Za-z0-9_-]{24,}/g],
  ['an npm token', /\bnpm_[A-Za-z0-9]{36}\b/g],
  ['a Docker Hub token', /\bdckr_pat_[A-Za-z0-9_-]{20,}/g],
  ['a signed token (JWT)', /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{20,}/g],
  [
    'a password in an address',
    /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@'"`<>$]*:([^\s/:@'"`<>${}*…]{6,})@(?!(?:localhost|127\.0\.0\.1|\[::1\]|[^/\s]*example)\b)[\w[]/g,
  ],
];

/** Finds secrets by forms that nothing else has, in any text. */
export function findKnownSecrets(text: string): FoundSecret[] {
  return forms
    .flatMap(([what, form]) =>
      [...text.matchAll(form)].map((match) => {
        const secret = match[1] ?? match[0];
        const start = match.index + match[0].indexOf(secret);
        return { what, start, end: start + secret.length };
      }),
    )
    .filter(({ start, end }) => !isPlaceholder(text.slice(start, end)))
    .sort((a, b) => a.start - b.start);
}

const secretName =
  /(?:^|[_.-])(?:password|passwd|passphrase|secret|token|api_?key|access_?key|private_?key|credentials?)$/i;

/** Whether a value that is written in Git under this name is a secret: by the name, or because it looks random. */
export function isSecretValue(name: string, value: string): 'named' | 'random' | undefined {
  if (value === '' || isPlaceholder(value)) return undefined;
  const words = name.replace(/([a-z0-9])([A-Z])/g, '$1_$2');
  if (secretName.test(words) && !/^(?:true|false|\d+)$/.test(value)) return 'named';
  return looksRandom(value) ? 'random' : undefined;
}

/**
 * Whether a text is one word of random characters: 24 or more of base64 or hex, with at least 3.5 (hex 3.0) bits of
 * information a character. Commit shas, digests and tags are none: 40 or 64 hex digits alone are left out.
 */
function looksRandom(value: string): boolean {
  if (/^(?:sha(?:256|384|512)[:-])?[0-9a-f]{40}$|^(?:sha256[:-])?[0-9a-f]{64}$/i.test(value)) return false;
  if (/^sha(?:256|384|512)-/.test(value)) return false;
  if (/^[0-9a-f]{24,}$/i.test(value))
    return /[a-f]/i.test(value) && /\d/.test(value) && bitsPerCharacter(value) >= 3;
  if (!/^[A-Za-z0-9+/_-]{24,}={0,2}$/.test(value)) return false;
  const kinds = [/[a-z]/, /[A-Z]/, /\d/].filter((kind) => kind.test(value)).length;
  // Words joined by dashes, underscores or slashes are names and paths.
  const longest = Math.max(...value.split(/[-_/]/).map((word) => word.length));
  return kinds === 3 && longest >= 16 && bitsPerCharacter(value) >= 3.5;
}

function bitsPerCharacter(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  return [...counts.values()].reduce(
    (bits, count) => bits - (count / text.length) * Math.log2(count / text.length),
    0,
  );
}

/** What stands where a secret goes: variables, and words that say so. */
function isPlaceholder(value: string): boolean {
  return (
    /^(?:\$[({\w]|<.*>$|\{\{|%\(|\*+$|x+$|…|\.\.\.)/i.test(value) ||
    /^(?:change-?me|password|passwd|secret|token|pass|word|hidden|user|your[-_].*|example.*|dummy|fake|placeholder|redacted)$/i.test(
      value,
    ) ||
    /(.)\1{9}/.test(value)
  );
}
