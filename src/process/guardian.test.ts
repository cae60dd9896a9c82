import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const guardian = join(import.meta.dirname, '../../dist/process/guardian.js');

it('removes exactly the folders of a killed process, whatever is in their names', async () => {
  const root = mkdtempSync(join(tmpdir(), 'bitiq-guardian-'));
  const names = ['plain', 'two words', 'line\nbreak/state', 'ends\n', ' \' " $(x) `x` \\n\\0101 * ü', '-rf'];
  const folders = names.map((name) => join(root, name));
  const letGo = join(root, 'kept');
  // What a name means when it is cut at its line break, or read by a shell.
  const others = [join(root, 'line'), join(root, 'ends'), letGo];
  for (const folder of [...folders, ...others]) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'thesis.txt'), 'precious');
  }
  const program = `const { guard, letGo } = await import(${JSON.stringify(guardian)});
for (const folder of ${JSON.stringify([...folders, letGo])}) guard('folder', folder);
letGo('folder', ${JSON.stringify(letGo)});
setTimeout(() => process.kill(process.pid, 'SIGKILL'), 500);`;
  spawn(process.execPath, ['--input-type=module', '--eval', program], { stdio: 'inherit' });
  await expect.poll(() => folders.filter((folder) => existsSync(folder))).toEqual([]);
  for (const folder of others) expect(existsSync(join(folder, 'thesis.txt'))).toBe(true);
});
