import { chmod, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ensureRemote } from '../../src/local/remotes/ensure-remote.ts';
import { readHead } from '../../src/local/remotes/read-head.ts';
import { seedGitOpsRemote } from '../../src/local/remotes/seed-gitops-remote.ts';
import { seedServiceRemote } from '../../src/local/remotes/seed-service-remote.ts';
import { watchRemotes, type RemoteHead } from '../../src/local/remotes/watch-remotes.ts';
import { at, commitFile, git, temporaryFolder, textOf, tryGit, until } from './workshop.ts';

async function seededRemote(): Promise<{ root: string; gitDir: string; clone: string }> {
  const folder = await temporaryFolder();
  const root = join(folder, 'git');
  const gitDir = join(root, 'toy-service.git');
  const source = join(folder, 'source');
  await mkdir(source);
  await writeFile(join(source, 'index.js'), 'console.log(1)\n');
  await ensureRemote({ gitDir });
  await seedServiceRemote({ gitDir, source, at });
  const clone = join(folder, 'clone');
  await git(folder, 'clone', '--quiet', gitDir, clone);
  return { root, gitDir, clone };
}

describe('ensureRemote', () => {
  it('creates a bare repository on main, once, and leaves nothing else behind', async () => {
    const root = await temporaryFolder();
    const gitDir = join(root, 'toy-service.git');
    const made = await Promise.all([1, 2, 3].map(() => ensureRemote({ gitDir })));
    expect(made.filter(({ created }) => created)).toHaveLength(1);
    expect(await git(gitDir, 'symbolic-ref', 'HEAD')).toBe('refs/heads/main');
    expect((await readdir(root)).sort()).toEqual(['pushes', 'toy-service.git']);
  });

  it('repairs hooks and configuration that somebody broke', async () => {
    const { gitDir, clone } = await seededRemote();
    await chmod(join(gitDir, 'hooks', 'pre-receive'), 0o644);
    await writeFile(join(gitDir, 'config'), '[core]\n\tbare = true\n');
    await rm(join(gitDir, 'hooks', 'post-receive'));
    expect(await ensureRemote({ gitDir })).toEqual({ created: false });
    expect(await git(gitDir, 'config', 'http.receivepack')).toBe('true');
    await git(clone, 'commit', '--quiet', '--amend', '-m', 'Another first commit');
    expect((await tryGit(clone, 'push', '--force', 'origin', 'main')).code).toBe(1);
  });

  it('refuses a folder that is something else, and a name that is not a name', async () => {
    const root = await temporaryFolder();
    await mkdir(join(root, 'taken.git'));
    await expect(ensureRemote({ gitDir: join(root, 'taken.git') })).rejects.toMatchObject({
      code: 'system-error',
    });
    for (const name of ['..git', 'a;b.git', 'Upper.git', 'a..b.git', 'plain', 'a.git.git']) {
      await expect(ensureRemote({ gitDir: join(root, name) })).rejects.toMatchObject({
        code: 'name-invalid',
      });
    }
  });
});

describe('what a push may do', () => {
  it('lets main grow, and marks the push', async () => {
    const { root, gitDir, clone } = await seededRemote();
    const sha = await commitFile(clone, 'index.js', 'console.log(2)\n');
    await git(clone, 'push', '--quiet', 'origin', 'main');
    expect(await readHead(gitDir)).toBe(sha);
    expect(await textOf(join(root, 'pushes', 'toy-service'))).toBe('pushed\n');
  });

  it('refuses to rewrite or delete main, with a sentence, and changes nothing', async () => {
    const { gitDir, clone } = await seededRemote();
    const head = await readHead(gitDir);
    await git(clone, 'commit', '--quiet', '--amend', '-m', 'Another first commit');
    const rewritten = await tryGit(clone, 'push', '--force', 'origin', 'main', 'HEAD:refs/heads/feature');
    expect(rewritten.said).toContain('bitiq: this push rewrites main, which only grows.');
    expect((await tryGit(clone, 'push', 'origin', ':main')).said).toContain('bitiq: main is never deleted');
    expect(await readHead(gitDir)).toBe(head);
    expect(await git(gitDir, 'for-each-ref', '--format=%(refname)', 'refs/heads')).toBe('refs/heads/main');
  });

  it('takes new release and version tags, and refuses to change or delete one', async () => {
    const { gitDir, clone } = await seededRemote();
    await git(clone, 'tag', '-a', '-m', 'One', 'prod/1');
    await git(clone, 'tag', '-a', '-m', 'Next', 'v0.2.0');
    await git(clone, 'push', '--quiet', 'origin', 'prod/1', 'v0.2.0');
    const before = await git(gitDir, 'show-ref');
    await git(clone, 'tag', '-f', '-a', '-m', 'One again', 'prod/1');
    const moved = await tryGit(clone, 'push', '--force', 'origin', 'prod/1');
    expect(moved.said).toContain('bitiq: prod/1 is a release and never changes.');
    expect((await tryGit(clone, 'push', 'origin', ':v0.1.0')).said).toContain('bitiq: v0.1.0 is a release');
    expect(await git(gitDir, 'show-ref')).toBe(before);
  });

  it('leaves other branches and tags to the people', async () => {
    const { clone } = await seededRemote();
    await git(clone, 'push', '--quiet', 'origin', 'HEAD:refs/heads/feature', 'HEAD:refs/tags/nightly');
    await git(clone, 'commit', '--quiet', '--amend', '-m', 'Another');
    await git(
      clone,
      'push',
      '--quiet',
      '--force',
      'origin',
      'HEAD:refs/heads/feature',
      'HEAD:refs/tags/nightly',
    );
    await git(clone, 'push', '--quiet', 'origin', ':refs/heads/feature', ':refs/tags/nightly');
  });
});

describe('seedServiceRemote', () => {
  it('gives the same sha everywhere, without what Git would ignore, and only once', async () => {
    const folder = await temporaryFolder();
    const source = join(folder, 'examples', 'toy');
    await mkdir(join(source, 'node_modules'), { recursive: true });
    await mkdir(join(source, 'build'));
    await writeFile(join(folder, 'bitiq.yaml'), 'services: []\n');
    await writeFile(join(folder, '.gitignore'), 'node_modules/\n/kept.txt\n');
    await writeFile(join(source, '.gitignore'), '/build/\n');
    for (const file of ['index.js', 'kept.txt', 'node_modules/x.js', 'build/y.js'])
      await writeFile(join(source, file), 'x\n');
    await writeFile(join(source, 'run.sh'), '#!/bin/sh\n', { mode: 0o755 });
    const heads: string[] = [];
    for (const name of ['one', 'two']) {
      const gitDir = join(folder, 'git', name, 'toy.git');
      await mkdir(join(folder, 'git', name), { recursive: true });
      await ensureRemote({ gitDir });
      expect(await seedServiceRemote({ gitDir, source, at })).toMatchObject({ seeded: true });
      expect(await seedServiceRemote({ gitDir, source, at })).toMatchObject({ seeded: false });
      expect(await git(gitDir, 'ls-tree', '-r', '--name-only', 'main')).toBe(
        '.gitignore\nindex.js\nkept.txt\nrun.sh',
      );
      expect(await git(gitDir, 'ls-tree', 'main', 'run.sh')).toMatch(/^100755/);
      expect(await git(gitDir, 'cat-file', '-t', 'v0.1.0')).toBe('tag');
      expect(await git(gitDir, 'describe', '--tags', '--long', 'main')).toMatch(/^v0\.1\.0-0-g[0-9a-f]+$/);
      expect(await readdir(gitDir)).not.toContainEqual(expect.stringMatching(/^bitiq-/));
      expect(await git(gitDir, 'log', '-1', '--format=%aI %cI', 'main')).toBe(
        '2025-01-02T03:04:05+00:00 2025-01-02T03:04:05+00:00',
      );
      heads.push((await readHead(gitDir)) ?? '');
    }
    expect(heads[0]).toBe(heads[1]);
  });
});

describe('seedGitOpsRemote', () => {
  async function checkout(): Promise<{ folder: string; source: string; gitDir: string }> {
    const folder = await temporaryFolder();
    const source = join(folder, 'checkout');
    const gitDir = join(folder, 'git', 'bitiq.git');
    await git(folder, 'init', '--quiet', '--initial-branch=work', source);
    await commitFile(source, 'a.txt', 'a\n');
    await git(source, 'tag', '-a', '-m', 'One', 'prod/1');
    await git(source, 'tag', 'private');
    await commitFile(source, 'b.txt', 'b\n');
    await mkdir(join(folder, 'git'));
    await ensureRemote({ gitDir });
    return { folder, source, gitDir };
  }

  it('takes the whole history and the release tags, and says what is not committed', async () => {
    const { source, gitDir } = await checkout();
    await writeFile(join(source, 'c.txt'), 'c\n');
    const seeded = await seedGitOpsRemote({ gitDir, source, at });
    expect(seeded).toMatchObject({ how: 'history', leftOut: ['What is not committed is left out: c.txt.'] });
    expect(await git(gitDir, 'rev-list', '--count', 'main')).toBe('2');
    expect(await git(gitDir, 'tag')).toBe('prod/1');
    expect(seeded.head).toBe(await readHead(gitDir));
    expect(await seedGitOpsRemote({ gitDir, source, at })).toMatchObject({ how: 'kept', leftOut: [] });
  });

  it('is done by one of several at once, as after a kill, and waits for a lock that is held', async () => {
    const { folder, source, gitDir } = await checkout();
    const lock = join(gitDir, 'refs/heads/main.lock');
    await writeFile(lock, '');
    setTimeout(() => void rm(lock), 600);
    const all = await Promise.all([1, 2, 3, 4].map(() => seedGitOpsRemote({ gitDir, source, at })));
    expect(all.filter(({ how }) => how === 'history').length).toBeGreaterThan(0);
    expect(new Set(all.map(({ head }) => head))).toEqual(new Set([await readHead(gitDir)]));
    const toy = join(folder, 'git', 'toy.git');
    await ensureRemote({ gitDir: toy });
    const seeds = await Promise.all([1, 2, 3, 4].map(() => seedServiceRemote({ gitDir: toy, source, at })));
    expect(seeds.filter(({ seeded }) => seeded)).toHaveLength(1);
  });

  it('takes a snapshot of a shallow clone and of a folder without Git, and says why', async () => {
    const { folder, source } = await checkout();
    const shallow = join(folder, 'shallow');
    await git(folder, 'clone', '--quiet', '--depth=1', `file://${source}`, shallow);
    const plain = join(folder, 'plain');
    await mkdir(plain);
    await writeFile(join(plain, 'a.txt'), 'a\n');
    for (const [name, from, why] of [
      ['one', shallow, 'shallow clone'],
      ['two', plain, 'not a Git checkout'],
    ] as const) {
      const gitDir = join(folder, 'git', `${name}.git`);
      await ensureRemote({ gitDir });
      const seeded = await seedGitOpsRemote({ gitDir, source: from, at });
      expect(seeded.how).toBe('snapshot');
      expect(seeded.leftOut[0]).toContain(why);
      expect(await git(gitDir, 'rev-list', '--count', 'main')).toBe('1');
    }
  });
});

describe('watchRemotes', () => {
  it('reports the head at the start and after a push by path, each once', async () => {
    const { root, clone } = await seededRemote();
    const seen: RemoteHead[] = [];
    const watched = await watchRemotes({
      root,
      repositories: ['toy-service'],
      onPush: (push) => void seen.push(push),
      pollEvery: 60_000,
    });
    await watched.check();
    expect(seen).toHaveLength(1);
    const sha = await commitFile(clone, 'index.js', '2\n');
    await git(clone, 'push', '--quiet', 'origin', 'main');
    await until(() => seen.length === 2, 'the push to be seen');
    expect(seen[1]).toEqual({ repository: 'toy-service', head: sha });
    await watched.check();
    await watched.close();
    expect(seen).toHaveLength(2);
  });

  it('finds a head without any sign, and reports again what could not be handled', async () => {
    const { root, clone, gitDir } = await seededRemote();
    await rm(join(gitDir, 'hooks'), { recursive: true });
    const seen: string[] = [];
    const problems: string[] = [];
    const watched = await watchRemotes({
      root,
      repositories: ['toy-service'],
      onPush: ({ head }) => {
        seen.push(head);
        if (seen.length < 3) throw new Error('not now');
      },
      onProblem: (message) => void problems.push(message),
      pollEvery: 20,
    });
    const sha = await commitFile(clone, 'index.js', '2\n');
    await git(clone, 'push', '--quiet', 'origin', 'main');
    await until(() => seen.length >= 3 && seen.at(-1) === sha, 'the head to be handled');
    await watched.close();
    expect(problems).toEqual(['not now']);
  });
});
