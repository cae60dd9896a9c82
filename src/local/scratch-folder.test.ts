import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { keepPrivate } from './keep-private.ts';
import { loopPaths } from './loop-paths.ts';
import { scratchFolder } from './scratch-folder.ts';

/** A checkout with packages of its own, and the state of its loop inside. */
function checkout(name = 'checkout'): string {
  const root = join(mkdtempSync(join(tmpdir(), 'bitiq-scratch-')), name);
  const state = join(root, '.bitiq');
  mkdirSync(join(root, 'node_modules/undeclared'), { recursive: true });
  mkdirSync(state);
  writeFileSync(join(root, 'package.json'), '{"type":"module"}');
  writeFileSync(join(root, 'node_modules/undeclared/index.js'), '');
  return state;
}

const program = `const { sep } = require('node:path');
try { require('undeclared'); console.log('found'); } catch { console.log('not found', sep); }`;

function runIn(folder: string): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'server.js'), program);
  return execFileSync(process.execPath, ['server.js'], {
    cwd: folder,
    encoding: 'utf8',
    stdio: 'pipe',
  }).trim();
}

it('gives services and steps a place where they find nothing of the checkout', async () => {
  const state = checkout();
  expect(() => runIn(join(state, 'apps/dev/images/x'))).toThrow('require is not defined');
  const at = loopPaths(state, await scratchFolder(state));
  expect(runIn(at.unpacked('dev'))).toBe('not found /');
  expect(runIn(join(at.work!, 'run'))).toBe('not found /');
  expect(await scratchFolder(state)).toBe(await scratchFolder(state));
});

it('lets no other user in, and forgets what belongs to a state that is gone', async () => {
  const state = checkout();
  const scratch = await scratchFolder(state);
  expect(statSync(scratch).mode & 0o777).toBe(0o700);
  rmSync(join(state, '..'), { recursive: true });
  await scratchFolder(checkout());
  expect(existsSync(scratch)).toBe(false);
});

it('runs everything in the state folder where there are no packages above, and nothing below a colon', async () => {
  const state = join(mkdtempSync(join(tmpdir(), 'bitiq-scratch-')), '.bitiq');
  mkdirSync(state);
  expect(await scratchFolder(state)).toBe(state);
  expect(loopPaths(state).work).toBeUndefined();
  const colon = checkout('a:b');
  expect(loopPaths(colon, await scratchFolder(colon)).stepTools).not.toContain(':');
});

it('closes the state folder to others, and only speaks of one that has another name', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bitiq-private-'));
  const [own, shared] = [join(folder, '.bitiq'), join(folder, 'shared')];
  const notes: string[] = [];
  for (const each of [own, shared]) {
    mkdirSync(each);
    chmodSync(each, 0o777);
    await keepPrivate(each, (text) => notes.push(text));
  }
  expect([own, shared].map((each) => statSync(each).mode & 0o777)).toEqual([0o700, 0o777]);
  expect(notes).toEqual([
    `Other users of this machine can enter ${shared}. \`chmod 700\` on it keeps them out.`,
  ]);
});
