// Writes the true appVersion into Chart.yaml of the main branch and pushes it: `node tools/workflows/write-appversion.js`, in a clean
// checkout of the GitOps repository whose origin may be pushed to. Who loses a race starts again on what main is then.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openRepository } from '../../dist/git/repository.js';
import { runBitiq } from './run-bitiq.js';

const attempts = 5;
const trailer = 'Bitiq-Action: appversion';
const { branch, directory, folder } = await openRepository('.', {
  isFound: true,
  branch: process.env.BITIQ_BRANCH || undefined,
  folder: process.env.BITIQ_FOLDER || undefined,
});
const main = `refs/heads/${branch}`;

if (git('status', '--porcelain', '--untracked-files=no').stdout !== '')
  stop('There are uncommitted changes here. Nothing was changed.');

for (let attempt = 1; attempt <= attempts; attempt += 1) {
  must(git('fetch', '--quiet', 'origin', `+${main}:refs/remotes/origin/${branch}`));
  must(git('checkout', '--quiet', '--detach', `refs/remotes/origin/${branch}`));
  const written = await runBitiq('appversion', '--write', '--json');
  if (written.code !== 0) stop(written.stderr.trimEnd());
  const { file, found, expected, environment, true: same } = JSON.parse(written.stdout);
  if (same) {
    console.log(`appVersion of ${branch} is true: ${expected}. Nothing to do.`);
    process.exit(0);
  }
  if (isOwnCommit()) {
    must(git('checkout', '--quiet', '--', file));
    stop(
      `${branch} ends in a commit of this script, and appVersion is untrue again: another writer disagrees with it. Nothing was changed.`,
    );
  }
  const message = `${environment}: appVersion says what runs\n\n${trailer}\nBitiq-Environment: ${environment}\nBitiq-From: ${found}\nBitiq-To: ${expected}`;
  must(git('commit', '--quiet', '--message', message, '--', file));
  // Without force: it goes through only when main is still where it was.
  const pushed = git('push', '--quiet', 'origin', `HEAD:${main}`);
  if (pushed.status === 0) {
    console.log(
      `Wrote appVersion ${expected} into ${file} of ${branch}: ${must(git('rev-parse', '--short', 'HEAD'))}.`,
    );
    process.exit(0);
  }
  const [theirs] = must(git('ls-remote', 'origin', main)).split('\t');
  if (theirs === must(git('rev-parse', 'HEAD^')))
    stop(`${branch} did not move, and the push was refused.\n${(pushed.stderr || pushed.stdout).trimEnd()}`);
  console.error(`${branch} has moved; starting again (${attempt} of ${attempts}).`);
  await sleep(Math.random() * 500 * attempt);
}
stop(
  `${branch} moved each time that it was tried, ${attempts} times. Nothing was changed; the next commit starts this again.`,
);

function isOwnCommit() {
  const trailers = must(git('log', '-1', '--format=%(trailers:key=Bitiq-Action,valueonly)'));
  return trailers.split('\n').includes('appversion');
}

function git(...args) {
  return spawnSync('git', args, {
    cwd: join(directory, folder),
    encoding: 'utf8',
    env: { ...process.env, GIT_TERMINAL_PROMPT: '0' },
  });
}

function must({ status, stdout, stderr }) {
  if (status !== 0) stop(stderr.trimEnd());
  return stdout.trim();
}

function stop(why) {
  console.error(why);
  process.exit(1);
}
