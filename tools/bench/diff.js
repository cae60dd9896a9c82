import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { bitiq, env, inFolder, makeLedger, medians, timeOf } from './measure.js';
import { checkOut, templateArguments } from './writes.js';

/**
 * A diff with manifests of two releases of 100 services, beside the slower of the two `helm template` runs: with an empty cache, and
 * when both releases were looked at before.
 */
export function diff(helm) {
  return inFolder((folder) => {
    const remote = join(folder, 'remote.git');
    makeLedger(remote, { services: 100, releases: 40, commits: 400 });
    const trees = ['prod/30', 'prod/40'].map((release) => checkOut(folder, remote, release).tree);
    const cache = join(folder, 'cache');
    const compare = (...args) =>
      timeOf(process.execPath, [bitiq, 'diff', ...args, '--repo', remote], {
        allow: [1],
        env: { ...env, XDG_CACHE_HOME: cache },
      });
    const [first, again, older, newer, flat, start] = medians(9, [
      () => {
        rmSync(join(cache, 'bitiq/renderings'), { recursive: true, force: true });
        return compare('prod/30', 'prod/40', '--depth', 'manifests');
      },
      () => compare('prod/30', 'prod/40', '--depth', 'manifests'),
      ...trees.map((tree) => () => timeOf(helm, templateArguments(tree, 'prod'))),
      () => compare('prod/30', 'prod/40'),
      () => timeOf(process.execPath, [bitiq, '--help']),
    ]);
    const slower = { peer: 'the slower helm template', peerMs: Math.max(older, newer) };
    return [
      { what: 'bitiq diff --depth manifests, first time', ms: first, ...slower, must: '≤ 1.3 ×' },
      { what: '  releases that were rendered before', ms: again, ...slower, must: '≤ 1.3 ×' },
      { what: 'bitiq diff', ms: flat, peer: 'bitiq --help', peerMs: start, must: '≤ 500 ms' },
    ];
  });
}
