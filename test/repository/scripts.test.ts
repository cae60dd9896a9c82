import { join, normalize } from 'node:path';
import { expect, it } from 'vitest';
import { textOf, trackedFiles } from './tracked-files.ts';

const scripts = trackedFiles.filter((file) => /^(?:test|tools)\/.*\.m?js$/.test(file));
const importLine = /import \{([^}]*)\} from '((?:\.\.\/)+dist\/[\w/-]+)\.js'/g;

it('scripts import from dist only what src exports', () => {
  const found = scripts.flatMap((script) =>
    [...textOf(script).matchAll(importLine)].flatMap(([, names = '', path = '']) => {
      const module = normalize(join(script, '..', path)).replace(/^dist/, 'src') + '.ts';
      const text = trackedFiles.includes(module) ? textOf(module) : '';
      return names
        .split(',')
        .map((name) => name.trim().replace(/ as .*/, ''))
        .filter((name) => name !== '')
        .map((name) => ({ script, module, name, text }));
    }),
  );
  expect(found.length).toBeGreaterThan(20);
  const missing = found.filter(
    // By a declaration, or in the list of a door: `export { planRun } from …`.
    ({ name, text }) =>
      !new RegExp(`^export (?:[a-z ]*\\b${name}\\b|(?:type )?\\{[^}]*\\b${name}\\b)`, 'm').test(text),
  );
  expect(missing.map(({ script, module, name }) => `${script}: ${name} of ${module}`)).toEqual([]);
});
