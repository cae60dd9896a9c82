import { chmod, cp, mkdir, readFile, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { contentOf, folderWith, temporaryFolder, verifyLayout, withCode } from '../../../test/images/kit.ts';
import { run } from '../../process/run.ts';
import { findImage, listTags } from '../../registry/layout.ts';
import { unpackImage } from '../../registry/unpack.ts';
import { buildImage, type BuildImageOptions } from './build.ts';

const files = {
  Dockerfile:
    'FROM node:22-alpine\nWORKDIR /app\nENV A=1 BITIQ_TAG=wrong\nCOPY package.json .\nCOPY dist ./dist\nUSER 1000\nCMD ["node", "dist/a.js"]\n',
  'package.json': '{}\n',
  'dist/a.js': 'a\n',
  'dist/b/c.js': 'c\n',
  'dist/z.js': 'z\n',
};
const common = { image: 'ghcr.io/bitiq-io/toy-service', tag: 'v0.1.0-3.gabc1234', base: 'none' };

async function build(options: Partial<BuildImageOptions> & { context: string }) {
  return buildImage({ ...common, store: await temporaryFolder(), ...options });
}

const rootOf = async (layout: string, digest: string) => {
  const target = join(await temporaryFolder(), 'root');
  await unpackImage(layout, digest, target);
  return contentOf(target);
};

describe('buildImage', () => {
  it('gives an image with the files, the config and the labels', async () => {
    const context = await folderWith(files);
    const built = await build({
      context,
      source: 'https://github.com/bitiq-io/toy-service',
      revision: 'abc12345',
    });
    expect(built.reference).toBe('ghcr.io/bitiq-io/toy-service:v0.1.0-3.gabc1234');
    expect(built.layers).toHaveLength(2);
    const image = (await findImage(built.layout, common.tag))!;
    expect(image.digest).toBe(built.digest);
    expect(image.config.config).toMatchObject({
      User: '1000',
      WorkingDir: '/app',
      Env: ['A=1', 'BITIQ_TAG=v0.1.0-3.gabc1234', 'BITIQ_COMMIT=abc12345'],
      Cmd: ['node', 'dist/a.js'],
      Labels: {
        'org.opencontainers.image.revision': 'abc12345',
        'org.opencontainers.image.source': 'https://github.com/bitiq-io/toy-service',
        'org.opencontainers.image.title': 'toy-service',
        'org.opencontainers.image.version': 'v0.1.0-3.gabc1234',
      },
    });
    const laid = image.config.history?.filter((entry) => !entry.empty_layer);
    expect(laid).toHaveLength(image.config.rootfs.diff_ids.length);
    expect(await rootOf(built.layout, built.digest)).toEqual({
      app: '/',
      'app/package.json': '{}\n',
      'app/dist': '/',
      'app/dist/a.js': 'a\n',
      'app/dist/b': '/',
      'app/dist/b/c.js': 'c\n',
      'app/dist/z.js': 'z\n',
    });
    expect(await verifyLayout(built.layout)).toEqual([]);
  });

  it('gives the same digest from another folder, made in another order, at another time, under another umask', async () => {
    const first = await folderWith(files);
    const second = join(await temporaryFolder(), 'a much longer name', 'of a folder');
    await mkdir(second, { recursive: true });
    const reversed = Object.entries(files).reverse();
    for (const [path, content] of reversed) {
      const script = 'umask 077; mkdir -p "$(dirname "$0")"; cat > "$0"; touch -d 2001-02-03 "$0"';
      await run('sh', ['-c', script, join(second, path)], { to: 'write a file', input: content });
    }
    await utimes(join(second, 'dist'), 5, 5);
    await chmod(join(first, 'dist/z.js'), 0o755);
    await chmod(join(second, 'dist/z.js'), 0o700);
    const [one, two] = [await build({ context: first }), await build({ context: second })];
    expect(two.digest).toBe(one.digest);
    expect(one.digest).toMatchInlineSnapshot(
      `"sha256:ce52fa5a285aeee0fb5ddb609ea498a0b3cb95f77f6e9e6243640ef03a5e4bd5"`,
    );
  });

  it('gives another digest for another byte, executable bit, tag or time', async () => {
    const context = await folderWith(files);
    const changed = await folderWith({ ...files, 'dist/a.js': 'A\n' });
    const executable = await folderWith(files);
    await chmod(join(executable, 'dist/a.js'), 0o755);
    const built = await Promise.all([
      build({ context }),
      build({ context: changed }),
      build({ context: executable }),
      build({ context, tag: 'v0.1.0-4.gabc1234' }),
      build({ context, created: new Date('2026-01-02T03:04:05.678Z') }),
    ]);
    expect(new Set(built.map((each) => each.digest)).size).toBe(built.length);
    const { config } = (await findImage(built[4]!.layout, common.tag))!;
    expect(config.created).toBe('2026-01-02T03:04:05Z');
  });

  it.each<[string, string, Record<string, string>]>([
    ['a file under its own name', 'COPY a /x/', { x: '/', 'x/a': 'a' }],
    ['a file under another name', 'COPY a /x', { x: 'a' }],
    ['a file into a known folder', 'WORKDIR /x\nCOPY a /x', { x: '/', 'x/a': 'a' }],
    ['a file to the working folder', 'WORKDIR /x\nWORKDIR y\nCOPY a .', { x: '/', 'x/y': '/', 'x/y/a': 'a' }],
    ['what a folder holds', 'COPY d /x', { x: '/', 'x/b': 'b', 'x/e': '/', 'x/e/c': 'c' }],
    ['all to the root', 'COPY d /', { b: 'b', e: '/', 'e/c': 'c' }],
    ['a pattern', 'COPY d/* /x/', { x: '/', 'x/b': 'b', 'x/c': 'c' }],
    ['over what was there', 'COPY a /x\nCOPY d/b /x', { x: 'b' }],
    ['nothing but folders', 'WORKDIR /x/y', { x: '/', 'x/y': '/' }],
  ])('copies %s as Docker does', async (_, lines, root) => {
    const context = await folderWith({
      a: 'a',
      'd/b': 'b',
      'd/e/c': 'c',
      Dockerfile: `FROM scratch\n${lines}\n`,
    });
    const built = await build({ context });
    expect(await rootOf(built.layout, built.digest)).toEqual(root);
  });

  it('refuses tags and revisions by code, before anything is written', async () => {
    const context = await folderWith(files);
    const store = await temporaryFolder();
    for (const tag of ['latest', 'v1.2.3', 'v0.1.0-3-gabc1234', 'v0.1.0-3.gabc1234 ', '../x', '']) {
      await expect(build({ context, store, tag })).rejects.toThrowError(withCode('name-invalid'));
    }
    for (const revision of ['def5678', 'HEAD', 'abc1234\n', '']) {
      await expect(build({ context, store, revision })).rejects.toThrowError(withCode('usage'));
    }
    await expect(build({ context, store, image: 'ghcr.io/x:1' })).rejects.toThrowError(
      withCode('name-invalid'),
    );
    expect(await readdir(store)).toEqual([]);
  });

  it.each([
    [{ ...files, Dockerfile: 'FROM scratch\nRUN npm ci\n' }, 'dockerfile-unsupported'],
    [{ ...files, Dockerfile: 'FROM scratch\nCOPY dist /d\nCOPY missing /m\n' }, 'dockerfile-invalid'],
    [{ ...files, Dockerfile: 'FROM scratch\nCOPY ../x /m\n' }, 'dockerfile-invalid'],
    [{ ...files, Dockerfile: 'FROM scratch\nCOPY package.json dist /m\n' }, 'dockerfile-invalid'],
    [{ 'package.json': '' }, 'dockerfile-invalid'],
  ])('leaves nothing visible when it fails (%#)', async (broken, code) => {
    const store = await temporaryFolder();
    const context = await folderWith(broken as Record<string, string>);
    await expect(build({ context, store })).rejects.toThrowError(withCode(code));
    expect(await readdir(store)).toEqual([]);
  });

  it('keeps the earlier tags of a repository', async () => {
    const context = await folderWith(files);
    const store = await temporaryFolder();
    const { layout } = await build({ context, store });
    const other = join(await temporaryFolder(), 'copy');
    await cp(context, other, { recursive: true });
    await writeFile(join(other, 'dist/a.js'), 'new');
    await build({ context: other, store, tag: 'v0.1.0-4.gdef5678' });
    expect(await listTags(layout)).toEqual(['v0.1.0-3.gabc1234', 'v0.1.0-4.gdef5678']);
    expect(JSON.parse(await readFile(join(layout, 'index.json'), 'utf8'))).toHaveProperty('manifests.1');
  });
});
