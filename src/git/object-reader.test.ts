import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/kit/gitops-repository.ts';
import { askObjects } from './object-reader.ts';
import { findObjects, type Repository } from './repository.ts';

function repository() {
  const folder = temporaryFolder();
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', folder, '-c', 'user.name=Ada', '-c', 'user.email=a@example.com', ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  git('init', '--quiet', '--initial-branch=main');
  const commit = (files: Readonly<Record<string, string | Buffer>>) => {
    for (const [path, content] of Object.entries(files)) writeFileSync(join(folder, path), content);
    git('add', '.');
    git('commit', '--quiet', '--message', 'x');
    return git('rev-parse', 'HEAD');
  };
  return { folder, git, commit };
}

/** The git processes that answer questions about a folder. */
function readersOf(folder: string): number[] {
  const list = execFileSync('ps', ['-ww', '-eo', 'pid,args'], { encoding: 'utf8' });
  return list
    .split('\n')
    .filter((line) => line.includes(`-C ${folder} `) && line.includes('cat-file --batch'))
    .map((line) => Number.parseInt(line, 10));
}

describe('the objects of a repository', () => {
  it('are what they are, whatever their size and bytes, in the order of the questions', async () => {
    const { folder, git, commit } = repository();
    const large = Buffer.alloc(3_000_001, 'ab\n');
    const head = commit({ small: 'ü\n', empty: '', large });
    const names = [`${head}:small`, 'none', `${head}:large`, 'main:empty', 'a\nb', 'main^{commit}', 'main:'];
    const many = await Promise.all(Array.from({ length: 20 }, () => askObjects(folder, names)));
    for (const found of many) {
      expect(found.map((each) => each?.type)).toEqual([
        ...['blob', undefined, 'blob', 'blob', undefined, 'commit', 'tree'],
      ]);
      expect(found[0]?.content.toString()).toBe('ü\n');
      expect(found[2]?.content.equals(large)).toBe(true);
      expect(found[3]?.content).toHaveLength(0);
      expect(found[5]?.sha).toBe(head);
      expect(found[6]?.sha).toBe(git('rev-parse', 'main:'));
    }
    expect(readersOf(folder)).toHaveLength(1);
  });

  it('are those of now: refs that moved, new objects, packed ones', async () => {
    const { folder, git, commit } = repository();
    for (let round = 0; round < 3; round++) {
      const head = commit({ file: `${round}` });
      const [ref, file] = await askObjects(folder, ['refs/heads/main^{commit}', 'main:file']);
      expect(ref?.sha).toBe(head);
      expect(file?.content.toString()).toBe(`${round}`);
      git('gc', '--quiet', '--prune=now');
      git('pack-refs', '--all');
    }
  });

  it('are read by another git when the first one is killed, and by none when nobody asks', async () => {
    const { folder, commit } = repository();
    commit({ file: 'x' });
    const asked = { directory: folder } as Repository;
    await askObjects(folder, ['main']);
    const [pid = 0, ...others] = readersOf(folder);
    expect([pid > 0, others]).toEqual([true, []]); // 0 would be this process and all its group
    process.kill(pid, 'SIGKILL');
    const [found] = await findObjects(asked, ['main:file']);
    expect(found?.content.toString()).toBe('x');
    await expect.poll(() => readersOf(folder)).toEqual([]);
  });

  it('are those of the folder as it is, when it was removed and made again', async () => {
    const { folder, git, commit } = repository();
    commit({ file: 'old' });
    await askObjects(folder, ['main']);
    rmSync(folder, { recursive: true });
    mkdirSync(folder);
    git('init', '--quiet', '--initial-branch=main');
    const head = commit({ file: 'new' });
    expect((await askObjects(folder, ['main']))[0]?.sha).toBe(head);
  });

  it('cannot be read when they are damaged, and the error says what git said', async () => {
    const { folder, git, commit } = repository();
    commit({ file: 'x' });
    const tree = git('rev-parse', 'main^{tree}');
    const path = join(folder, '.git/objects', tree.slice(0, 2), tree.slice(2));
    rmSync(path);
    writeFileSync(path, 'damaged');
    await expect(findObjects({ directory: folder } as Repository, ['main:file'])).rejects.toMatchObject({
      code: 'tool-failed',
      message: expect.stringContaining('failed to read files'),
    });
  });

  it('are not there without a repository, and the error says why', async () => {
    const asked = { directory: temporaryFolder() } as Repository;
    await expect(findObjects(asked, ['main'])).rejects.toMatchObject({
      code: 'tool-failed',
      message: expect.stringContaining('not a git repository'),
    });
  });
});
