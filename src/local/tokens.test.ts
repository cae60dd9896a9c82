import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ensureSecret, isSameSecret } from './tokens.ts';

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'bitiq-test-'));
  onTestFinished(() => rm(made, { recursive: true, force: true }));
  return made;
}

describe('ensureSecret', () => {
  it('makes one secret, for the owner only, however many ask at once', async () => {
    const file = join(await folder(), 'secrets', 'git-token');
    const secrets = await Promise.all(Array.from({ length: 8 }, () => ensureSecret(file)));
    expect(new Set([...secrets, await ensureSecret(file)]).size).toBe(1);
    expect(secrets[0]).toMatch(/^[0-9a-f]{64}$/);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readdir(join(file, '..'))).toEqual(['git-token']);
  });

  it('takes the one that a person wrote, and refuses one that is not a secret', async () => {
    const file = join(await folder(), 'secret');
    await writeFile(file, 'a-secret-of-my-own\n');
    expect(await ensureSecret(file)).toBe('a-secret-of-my-own');
    for (const text of ['', 'short\n', 'two words in one secret\n']) {
      await writeFile(file, text);
      await expect(ensureSecret(file)).rejects.toMatchObject({ code: 'system-error' });
    }
  });
});

describe('isSameSecret', () => {
  it('knows equal from different, also in length', () => {
    expect(isSameSecret('abc', 'abc')).toBe(true);
    for (const other of ['abd', 'ab', 'abcd', '']) expect(isSameSecret('abc', other)).toBe(false);
  });
});
