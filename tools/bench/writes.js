import { cpSync, mkdirSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { bitiq, env, inFolder, makeLedger, medians, timeOf } from './measure.js';

/** set, promote and rollback on 100 services, beside `helm template` of the same tree and the `git push` of one commit alone. */
export function writes(helm) {
  return inFolder((folder) => {
    const remote = join(folder, 'remote.git');
    const other = join(folder, 'other.git');
    makeLedger(remote, { services: 100, releases: 5, commits: 50 });
    cpSync(remote, other, { recursive: true });
    const { tree, clone } = checkOut(folder, other);
    const run = (...args) => timeOf(process.execPath, [bitiq, ...args, '--repo', remote]);
    const [set, promote, rollback, template, push] = medians(7, [
      (index) => run('set', 'dev', `service-0001=v1.0.${index}-1.gabc1234`, '--no-image-check'),
      () => run('promote', 'dev', 'prod', '--no-image-check'),
      () => run('rollback', 'prod'),
      () => timeOf(helm, templateArguments(tree, 'dev')),
      (index) => {
        timeOf('git', ['commit', '--quiet', '--allow-empty', '--message', `${index}`], { cwd: clone });
        return timeOf('git', ['push', '--quiet', 'origin', 'HEAD:main'], { cwd: clone });
      },
    ]);
    const both = { peer: 'helm template + git push', peerMs: template + push, must: '≤ 1500 ms' };
    return [
      { what: 'bitiq set, 100 services', ms: set, ...both },
      { what: 'bitiq promote, 100 services', ms: promote, ...both },
      {
        what: 'bitiq rollback, 100 services',
        ms: rollback,
        peer: 'git push',
        peerMs: push,
        must: '≤ 1500 ms',
      },
    ];
  });
}

/** `helm template` of an environment of a tree on disk. */
export function templateArguments(tree, environment) {
  const chart = join(tree, 'helm/bitiq');
  return [
    'template',
    'bitiq',
    chart,
    '--namespace',
    environment,
    '--values',
    join(chart, `values-${environment}.yaml`),
  ];
}

/** A clone with its files. */
export function checkOut(folder, remote, revision = 'main') {
  const clone = join(folder, `clone-${revision.replace('/', '-')}`);
  mkdirSync(clone, { recursive: true });
  const git = (...args) => spawnSync('git', args, { cwd: clone, env });
  git('clone', '--quiet', remote, '.');
  git('checkout', '--quiet', revision);
  return { clone, tree: clone };
}
