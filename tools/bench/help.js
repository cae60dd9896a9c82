import { bitiq, medians, timeOf } from './measure.js';

/** `bitiq --help` beside a node that does nothing. */
export function help() {
  const [own, peer] = medians(15, [
    () => timeOf(process.execPath, [bitiq, '--help']),
    () => timeOf(process.execPath, ['-e', '0']),
  ]);
  return [{ what: 'bitiq --help', ms: own, peer: 'node -e 0', peerMs: peer, must: '≤ 2.5 ×' }];
}
