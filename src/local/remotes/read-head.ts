import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sealedGitResult } from './sealed-git.ts';

/** The full sha at the head of the main branch of a bare remote, or undefined when nothing was pushed yet. */
export async function readHead(gitDir: string): Promise<string | undefined> {
  const ref = await mainRefOf(gitDir);
  const loose = await readFile(join(gitDir, ref), 'utf8').catch(() => '');
  if (/^[0-9a-f]{40,64}\n$/.test(loose)) return loose.trim();
  const { code, stdout } = await sealedGitResult(
    ['--git-dir', gitDir, 'rev-parse', '--verify', '--quiet', ref],
    { to: 'read the head of main', allow: [0, 1] },
  );
  return code === 0 ? stdout.toString('utf8').trim() : undefined;
}

/** The ref of the main branch of a bare remote: no push changes what its HEAD names. */
export async function mainRefOf(gitDir: string): Promise<string> {
  const head = await readFile(join(gitDir, 'HEAD'), 'utf8').catch(() => '');
  return head.startsWith('ref: refs/heads/') ? head.slice('ref: '.length).trim() : 'refs/heads/main';
}
