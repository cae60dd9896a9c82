import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { layoutFolder, listTags } from '../../src/registry/layout.ts';
import { folderWith, temporaryFolder, verifyLayout } from './kit.ts';

const writer = fileURLToPath(new URL('store-writer.mjs', import.meta.url));
const newContext = () => folderWith({ Dockerfile: 'FROM scratch\nCOPY big /big\n', big: '' });

async function startWriter(store: string, sha: string, count: number) {
  const child = spawn(process.execPath, [writer, store, await newContext(), sha, String(count)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const tags: string[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => tags.push(...text.trim().split('\n')));
  return { child, tags, ended: once(child, 'close') };
}

describe('the local store', () => {
  it('is whole after kill -9 at any moment of a write, and keeps every tag that was reported', async () => {
    const store = await temporaryFolder();
    const layout = layoutFolder(store, 'ghcr.io/bitiq-io/toy-service');
    const reported = new Set<string>();
    for (let round = 0; round < 10; round++) {
      const { child, tags, ended } = await startWriter(store, `abc000${round}`, 1000);
      while (tags.length === 0) await once(child.stdout, 'data');
      await pause(round * 7);
      child.kill('SIGKILL');
      await ended;
      for (const tag of tags) reported.add(tag);
      expect(await verifyLayout(layout)).toEqual([]);
      expect(await listTags(layout)).toEqual(expect.arrayContaining([...reported]));
      JSON.parse(await readFile(join(layout, 'index.json'), 'utf8'));
    }
  });

  it('takes the tags of several processes at once, and loses none', async () => {
    const store = await temporaryFolder();
    const layout = layoutFolder(store, 'ghcr.io/bitiq-io/toy-service');
    const writers = await Promise.all(
      ['aaaaaaa', 'bbbbbbb', 'ccccccc'].map((sha) => startWriter(store, sha, 12)),
    );
    await Promise.all(writers.map((each) => each.ended));
    const tags = writers.flatMap((each) => each.tags).sort();
    expect(tags).toHaveLength(36);
    expect(await listTags(layout)).toEqual(tags);
    expect(await verifyLayout(layout)).toEqual([]);
    const index = JSON.parse(await readFile(join(layout, 'index.json'), 'utf8')) as { manifests: unknown[] };
    expect(index.manifests).toHaveLength(36);
  });
});
