import { expect, it } from 'vitest';
import { FileTree } from './file-tree.ts';

const directory = { type: 'directory', mode: 0o755, uid: 0, gid: 0 } as const;

it('takes away what layers remove, with all below, and looks at each path once', () => {
  const tree = new FileTree();
  const paths = Array.from({ length: 60_000 }, (_, index) => `d${index}/x/y`);
  for (const path of ['a', 'a/b', 'a/b/c', 'ab', 'e', 'e/f', ...paths]) tree.set(path, directory);
  const started = performance.now();
  tree.removeAll({
    removed: ['a/b', ...paths.slice(0, 50_000).map((path) => path.slice(0, -2))],
    emptied: ['e'],
  });
  expect(performance.now() - started).toBeLessThan(3000);
  const left = ['a', 'a/b', 'a/b/c', 'ab', 'e', 'e/f', paths[7]!, paths[55_000]!].filter((path) =>
    tree.get(path),
  );
  expect(left).toEqual(['a', 'ab', 'e', paths[55_000]]);
});
