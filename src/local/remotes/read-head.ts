import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sealedGitResult } from './sealed-git.ts';

/** The full sha at the head of `main` of a bare remote, or undefined when nothing was pushed yet. */
export async function readHead(gitDir: string): Promise<string | undefined> {
  const loose = await readFile(join(gitDir, 'refs', 'heads', 'main'), 'utf8').catch(() => '');
  if (/^[0-9a-f]{40,64}\n$/.test(loose)) return loose.trim();
  const { code, stdout } = await sealedGitResult(
    ['--git-dir', gitDir, 'rev-parse', '--verify', '--quiet', 'refs/heads/main'],
    { to: 'read the head of main', allow: [0, 1] },
  );
  return code === 0 ? stdout.toString('utf8').trim() : undefined;
}
