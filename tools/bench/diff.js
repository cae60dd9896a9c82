import { join } from 'node:path';
import { bitiq, inFolder, makeLedger, medians, timeOf } from './measure.js';
import { checkOut, templateArguments } from './writes.js';

/** A diff with manifests of two releases of 100 services, beside the slower of the two `helm template` runs. */
export function diff(helm) {
  return inFolder((folder) => {
    const remote = join(folder, 'remote.git');
    makeLedger(remote, { services: 100, releases: 40, commits: 400 });
    const trees = ['prod/30', 'prod/40'].map((release) => checkOut(folder, remote, release).tree);
    const compare = (...args) =>
      timeOf(process.execPath, [bitiq, 'diff', ...args, '--repo', remote], { allow: [1] });
    const [deep, first, second, flat, start] = medians(9, [
      () => compare('prod/30', 'prod/40', '--depth', 'manifests'),
      ...trees.map((tree) => () => timeOf(helm, templateArguments(tree, 'prod'))),
      () => compare('prod/30', 'prod/40'),
      () => timeOf(process.execPath, [bitiq, '--help']),
    ]);
    const slower = { peer: 'the slower helm template', peerMs: Math.max(first, second) };
    return [
      { what: 'bitiq diff --depth manifests', ms: deep, ...slower, must: '≤ 1.3 ×' },
      { what: '  the same without the start of bitiq', ms: deep - start, ...slower, must: '' },
      { what: 'bitiq diff', ms: flat, peer: 'bitiq --help', peerMs: start, must: '≤ 500 ms' },
    ];
  });
}
