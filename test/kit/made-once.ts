import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where seal-machine.ts lets things be kept for all tests of a run; without it each test makes its own. */
const shelf = process.env['BITIQ_TEST_SHELF'];

/**
 * Fills an empty folder with what `make` puts into one. It is made once in a run of the tests, by the worker that needs it first, and
 * copied from then on. A checkout in it whose origin is the `remote.git` beside it has the copy of that for its origin.
 */
export function copyMade(name: string, folder: string, make: (folder: string) => void): void {
  if (shelf === undefined) return make(folder);
  const made = join(shelf, name);
  if (!existsSync(made)) {
    const own = mkdtempSync(`${made}.`);
    make(own);
    keep(own, made);
  }
  return copy(made, folder);
}

/** The same for what takes its time. */
export async function copyMadeLater(
  name: string,
  folder: string,
  make: (folder: string) => Promise<void>,
): Promise<void> {
  if (shelf === undefined) return make(folder);
  const made = join(shelf, name);
  if (!existsSync(made)) {
    const own = mkdtempSync(`${made}.`);
    await make(own);
    keep(own, made);
  }
  return copy(made, folder);
}

/** Puts what one worker made where all find it; when another was faster, its own is thrown away. */
function keep(own: string, made: string): void {
  pointOrigin(own, own, made);
  try {
    renameSync(own, made);
  } catch (error) {
    if (!existsSync(made)) throw error;
    rmSync(own, { recursive: true });
  }
}

function copy(made: string, folder: string): void {
  copyFolder(made, folder);
  pointOrigin(folder, made, folder);
}

/** Copies what is in one folder into another; takes half the time that Node.js needs for it. */
export function copyFolder(from: string, to: string): void {
  execFileSync('cp', ['-a', `${from}/.`, to]);
}

function pointOrigin(folder: string, from: string, to: string): void {
  const file = join(folder, 'checkout/.git/config');
  if (existsSync(file)) writeFileSync(file, readFileSync(file, 'utf8').replaceAll(`${from}/`, `${to}/`));
}
