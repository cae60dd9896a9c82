import { describe, expect, it } from 'vitest';
import { gitOpsRepository } from '../../test/kit/gitops-repository.ts';
import { openRepository } from './repository.ts';
import { commitTree, folderTree, overlayTree } from './tree.ts';

describe('the files of a tree', () => {
  it('are read in the order they are asked for, however long each takes', async () => {
    const fixture = gitOpsRepository();
    const commit = fixture.commit({ 'long.txt': 'x'.repeat(8_000_000), 'short.txt': 'y', 'empty.txt': '' });
    const folder = folderTree(fixture.checkout);
    const overlay = overlayTree(folder, new Map([['short.txt', 'z']]));
    const asked = ['short.txt', 'long.txt', 'missing.txt', 'empty.txt'];
    for (const tree of [folder, overlay, commitTree(await openRepository(fixture.checkout), commit)]) {
      for (const paths of [asked, asked.toReversed()]) {
        const there = paths.filter((path) => path !== 'missing.txt');
        expect([...(await tree.read(paths)).keys()]).toEqual(there);
        expect([...(await tree.readBytes(paths)).keys()]).toEqual(there);
      }
    }
  });
});
