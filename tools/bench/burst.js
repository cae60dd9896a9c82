import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { writeBlob } from '../../dist/registry/blobs.js';
import { layoutFolder, tagManifest } from '../../dist/registry/layout.js';
import { configType, manifestType } from '../../dist/registry/media-types.js';
import { bitiq, env, inFolder, makeLedger, medians, timeOf } from './measure.js';
import { checkOut, templateArguments } from './writes.js';

/** What an update takes when 100 services have a new image at once: the time from the end of the debounce window to the pushed commit. */
export function burst(helm) {
  return inFolder(async (folder) => {
    const remote = join(folder, 'remote.git');
    makeLedger(remote, { services: 100, releases: 2, commits: 20 });
    const { tree } = checkOut(folder, remote);
    const git = (...args) => spawnSync('git', ['-C', remote, ...args], { env, encoding: 'utf8' }).stdout;
    const services = [...git('show', 'main:bitiq.yaml').matchAll(/image: (\S+)/g)].map(([, image]) => image);
    const store = join(folder, 'images');
    const rounds = 5;
    for (let round = 0; round < rounds; round++) {
      for (const image of services)
        await storeImage(join(store, `${round}`), image, `v90.0.${round}-1.gabc1234`);
    }
    const commits = () => Number(git('rev-list', '--count', 'main'));
    const before = commits();
    const [update, template] = medians(rounds, [
      (round) =>
        timeOf(process.execPath, [
          bitiq,
          'update',
          'dev',
          '--image-store',
          join(store, `${round}`),
          '--repo',
          remote,
        ]),
      () => timeOf(helm, templateArguments(tree, 'dev')),
    ]);
    const made = (commits() - before) / rounds;
    const what = `bitiq update, ${services.length} new images, ${made} commit${made === 1 ? '' : 's'}`;
    return [{ what, ms: update, peer: 'helm template', peerMs: template, must: '1 commit, ≤ 2000 ms' }];
  });
}

async function storeImage(store, image, tag) {
  const layout = layoutFolder(store, image);
  const put = async (value) => {
    const bytes = Buffer.from(JSON.stringify(value));
    return { digest: await writeBlob(layout, bytes), size: bytes.length };
  };
  const config = await put({
    architecture: 'amd64',
    os: 'linux',
    config: { Labels: { 'org.opencontainers.image.revision': 'abc1234'.padEnd(40, '0') } },
    rootfs: { type: 'layers', diff_ids: [] },
  });
  const manifest = await put({
    schemaVersion: 2,
    mediaType: manifestType,
    config: { mediaType: configType, ...config },
    layers: [],
  });
  await tagManifest(layout, tag, { mediaType: manifestType, ...manifest });
}
