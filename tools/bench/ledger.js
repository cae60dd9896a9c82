import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { bitiq, inFolder, makeLedger, medians, timeOf } from './measure.js';

const size = { services: 100, releases: 10_000, commits: 100_000 };

/** Reads and a promotion on 10,000 releases of 100 services and 100,000 commits, each a cold process, beside `git log`. */
export function ledger() {
  return inFolder((folder) => {
    const remote = process.env['BITIQ_BENCH_LEDGER'] ?? join(folder, 'ledger.git');
    if (!existsSync(remote)) {
      console.error('Making 10,000 releases of 100 services; this takes a minute or two …');
      makeLedger(remote, size);
    }
    timeOf('git', ['-C', remote, 'commit-graph', 'write', '--reachable', '--changed-paths', '--no-progress']);
    const read = (...args) => timeOf(process.execPath, [bitiq, ...args, '--repo', remote], { allow: [0, 1] });
    const commands = [
      ['status'],
      ['log', 'prod'],
      ['log', 'dev'],
      ['log', 'staging'],
      ['show', 'prod/5000'],
      ['diff', 'prod/1', 'prod/10000'],
      ['diff', 'prod@{2020-01-10}', 'prod'],
    ];
    const [git, ...times] = medians(5, [
      () =>
        timeOf('git', [
          '-C',
          remote,
          'log',
          '--first-parent',
          '-20',
          'main',
          '--',
          'environments/prod/application.yaml',
        ]),
      ...commands.map((args) => () => read(...args)),
    ]);
    const [set, promote] = medians(3, [
      (index) => read('set', 'dev', `service-0001=v9.${Date.now()}.${index}-1.gabc1234`, '--no-image-check'),
      () => read('promote', 'dev', 'prod', '--no-image-check'),
    ]);
    const peer = { peer: 'git log -20', peerMs: git };
    return [
      ...commands.map((args, index) => ({
        what: `bitiq ${args.join(' ')}`,
        ms: times[index],
        ...peer,
        must: '≤ 500 ms',
      })),
      { what: 'bitiq set, long ledger', ms: set, ...peer, must: '≤ 1500 ms' },
      { what: 'bitiq promote, long ledger', ms: promote, ...peer, must: '≤ 1500 ms' },
    ];
  });
}
