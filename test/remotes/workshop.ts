import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { sealedGit, sealedGitResult } from '../../src/local/remotes/sealed-git.ts';

export const at = new Date('2025-01-02T03:04:05Z');

/** A folder that is removed when the test ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'bitiq-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** Runs git as a person would, apart from the host's configuration. */
export function git(cwd: string, ...args: string[]): Promise<string> {
  return sealedGit(args, { to: 'act in a test', cwd });
}

/** Runs git and gives how it ended and what it said. */
export async function tryGit(cwd: string, ...args: string[]): Promise<{ code: number; said: string }> {
  const allow = Array.from({ length: 256 }, (_, code) => code);
  const { code, stderr } = await sealedGitResult(args, { to: 'act in a test', cwd, allow });
  return { code, said: stderr };
}

/** Writes a file and commits it; gives the sha. */
export async function commitFile(
  cwd: string,
  file: string,
  text: string,
  message = `Write ${file}`,
): Promise<string> {
  await writeFile(join(cwd, file), text);
  await git(cwd, 'add', '--', file);
  await git(cwd, 'commit', '--quiet', '-m', message);
  return git(cwd, 'rev-parse', 'HEAD');
}

/** Waits until a condition holds; fails after some minutes. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what = 'the condition',
): Promise<void> {
  const end = performance.now() + 150_000;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** The text of a file, or an empty one when there is none. */
export function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}
