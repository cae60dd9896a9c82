import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { createFile, replaceFile, replaceFileSync } from './atomic-write.ts';

const folder = mkdtempSync(join(tmpdir(), 'bitiq-write-'));
const file = join(folder, 'deep/file');
beforeEach(() => rmSync(join(folder, 'deep'), { recursive: true, force: true }));
afterAll(() => rmSync(folder, { recursive: true }));

it('replaces a file, and makes its folder', async () => {
  await replaceFile(file, 'one');
  await replaceFile(file, Buffer.from('two'));
  expect(readFileSync(file, 'utf8')).toBe('two');
  replaceFileSync(file, 'three', 0o600);
  expect(readFileSync(file, 'utf8')).toBe('three');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(join(folder, 'deep'))).toEqual(['file']);
});

it('gives it the mode that was given, or that of the file before', async () => {
  await replaceFile(file, '', { mode: 0o777 }); // the umask would take some of it
  expect(statSync(file).mode & 0o777).toBe(0o777);
  await replaceFile(file, 'x', { mode: 'keep' });
  expect(statSync(file).mode & 0o777).toBe(0o777);
  await replaceFile(join(folder, 'deep/new'), 'x', { mode: 'keep' });
  expect(statSync(join(folder, 'deep/new')).mode & 0o111).toBe(0);
});

it('leaves the old file and nothing beside it when it fails', async () => {
  await replaceFile(file, 'old');
  const full = async (draft: string): Promise<void> => {
    writeFileSync(draft, 'ha');
    await Promise.reject(Object.assign(new Error('no space left on device'), { code: 'ENOSPC' }));
  };
  await expect(replaceFile(file, full)).rejects.toThrow('no space');
  expect(readFileSync(file, 'utf8')).toBe('old');
  mkdirSync(join(folder, 'deep/taken'));
  await expect(replaceFile(join(folder, 'deep/taken'), 'x')).rejects.toThrow();
  expect(() => replaceFileSync(join(folder, 'deep/taken'), 'x')).toThrow();
  expect(readdirSync(join(folder, 'deep')).sort()).toEqual(['file', 'taken']);
});

it('creates a file once, whoever else tries', async () => {
  const done = await Promise.all(['a', 'b', 'c', 'd'].map((text) => createFile(file, text)));
  expect(done.filter(Boolean)).toHaveLength(1);
  expect(readFileSync(file, 'utf8')).toBe('abcd'[done.indexOf(true)]);
  expect(readdirSync(join(folder, 'deep'))).toEqual(['file']);
});

it('shows whole contents only, while processes write the same file and are killed', async () => {
  await replaceFile(file, 'a'.repeat(300_000));
  const module = new URL('../../dist/process/atomic-write.js', import.meta.url).href;
  const program = (letter: string): string => `
    import { replaceFile, replaceFileSync } from ${JSON.stringify(module)};
    for (let turn = 0; ; turn++) {
      const text = '${letter}'.repeat(300_000);
      if (turn % 2) replaceFileSync(${JSON.stringify(file)}, text); else await replaceFile(${JSON.stringify(file)}, text);
    }`;
  const seen = new Set<string>();
  for (const letters of ['bc', 'de', 'fg']) {
    const writers = [...letters].map((letter) =>
      spawn(process.execPath, ['--input-type=module', '-e', program(letter)], { stdio: 'inherit' }),
    );
    while (![...letters].every((letter) => seen.has(letter))) {
      const text = readFileSync(file, 'utf8');
      expect(text).toBe(text[0]!.repeat(300_000));
      seen.add(text[0]!);
      await sleep(1);
    }
    await Promise.all(writers.map((writer) => (writer.kill('SIGKILL'), once(writer, 'exit'))));
    const text = readFileSync(file, 'utf8');
    expect(text).toBe(text[0]!.repeat(300_000));
  }
});
