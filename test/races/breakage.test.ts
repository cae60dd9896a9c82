import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { check } from '../../src/actions/check.ts';
import { promote } from '../../src/actions/promote.ts';
import { hold } from '../../src/actions/hold.ts';
import { unhold } from '../../src/actions/unhold.ts';
import { setTags } from '../../src/actions/set.ts';
import { headOfMain, openRepository } from '../../src/git/repository.ts';
import { commitTree } from '../../src/git/tree.ts';
import { BitiqError } from '../../src/model/errors.ts';
import { cuttingProxy, type Cut } from '../kit/cutting-proxy.ts';
import { seed } from '../kit/fast-check.ts';
import {
  actorAt,
  gitOpsRepository,
  root,
  tagOf,
  temporaryFolder,
  type GitOpsFixture,
} from '../kit/gitops-repository.ts';
import { expectVerified } from '../kit/verified.ts';
import { loopServer } from '../remotes/loop-server.ts';

// BITIQ_RACES=full: a hundred kills and thirty connections that break.
const isFull = process.env['BITIQ_RACES'] === 'full';
const kills = isFull ? 100 : 12;
const drops = isFull ? 30 : 8;
const helm = process.env['BITIQ_HELM']!;
const main = join(root, 'dist/cli/main.js');

/** Numbers from 0 to 1, the same in every run. */
function random(start: number): () => number {
  let state = start;
  return () => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648;
}

function argumentsOf(index: number, repo: string): string[] {
  const write = [
    ['set', 'dev', `toy-web=${tagOf(index + 10)}`, '--no-image-check'],
    ['promote', 'dev', 'prod', '--no-image-check'],
    ['hold', 'dev', 'toy-web'],
    ['unhold', 'dev', 'toy-web'],
    ['rollback', 'prod'],
  ][index % 5]!;
  return [main, ...write, '--reason', `number ${index}`, '--repo', repo];
}

/** A ledger that is one line of whole commits, whose pointer names a release that is there, and a repository without a fault. */
async function expectSound(fixture: GitOpsFixture): Promise<void> {
  fixture.remoteGit('fsck', '--strict', '--no-dangling');
  expect(fixture.remoteGit('rev-list', '--merges', '--count', 'main')).toBe('0');
  expect(fixture.remoteGit('for-each-ref', '--format=%(refname)', 'refs/heads')).toBe('refs/heads/main');
  const repository = await openRepository(fixture.remote);
  const findings = await check(commitTree(repository, await headOfMain(repository)), {
    ...{ helm, repository, now: new Date(0) },
  });
  expect(findings.filter(({ code }) => /untrue|dangling|release|hold/.test(code))).toEqual([]);
  await expectVerified(fixture.remote);
}

describe('writers that are killed', () => {
  it(`leave a sound ledger and an empty TMPDIR behind, ${kills} times`, { timeout: 1_800_000 }, async () => {
    const fixture = gitOpsRepository();
    const TMPDIR = join(temporaryFolder(), 'tmp');
    mkdirSync(TMPDIR);
    const env = { ...process.env, TMPDIR };
    const next = random(seed);
    const started = performance.now();
    spawnSync(process.execPath, argumentsOf(0, fixture.remote), { env });
    const usual = performance.now() - started;
    let killed = 0;
    for (let index = 1; killed < kills; index++) {
      const child = spawn(process.execPath, argumentsOf(index, fixture.remote), {
        env,
        detached: true,
        stdio: 'ignore',
      });
      const ended = new Promise<NodeJS.Signals | null>((resolve) =>
        child.on('close', (_, signal) => resolve(signal)),
      );
      const timer = setTimeout(() => {
        // Alone, or with every Git that it started.
        process.kill(index % 2 === 0 ? child.pid! : -child.pid!, 'SIGKILL');
      }, next() * usual);
      if ((await ended) === 'SIGKILL') killed++;
      clearTimeout(timer);
    }
    await expectSound(fixture);
    // A lock that a killed Git left is told, and after that everything goes on.
    const locks = execFileSync('find', [fixture.remote, '-name', '*.lock'], { encoding: 'utf8' })
      .split('\n')
      .filter(Boolean);
    for (const lock of locks) execFileSync('rm', [lock]);
    const write = [...argumentsOf(1000, fixture.remote), '--force'];
    const last = spawnSync(process.execPath, write, { env, encoding: 'utf8' });
    expect([last.status, last.stderr]).toEqual([0, expect.stringContaining('Done in one push') as string]);
    spawnSync(process.execPath, [...argumentsOf(1001, fixture.remote), '--force'], { env });
    expect(await expectVerified(fixture.remote)).toBeGreaterThan(0);
    expect(readdirSync(TMPDIR).filter((name) => name.startsWith('bitiq-'))).toEqual([]);
    process.stderr.write(`${killed} writers were killed; ${locks.length} locks of Git were left\n`);
  });
});

describe('connections that break', () => {
  it(`never make a sentence untrue, ${drops} times`, { timeout: 1_800_000 }, async () => {
    const fixture = gitOpsRepository();
    fixture.remoteGit('config', 'http.receivepack', 'true');
    const server = await loopServer(dirname(fixture.remote));
    const proxy = await cuttingProxy(server.url);
    const repository = await openRepository(proxy.url(server.withToken('remote')), {
      cacheDirectory: temporaryFolder(),
    });
    const refs = () => fixture.remoteGit('for-each-ref');
    const next = random(seed + 1);
    const ends = new Map<string, number>();
    let isHeld = false;
    for (let index = 1; index <= drops; index++) {
      const cuts: Cut[] = ['before', 'forwarded', 'answered', 502];
      proxy.cut(cuts[Math.floor(next() * cuts.length)]!);
      const actor = actorAt(index, `number ${index}`);
      const before = refs();
      const tags = new Map([['toy-web', tagOf(index + 10)]]);
      const action = [
        () => setTags(repository, { environment: 'dev', tags, actor, helm, force: true }),
        () => promote(repository, { to: 'prod', actor, helm }),
        () => (isHeld ? unhold : hold)(repository, { environment: 'dev', services: ['toy-service'], actor }),
      ][index % 3]!;
      const end = await action().catch((error: unknown) => error);
      isHeld = /^ *- \S/m.test(fixture.remoteGit('show', 'main:environments/dev/holds.yaml'));
      if (end instanceof BitiqError) {
        if (end.state === 'Nothing was changed.' || /it had nothing of it/.test(end.state))
          expect(refs()).toBe(before);
        else expect(end.code).toBe('push-unknown');
        ends.set(end.code, (ends.get(end.code) ?? 0) + 1);
      } else {
        const { head } = end as { head: string };
        expect(fixture.remoteGit('rev-parse', 'main')).toBe(head);
        ends.set('done', (ends.get('done') ?? 0) + 1);
      }
    }
    proxy.cut('none');
    await expectSound(fixture);
    process.stderr.write(
      `${drops} connections broke: ${[...ends].map(([end, count]) => `${count} ${end}`).join(', ')}\n`,
    );
  });
});

const canMount =
  spawnSync('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', 'mount -t tmpfs tmpfs /mnt'], {
    stdio: 'ignore',
  }).status === 0;

describe('a full disk', () => {
  it.skipIf(!canMount).each(['the remote', 'the clone', 'TMPDIR'])(
    'of %s changes nothing, is told, and goes on when there is room',
    async (what) => {
      const fixture = gitOpsRepository();
      const folder = join(temporaryFolder(), 'small');
      mkdirSync(folder);
      const script = join(temporaryFolder(), 'fill.sh');
      const place = { 'the remote': fixture.remote, 'the clone': fixture.checkout }[what];
      const [remote, clone] = [
        what === 'the remote' ? join(folder, 'it') : fixture.remote,
        what === 'the clone' ? join(folder, 'it') : fixture.checkout,
      ];
      writeFileSync(
        script,
        `set -e
mount -t tmpfs -o size=8m tmpfs ${folder}
${place === undefined ? '' : `cp -r ${place} ${folder}/it`}
cd ${clone}; git remote set-url origin ${remote}
${what === 'TMPDIR' ? `export TMPDIR=${folder}` : ''}
state() { git -C ${remote} for-each-ref | sha256sum; }
write() { ${process.execPath} ${main} set dev toy-web=${tagOf(7)} --no-image-check --reason full; echo "rc=$?"; }
state; dd if=/dev/zero of=${folder}/fill bs=4k 2>/dev/null || true
set +e; write 2>&1; state; git -C ${remote} fsck 2>&1 | grep -v dangling
rm ${folder}/fill; echo ROOM; write 2>&1; git -C ${remote} log -1 --format=%s main
${process.execPath} ${main} promote dev prod --no-image-check --reason room >/dev/null 2>&1; echo "rc=$?"
${process.execPath} ${main} verify --all --no-images 2>&1; echo "verified=$?"
`,
      );
      const ran = spawnSync('unshare', ['--mount', '--propagation', 'private', 'sh', script], {
        encoding: 'utf8',
      });
      const [full = '', room = ''] = ran.stdout.split('ROOM\n');
      const lines = full.trim().split('\n');
      expect(ran.stderr).toBe('');
      // The refs before and after.
      expect(
        lines.filter((line) => /^[0-9a-f]{64}/.test(line)).map((line, _, all) => line === all[0]),
      ).toEqual([true, true]);
      expect(full).toMatch(/No space left|ENOSPC/);
      expect(full).toMatch(/^rc=[13]$/m);
      expect(room).toMatch(/^rc=0\ndev: toy-web \S+\nrc=0$/m);
      expect(room).toContain(`dev: toy-web ${tagOf(7)}\n`);
      expect(room.trim().split('\n').at(-1)).toBe('verified=0');
    },
  );
});
