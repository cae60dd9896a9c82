import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildImage } from '../../src/actions/image/build.ts';
import { run } from '../../src/process/run.ts';
import { FileTree, type TreeNode } from '../../src/registry/file-tree.ts';
import { readBlob } from '../../src/registry/blobs.ts';
import { findImage } from '../../src/registry/layout.ts';
import { addToTree, readLayer } from '../../src/registry/read-layer.ts';
import { contentOf, folderWith, hasTool, readWholeLayer, temporaryFolder } from './kit.ts';

const tag = 'v0.1.0-3.gabc1234';
const image = 'ghcr.io/bitiq-io/toy-service';

const dockerfile = `FROM scratch
WORKDIR /app
WORKDIR sub/../other
ENV A=1 B="two words" C=a\\ b D= E='x "y"'
ENV OLD the old form
COPY --chown=10:20 d /app/
COPY d/*.txt /texts/
COPY one.txt /renamed
COPY one.txt .
COPY d /merged
COPY d/e /merged/e2/
LABEL a=b \\
  # a comment in between
  "c.d"="e f" g="h\\"i"
EXPOSE 8080 53/udp
ENTRYPOINT ["node", "a b"]
CMD x $Y
STOPSIGNAL SIGQUIT
USER 1000:1000
`;
const files = {
  Dockerfile: dockerfile,
  'one.txt': 'one',
  'd/two.txt': 'two',
  'd/e/three': 'three',
  'd/e/.hidden': 'h',
  'd/secret.pem': 'no',
  '.dockerignore': '# not these\n**/*.pem\n',
};

/** Every path of an image with its kind, mode, owner and content. */
async function treeOf(layout: string, digestOrTag: string) {
  const stored = (await findImage(layout, digestOrTag))!;
  const tree = new FileTree();
  const paths = new Map<string, TreeNode & { content: string }>();
  for (const layer of stored.manifest.layers) {
    const blob = await readBlob(layout, layer.digest);
    addToTree(tree, await readLayer(layer, [blob]));
    for (const entry of await readWholeLayer(layer, blob)) {
      const node = tree.get(entry.path);
      if (node && entry.path !== '')
        paths.set(entry.path, { ...node, mode: node.mode & 0o777, content: entry.content.toString() });
    }
  }
  return {
    config: stored.config.config,
    paths: Object.fromEntries([...paths].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

describe.skipIf(!hasTool('skopeo'))('skopeo', () => {
  it('reads what was built, and copies it unchanged', async () => {
    const store = await temporaryFolder();
    const built = await buildImage({ context: await folderWith(files), image, tag, base: 'none', store });
    const seen = await run('skopeo', ['inspect', `oci:${built.layout}:${tag}`], { to: 'read the image' });
    const { Digest, Labels, Layers } = JSON.parse(seen.stdout.toString()) as Record<string, unknown>;
    expect(Digest).toBe(built.digest);
    expect(Labels).toMatchObject({ 'org.opencontainers.image.version': tag, 'c.d': 'e f' });
    expect(Layers).toEqual(built.layers.map((layer) => layer.digest));
    const copy = join(await temporaryFolder(), 'copy');
    await run(
      'skopeo',
      ['--insecure-policy', 'copy', '--quiet', `oci:${built.layout}:${tag}`, `oci:${copy}:${tag}`],
      {
        to: 'copy the image',
      },
    );
    expect((await findImage(copy, tag))?.digest).toBe(built.digest);
  });
});

describe.skipIf(!hasTool('buildah') || process.getuid?.() !== 0)('buildah', () => {
  let policy = '';
  let conf = '';
  let roots: string[] = [];
  const buildah = (...args: string[]) => buildahIn(process.cwd(), ...args);
  const buildahIn = (cwd: string, ...args: string[]) =>
    run('buildah', [...roots, ...args], {
      to: 'work with the image',
      cwd,
      env: { ...process.env, CONTAINERS_CONF: conf, BUILDAH_ISOLATION: 'chroot' },
    });
  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bitiq-buildah-'));
    policy = join(folder, 'policy.json');
    conf = join(folder, 'containers.conf');
    await writeFile(policy, '{"default":[{"type":"insecureAcceptAnything"}]}');
    await writeFile(
      conf,
      '[containers]\ndefault_ulimits=["nofile=1024:4096","nproc=1024:2048"]\npids_limit=0\n',
    );
    await mkdir(join(folder, 'run'));
    roots = ['--root', join(folder, 'root'), '--runroot', join(folder, 'run'), '--storage-driver', 'vfs'];
    return async () => {
      await buildah('rm', '--all').catch(() => {});
      await rm(folder, { recursive: true, force: true });
    };
  });

  it('unpacks what was built to the same files', async () => {
    const store = await temporaryFolder();
    const built = await buildImage({ context: await folderWith(files), image, tag, base: 'none', store });
    // It reads the path of a layout as the name of an image, which has no spaces.
    const layout = `oci:${relative(store, built.layout)}:${tag}`;
    await buildahIn(store, 'from', '--signature-policy', policy, '--name', 'one', layout);
    const root = (await buildah('mount', 'one')).stdout.toString().trim();
    expect(await contentOf(root)).toMatchObject({
      'app/two.txt': 'two',
      'app/e/three': 'three',
      'app/other/one.txt': 'one',
      'texts/two.txt': 'two',
      renamed: 'one',
    });
    expect(await contentOf(root)).not.toHaveProperty('app/secret.pem');
  });

  it('makes the same files and the same configuration of the same Dockerfile', async () => {
    const context = await folderWith(files);
    const built = await buildImage({ context, image, tag, base: 'none', store: await temporaryFolder() });
    const theirs = join(await temporaryFolder(), 'theirs');
    await buildah(
      'bud',
      '--signature-policy',
      policy,
      '--format',
      'oci',
      '-q',
      '-t',
      `oci:${theirs}:x`,
      context,
    );
    const [ours, peer] = [await treeOf(built.layout, tag), await treeOf(theirs, 'x')];
    expect(ours.paths).toEqual(peer.paths);
    const { Env, Labels, ...config } = ours.config!;
    const { Env: peerEnv, Labels: peerLabels, ...peerConfig } = peer.config!;
    expect(config).toEqual(peerConfig);
    expect(Env?.filter((entry) => !entry.startsWith('BITIQ_'))).toEqual(
      peerEnv?.filter((entry) => !entry.startsWith('PATH=')),
    );
    const own = Object.entries(Labels ?? {}).filter(([name]) => !name.startsWith('org.opencontainers.'));
    expect(own).toEqual(
      Object.entries(peerLabels ?? {})
        .filter(([name]) => !name.startsWith('io.buildah'))
        .sort(),
    );
  });
});
