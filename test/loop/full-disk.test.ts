import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { mountNamespace } from '../../src/tekton/run/private-mounts.ts';

const builds = fileURLToPath(new URL('full-disk-builds.mjs', import.meta.url));
const way = await mountNamespace();

/** What becomes of a build whose step needs more than what is left of a disk of 24 MB, in lines. */
function onSmallDisk(what: string, script: string): string[] {
  const disk = mkdtempSync(join(tmpdir(), 'bitiq-full-'));
  const command = 'mount -t tmpfs -o size=24m tmpfs "$1" && exec "$2" "$3" "$1" "$4" "$5"';
  const given = ['sh', disk, process.execPath, builds, what, script];
  const ran = spawnSync('unshare', [...(way as string[]), 'sh', '-c', command, ...given], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  rmSync(disk, { recursive: true });
  expect(ran.stderr).toBe('');
  return ran.stdout.trim().split('\n');
}

const told = 'toy-abcdef failed The disk is full. It is built again when there is more room.';

describe.skipIf(way === 'none')(
  'a build on a full disk (skipped: no mounts of its own are allowed here)',
  () => {
    it.each([
      ['a step that fills the disk', 'head -c 16000000 /dev/zero > big; test "$(wc -c < big)" = 16000000'],
      [
        'a step that makes room before it ends',
        'head -c 16000000 /dev/zero > big || { rm big; echo "write: No space left on device"; exit 1; }',
      ],
    ])('waits for room and is built again: %s', (_what, script) => {
      expect(onSmallDisk('stay', script)).toEqual([
        ...['started toy-abcdef', told, 'waits', 'room', 'started toy-abcdef-2'],
        expect.stringContaining('toy-abcdef-2 succeeded'),
      ]);
    });

    it('is built again at the next start', () => {
      expect(onSmallDisk('restart', 'head -c 16000000 /dev/zero > big')).toEqual([
        ...['started toy-abcdef', told, 'waits', 'room', 'started toy-abcdef-2'],
        expect.stringContaining('toy-abcdef-2 succeeded'),
      ]);
    });

    it('is not built again where it failed by itself', () => {
      const [, failed, ...rest] = onSmallDisk('stay', 'exit 1').filter((line) => !line.startsWith('started'));
      expect(failed).toBe('waits');
      expect(rest).toEqual(['room']);
    });
  },
);
