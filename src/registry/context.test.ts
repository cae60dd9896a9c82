import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folderWith, temporaryFolder, withCode } from '../../test/images/kit.ts';
import { run } from '../process/run.ts';
import { openContext, readInContext } from './context.ts';

const refusal = (why: string) =>
  expect.objectContaining({
    code: 'dockerfile-invalid',
    message: expect.stringContaining(why) as string,
  }) as Error;
const line = { file: 'Dockerfile', line: 1, text: 'COPY' };

async function pathsOf(folder: string, source: string): Promise<string[]> {
  const found = await (await openContext(folder)).find(source, line);
  return found.flatMap(({ entry, children }) => [
    entry.path,
    ...children.map((child) => join(entry.path, child.path)),
  ]);
}

describe('find', () => {
  it('gives a file, a folder with all that is in it, and what a pattern names', async () => {
    const folder = await folderWith({ 'a.js': '', 'b.js': '', 'd/e/f.js': '', 'd/g': '', '[x].js': '' });
    expect(await pathsOf(folder, './a.js')).toEqual(['a.js']);
    expect(await pathsOf(folder, '/d/')).toEqual(['d', 'd/e', 'd/e/f.js', 'd/g']);
    expect(await pathsOf(folder, '[ab].j?')).toEqual(['a.js', 'b.js']);
    expect(await pathsOf(folder, 'd/*/*.js')).toEqual(['d/e/f.js']);
    expect(await pathsOf(folder, '.')).toHaveLength(8);
  });

  it('keeps links in a folder as links, and follows the one that a source goes through', async () => {
    const folder = await folderWith({ 'd/a': 'x' });
    await symlink('a', join(folder, 'd/link'));
    await symlink('d', join(folder, 'way'));
    const [found] = await (await openContext(folder)).find('way', line);
    expect(found?.children.map(({ path, type, target }) => [path, type, target])).toEqual([
      ['a', 'file', undefined],
      ['link', 'symlink', 'a'],
    ]);
  });

  it('refuses what is not there or outside, by code', async () => {
    const folder = await folderWith({ a: '' });
    await symlink(await temporaryFolder(), join(folder, 'out'));
    await symlink('/etc/passwd', join(folder, 'passwd'));
    const context = await openContext(folder);
    for (const source of ['b', '*.js', 'a/b']) {
      await expect(context.find(source, line)).rejects.toThrowError(refusal('not in the context folder'));
    }
    for (const source of ['..', '../a', 'x/../../a', 'out', 'passwd']) {
      await expect(context.find(source, line)).rejects.toThrowError(refusal('out of the context folder'));
    }
  });

  it('refuses a pipe in a folder', async () => {
    const folder = await folderWith({ 'd/a': '' });
    await run('mkfifo', [join(folder, 'd/pipe')], { to: 'make a pipe' });
    await expect(pathsOf(folder, 'd')).rejects.toThrowError(withCode('image-invalid'));
  });
});

describe('.dockerignore', () => {
  const files = {
    'package.json': '',
    'dist/a.js': '',
    'dist/a.test.js': '',
    'dist/deep/b.test.js': '',
    'src/a.ts': '',
    LICENSE: '',
  };

  it('leaves all out but what exceptions bring back', async () => {
    const folder = await folderWith({
      ...files,
      '.dockerignore': '*\n!package.json\n!dist\ndist/**/*.test.js\n',
    });
    expect(await pathsOf(folder, '.')).toEqual(['', 'dist', 'dist/a.js', 'dist/deep', 'package.json']);
    await expect(pathsOf(folder, 'src')).rejects.toThrowError(refusal('not in the context folder'));
    await expect(pathsOf(folder, 'LICENSE')).rejects.toThrowError(refusal('not in the context folder'));
  });

  it('leaves a folder out with all in it, comments and blank lines aside', async () => {
    const folder = await folderWith({ ...files, '.dockerignore': '\uFEFF# none of these\n\n/dist/\nsrc\n' });
    expect(await pathsOf(folder, '.')).toEqual(['', '.dockerignore', 'LICENSE', 'package.json']);
  });

  it('brings back one file of a folder that is left out', async () => {
    const folder = await folderWith({ ...files, '.dockerignore': 'dist\n!dist/deep/b.test.js\n' });
    expect(await pathsOf(folder, 'dist')).toEqual(['dist', 'dist/deep', 'dist/deep/b.test.js']);
  });
});

it('finds files by patterns with many stars without trying each way that they may be filled', async () => {
  const folder = await folderWith({ [`${'a'.repeat(200)}`]: '', b: '' });
  await expect(pathsOf(folder, `${'*a'.repeat(40)}b`)).rejects.toThrow('is not in the context folder');
  expect(await pathsOf(folder, `${'*a'.repeat(40)}`)).toEqual(['a'.repeat(200)]);
});

it('leaves files out by patterns with many stars without trying each way that they may be filled', async () => {
  const name = 'a'.repeat(200);
  const folder = await folderWith({
    [name]: '',
    '.dockerignore': `${'*a'.repeat(40)}b\n**/${'*a*/**'.repeat(20)}b\n`,
  });
  expect(await pathsOf(folder, name)).toEqual([name]);
});

it('refuses patterns that are none, at their line', async () => {
  const folder = await folderWith({ a: '', '.dockerignore': 'b\n[a-\n' });
  await expect(openContext(folder)).rejects.toThrowError(withCode('dockerfile-invalid'));
  await expect(openContext(folder)).rejects.toThrow('.dockerignore:2: [a- is not a pattern of Docker');
  await expect(pathsOf(await folderWith({ a: '' }), '[z-a]')).rejects.toThrowError(
    withCode('dockerfile-invalid'),
  );
});

it('refuses a Dockerfile and a .dockerignore that are links out of the folder, without a word of what is there', async () => {
  const outside = await folderWith({ login: 'top-secret-words' });
  const folder = await folderWith({ inner: 'FROM scratch', a: '' });
  await symlink('inner', join(folder, 'Dockerfile'));
  expect(await readInContext(folder, 'Dockerfile')).toBe('FROM scratch');
  await symlink(join(outside, 'login'), join(folder, '.dockerignore'));
  const refused: unknown = await openContext(folder).catch((error: unknown) => error);
  expect(refused).toMatchObject({
    code: 'dockerfile-invalid',
    message: expect.stringContaining('out of the context folder') as string,
  });
  expect(String(refused)).not.toContain('top-secret-words');
  expect(await readInContext(folder, 'missing')).toBeUndefined();
});
