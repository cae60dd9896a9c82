import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { BitiqError } from '../model/errors.ts';
import { createFile, replaceFile } from '../process/atomic-write.ts';
import { readIfThere } from '../process/read-if-there.ts';

/** The secret in a file, made there (32 random bytes as hex, readable by the owner only) when there is none yet. */
export async function ensureSecret(file: string): Promise<string> {
  const text = (await readIfThere(file)) ?? (await create(file));
  const secret = text.trim();
  if (/^[\x21-\x7e]{16,}$/.test(secret)) return secret;
  throw new BitiqError({
    code: 'system-error',
    message: `${file} has no usable secret: it must have at least 16 printable characters without spaces.`,
    fix: 'Delete the file; the next start writes a new secret.',
  });
}

/**
 * Writes a credential helper of Git that reads the token in the file beside it, so that the token is in no argument, no shell's history
 * and no configuration of a clone.
 */
export async function writeGitCredentials(file: string, tokenFile: string): Promise<void> {
  const lines = [
    '#!/bin/sh',
    '# Written by bitiq at every start: tells Git the token of this loop.',
    'test "$1" = get || exit 0',
    `printf 'username=bitiq\\npassword=%s\\n' "$(cat "\${0%/*}/${basename(tokenFile)}")"`,
  ];
  await replaceFile(file, `${lines.join('\n')}\n`, { mode: 0o700 });
}

/** Whether two secrets are the same, in a time that says nothing about where they differ. */
export function isSameSecret(a: string, b: string): boolean {
  return timingSafeEqual(digest(a), digest(b));
}

async function create(file: string): Promise<string> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await createFile(file, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600 });
  return (await readIfThere(file)) ?? '';
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
