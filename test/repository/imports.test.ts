import { posix } from 'node:path';
import { expect, it } from 'vitest';
import { textOf, trackedFiles } from './tracked-files.ts';

const sources = trackedFiles.filter((file) => /^src\/.*\.ts$/.test(file));
const known = new Set(sources);

/** The files that a file imports, types and dynamic imports included. */
const importsOf = new Map(
  sources.map((file) => {
    const specifiers = textOf(file).matchAll(/(?:from |import |import\()'(\.[^']+)'/g);
    const paths = [...specifiers].map(([, path]) => posix.join(posix.dirname(file), path!));
    return [file, paths.filter((path) => known.has(path))] as const;
  }),
);

it('no imports go in a circle, and lint does not see those of types', () => {
  const circles: string[] = [];
  const done = new Set<string>();
  const walk = (file: string, way: readonly string[]): void => {
    const at = way.indexOf(file);
    if (at >= 0) circles.push([...way.slice(at), file].join(' → '));
    if (at >= 0 || done.has(file)) return;
    for (const next of importsOf.get(file) ?? []) walk(next, [...way, file]);
    done.add(file);
  };
  for (const file of sources) walk(file, []);
  expect(circles).toEqual([]);
});
