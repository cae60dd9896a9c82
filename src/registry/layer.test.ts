import { readWholeLayer } from '../../test/images/kit.ts';
import { fc } from '../../test/kit/fast-check.ts';
import { describe, expect, it } from 'vitest';
import { packLayer, type LayerEntry } from './layer.ts';

const entries: LayerEntry[] = [
  { path: 'app', type: 'directory', mode: 0o755, uid: 0, gid: 0 },
  { path: 'app/b', type: 'file', mode: 0o644, uid: 10, gid: 20, content: Buffer.from('hello') },
  { path: 'app/a', type: 'symlink', mode: 0o777, uid: 0, gid: 0, target: 'b' },
  { path: 'app-1', type: 'file', mode: 0o755, uid: 0, gid: 0 },
  { path: `app/${'ü'.repeat(90)}`, type: 'file', mode: 0o644, uid: 0, gid: 0, content: Buffer.from('x') },
];

describe('packLayer', () => {
  it('gives these bytes, on this machine as on every other', async () => {
    const layer = await packLayer(entries);
    expect(layer.diffId).toMatchInlineSnapshot(
      `"sha256:9fec2bd7e6d8a436e26b6a4d41def01e5a3eb91e70f90ddc76ae7cca0c9a2a91"`,
    );
    expect(layer.descriptor.digest).toMatchInlineSnapshot(
      `"sha256:a4870293476b0f2d6d4a34f4c6950b12e1904b0c3fac3f61fd3ec31a80bac86f"`,
    );
  });

  it('gives the same bytes for the same entries in any order, and reads back to them', async () => {
    const wanted = await packLayer(entries);
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(entries, { minLength: entries.length }), async (shuffled) => {
        expect((await packLayer(shuffled)).descriptor).toEqual(wanted.descriptor);
      }),
      { numRuns: 20 },
    );
    const read = await readWholeLayer(wanted.descriptor, wanted.blob);
    expect(read.map((entry) => entry.path)).toEqual(['app', 'app/a', 'app/b', entries[4]?.path, 'app-1']);
    expect(read[2]).toMatchObject({ uid: 10, gid: 20, mode: 0o644, content: Buffer.from('hello') });
  });

  it('gives other bytes for another name, mode, owner, target or content', async () => {
    const [folder, file, link] = entries as [LayerEntry, LayerEntry, LayerEntry];
    const variants: LayerEntry[][] = [
      [folder, file, link],
      [folder, { ...file, path: 'app/c' }, link],
      [folder, { ...file, mode: 0o755 }, link],
      [folder, { ...file, uid: 11 }, link],
      [folder, { ...file, content: Buffer.from('hellO') }, link],
      [folder, file, { ...link, target: 'c' }],
    ];
    const digests = await Promise.all(variants.map(async (variant) => (await packLayer(variant)).diffId));
    expect(new Set(digests).size).toBe(variants.length);
  });
});
