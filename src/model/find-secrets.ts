import { secretForms } from './secret-forms.ts';

/** Something that looks like a secret in a text; what it is, and never what it says. */
export interface FoundSecret {
  readonly what: string;
  readonly start: number;
  readonly end: number;
}

/** Finds secrets by forms that nothing else has, in any text. */
export function findKnownSecrets(text: string): FoundSecret[] {
  return secretForms
    .flatMap(([what, form]) =>
      [...text.matchAll(form)].map((match) => {
        const secret = match[1] ?? match[0];
        const start = match.index + match[0].lastIndexOf(secret);
        return { what, start, end: start + secret.length };
      }),
    )
    .filter(({ start, end }) => !isPlaceholder(text.slice(start, end)))
    .sort((a, b) => a.start - b.start);
}

/** The login of any address but those of this machine and of examples, however short: in a sentence it means a real place. */
const loginForm =
  /\b[a-z][a-z0-9+.-]{0,30}:\/\/[^\s/:@]{0,100}:([^\s/@]{1,200})@(?!(?:localhost|127\.0\.0\.1|\[::1\]|[^/\s]{0,100}example)\b)[\w[]/gi;

/** Finds secrets in a sentence that a person gives to be kept: the known forms, and the password of any address. */
export function findTypedSecrets(text: string): FoundSecret[] {
  const logins = [...text.matchAll(loginForm)].flatMap(({ 0: whole, 1: secret = '', index }) =>
    isPlaceholder(secret)
      ? []
      : [
          {
            what: 'a password in an address',
            start: index + whole.length - secret.length - 2,
            end: index + whole.length - 2,
          },
        ],
  );
  return [...findKnownSecrets(text), ...logins].sort((a, b) => a.start - b.start);
}

/** Names of passwords, where digits alone are one, too. */
const passwordName = /(?:passwor[dt]|passwd|passphrase|(?:^|[_.-])(?:pass|pwd|passcode))$/i;
const secretName =
  /(?:^|[_.-])(?:secrets?|tokens?|api_?keys?|(?:access|private|secret|encryption|signing|master|jwt|hmac)_?keys?|basic_?auth|credentials?)$/i;
/** What may follow such a name and leaves the value a secret: where it is for, which of two, how it is written. */
const ending = /_(?:prod|production|dev|staging|stage|test|live|base|pem|b64|base64|value|old|new|\d+)$/i;
/** Names of what everybody may know, however random it looks, and of what only says where a secret is. */
const publicName =
  /(?:public_?key|fingerprint|checksum|digest|integrity|hash|etag|revision|commit|(?:^|[_.-])(?:id|uid|uuid)|_id|existing_?secrets?|pull_?secrets?|(?:secret|credentials?)_?(?:name|ref))$/i;

/** Whether a value that is written in Git under this name is a secret: by the name, or because it looks random. */
export function isSecretValue(name: string, value: string): 'named' | 'random' | undefined {
  // In values a word such as `changeme` is not a placeholder: it is what would run.
  if (value.trim() === '' || isReference(value)) return undefined;
  const words = name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').replaceAll('-', '_');
  if (publicName.test(words)) return undefined;
  const stem = words.replace(ending, '');
  if (passwordName.test(stem) && !isSwitch(value)) return 'named';
  if (secretName.test(stem) && !isSwitch(value) && !/^\d+$/.test(value) && !isPath(value)) return 'named';
  return looksRandom(value) ? 'random' : undefined;
}

/** What a setting says that is named like a secret and chooses how one is used. */
function isSwitch(value: string): boolean {
  return /^(?:true|false|yes|no|on|off|none|auto|required|optional|enabled|disabled|include|omit|same-origin)$/i.test(
    value,
  );
}

/** A file or an address in which a secret is, and nothing random. */
function isPath(value: string): boolean {
  return /^(?:\.{0,2}(?:\/[\w.@-]+){2,}\/?|https?:\/\/[^\s@]+)$/.test(value) && !looksRandom(value);
}

/**
 * Whether a text is one word of random characters. Of hex 24 or more with 3.0 bits of information a character; of letters in
 * both cases and digits 20 or more, of digits and letters in one case 24 or more, where these kinds take turns as they do not
 * in words. Commit shas, digests and tags do not count: 40 or 64 hex digits alone are left out, and so are certificates and public keys.
 */
function looksRandom(value: string): boolean {
  if (/^(?:sha(?:256|384|512)[:-])?[0-9a-f]{40}$|^(?:sha256[:-])?[0-9a-f]{64}$/i.test(value)) return false;
  if (/^sha(?:256|384|512)-|^LS0tLS1CRUdJTiBDRVJU|^LS0tLS1CRUdJTiBQVUJMSUMg/.test(value)) return false;
  if (/^[0-9a-f]{24,}$/i.test(value))
    return /[a-f]/i.test(value) && /\d/.test(value) && bitsPerCharacter(value) >= 3;
  const turns = turnsOf(value);
  if (/^(?:[a-z0-9]{24,}|[A-Z0-9]{24,})$/.test(value))
    return /[a-z]/i.test(value) && turns >= 0.2 && bitsPerCharacter(value) >= 3.3;
  if (value.length < 20 || /\s|:\/\/|@sha256:/.test(value)) return false;
  const kinds = [/[a-z]/, /[A-Z]/, /\d/].filter((kind) => kind.test(value)).length;
  return kinds === 3 && turns >= 0.4 && bitsPerCharacter(value) >= 3.5;
}

/** Of the letters and digits that stand side by side, the share that are of different kinds: 0.6 in random texts, below 0.4 in names. */
function turnsOf(value: string): number {
  const pairs = value.match(/[A-Za-z0-9](?=[A-Za-z0-9])/g)?.length ?? 0;
  const turns = value.match(/[a-z](?=[A-Z0-9])|[A-Z](?=[a-z0-9])|[0-9](?=[A-Za-z])/g)?.length ?? 0;
  return pairs < 15 ? 0 : turns / pairs;
}

function bitsPerCharacter(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  return [...counts.values()].reduce(
    (bits, count) => bits - (count / text.length) * Math.log2(count / text.length),
    0,
  );
}

/** A variable, or a gap to be filled. */
function isReference(value: string): boolean {
  return /^(?:\$[({\w]|<.*>$|\{\{|%\(|\*+$|x+$|…|\.\.\.)/i.test(value);
}

/** What stands where a secret goes in an example: variables, and words that say so. */
function isPlaceholder(value: string): boolean {
  return (
    isReference(value) ||
    /^(?:change-?me|password|passwd|secret|token|pass|word|hidden|user|your[-_].*|example.*|dummy|fake|placeholder|redacted)$/i.test(
      value,
    ) ||
    /(.)\1{9}|EXAMPLE/.test(value)
  );
}
