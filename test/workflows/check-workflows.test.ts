import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root, temporaryFolder } from '../kit/gitops-repository.ts';

const sha = '08c6903cd8c0fde910a37f88322edcfb5dd907a8';
const sound = `name: sound
on: push
permissions: {}
concurrency: one
jobs:
  build:
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    permissions:
      contents: read
    steps:
      - uses: actions/checkout@${sha} # v5.0.0
        with:
          persist-credentials: false
      - run: echo "$TITLE"
        env:
          TITLE: \${{ github.event.head_commit.message }}
`;

type Fault = readonly [name: string, change: (text: string) => string, place: string, said: string];

/** What the check says of files in a folder, or of this repository's own. */
function check(cwd: string, files: readonly string[] = []): { status: number | null; lines: string[] } {
  const args = [join(root, 'tools/check-workflows.js'), ...files];
  const { status, stdout } = spawnSync(process.execPath, args, { cwd, encoding: 'utf8' });
  return { status, lines: stdout.trimEnd().split('\n') };
}

const faults: readonly Fault[] = [
  ['what actionlint knows', (t) => t.replace('on: push', 'on: pushed'), '2:5', 'unknown Webhook event'],
  ['no permissions', (t) => t.replace('permissions: {}\n', ''), '1:1', 'needs `permissions: {}`'],
  ['permissions for all jobs', (t) => t.replace('permissions: {}', 'permissions: read-all'), '3:1', '{}'],
  [
    'no permissions of a job',
    (t) => t.replace('    permissions:\n      contents: read\n', ''),
    '6:1',
    'the job build needs `permissions`',
  ],
  ['no concurrency', (t) => t.replace('concurrency: one\n', ''), '1:1', 'concurrency'],
  ['no timeout', (t) => t.replace('    timeout-minutes: 5\n', ''), '6:1', 'needs `timeout-minutes`'],
  ['a tag of an action', (t) => t.replace(sha, 'v5'), '12:1', 'actions/checkout@v5 is not pinned'],
  ['a short sha', (t) => t.replace(sha, sha.slice(0, 12)), '12:1', 'is not pinned'],
  ['no version', (t) => t.replace(' # v5.0.0', ''), '12:1', 'needs its version as a comment'],
  [
    'a kept token',
    (t) => t.replace('credentials: false', 'credentials: true'),
    '12:1',
    'persist-credentials',
  ],
  [
    'an expression in run',
    (t) => t.replace('echo "$TITLE"', "echo '${{ github.sha }}'"),
    '15:1',
    '`run` holds an expression',
  ],
  ['text of others in run', (t) => t.replace('"$TITLE"', '${{ github.head_ref }}'), '15:', 'untrusted'],
  ['a strong token', (t) => t.replace('on: push', 'on: [push, pull_request_target]'), '2:1', 'can write'],
  ['a movable image', (t) => t.replace(/actions\/.*/, 'docker://alpine:3'), '12:1', 'is not pinned'],
];

describe('the check of workflows', () => {
  it('finds nothing in those of this repository', () => {
    const { status, lines } = check(root);
    expect(lines).toEqual([expect.stringMatching(/^\d+ workflows, 0 problems$/)]);
    expect(status).toBe(0);
  });

  it('finds nothing in a sound one, and every fault in the others', () => {
    const folder = temporaryFolder();
    const texts = [
      sound,
      ...faults.map(([, change]) => change(sound)),
      sound.replace(sha, `a${sha.slice(1)}`),
    ];
    const files = texts.map((text, index) => {
      writeFileSync(join(folder, `${index}.yml`), text);
      return `${index}.yml`;
    });
    const { status, lines } = check(folder, files);
    expect(status).toBe(1);
    const of = (index: number) => lines.filter((line) => line.startsWith(`${index}.yml:`));
    expect(of(0)).toEqual([]);
    for (const [index, [name, , place, said]] of faults.entries()) {
      const found = of(index + 1).filter((line) => line.includes(`.yml:${place}`) && line.includes(said));
      expect(found, `${name}: ${of(index + 1).join('; ')}`).toHaveLength(1);
    }
    expect(of(texts.length - 1)).toEqual([
      `${texts.length - 1}.yml:12:1: actions/checkout is another commit than at 0.yml:12`,
    ]);
  });
});
