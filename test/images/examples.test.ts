import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { buildImage } from '../../src/actions/image/build.ts';
import { run } from '../../src/process/run.ts';
import { unpackImage } from '../../src/registry/unpack.ts';
import { contentOf, temporaryFolder } from './kit.ts';

const examples = fileURLToPath(new URL('../../examples/', import.meta.url));

describe.each(['toy-service', 'toy-web'])('%s', (name) => {
  it('installs, builds and passes its own tests, and its image holds what runs and no tests', async () => {
    const folder = join(await temporaryFolder(), name);
    await cp(join(examples, name), folder, {
      recursive: true,
      filter: (path) => !/\/(node_modules|dist)$/.test(path),
    });
    const npm = (...args: string[]) => run('npm', args, { to: `try ${name}`, cwd: folder });
    await npm('ci', '--prefer-offline', '--no-audit', '--no-fund');
    await npm('run', 'build');
    await npm('test');
    const tag = 'v0.1.0-3.gabc1234';
    const store = await temporaryFolder();
    const built = await buildImage({
      context: folder,
      image: `ghcr.io/bitiq-io/${name}`,
      tag,
      base: 'none',
      store,
    });
    const root = join(store, 'root');
    await unpackImage(built.layout, built.digest, root);
    const paths = Object.keys(await contentOf(root));
    expect(paths).toContain('app/dist/server.js');
    expect(paths).toContain('app/package.json');
    expect(paths.filter((path) => !/^app(\/(package\.json|dist(\/[a-z-]+\.js)?))?$/.test(path))).toEqual([]);
    expect(paths.filter((path) => path.includes('.test.'))).toEqual([]);
  });
});
