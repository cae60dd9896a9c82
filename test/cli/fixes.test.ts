import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  gitOpsRepository,
  repositoryWithPolicies,
  tagOf,
  temporaryFolder,
  type GitOpsFixture,
} from '../kit/gitops-repository.ts';
import { mainFile } from '../kit/loop-process.ts';

interface Case {
  readonly about: string;
  readonly policies?: boolean;
  /** What happened before; all of it works. */
  readonly before?: readonly string[];
  readonly files?: (fixture: GitOpsFixture) => Readonly<Record<string, string>>;
  /** The command whose output has the fix. */
  readonly command: string;
  /** The commands of the fix, as it says them. */
  readonly fixes: readonly RegExp[];
  /** What works when the fix has been done; default: the command itself. `undefined`: the fix only shows something. */
  readonly afterwards?: string | undefined;
}

const web = (commits: number) => `toy-web=${tagOf(commits)}`;
const set = (commits: number, environment = 'dev') =>
  `bitiq set ${environment} ${web(commits)} --no-image-check`;
const first = 'bitiq promote dev prod --no-image-check';

const cases: readonly Case[] = [
  {
    about: 'a held service',
    before: ['bitiq hold dev toy-web --reason r'],
    command: set(2),
    fixes: [/^bitiq unhold dev toy-web$/],
  },
  {
    about: 'a frozen environment',
    before: ['bitiq freeze prod --reason r'],
    command: first,
    fixes: [/^bitiq thaw prod/],
  },
  {
    about: 'a promotion to what follows main',
    command: 'bitiq promote dev --no-image-check',
    fixes: [/^bitiq promote dev prod$/],
    afterwards: 'bitiq show prod/1',
  },
  {
    about: 'a version that was not promoted',
    before: [first, set(2)],
    command: 'bitiq explain prod toy-web --no-image-check',
    fixes: [/^bitiq promote dev prod --only toy-web$/],
  },
  {
    about: 'a version that was not promoted, under policies',
    policies: true,
    before: [first, 'bitiq healthy dev', set(2)],
    command: 'bitiq explain prod toy-web --no-image-check',
    fixes: [/^bitiq healthy dev toy-web$/, /^bitiq promote dev prod --only toy-web$/],
  },
  {
    about: 'a version that a hold keeps out',
    before: [first, set(2), 'bitiq hold prod toy-web --reason r'],
    command: 'bitiq explain prod toy-web --no-image-check',
    fixes: [/^bitiq unhold prod toy-web$/],
  },
  {
    about: 'a version that a freeze keeps out',
    before: [first, set(2), 'bitiq freeze prod --reason r'],
    command: 'bitiq explain prod toy-web --no-image-check',
    fixes: [/^bitiq thaw prod$/],
  },
  {
    about: 'a rollback with nothing before',
    before: [first],
    command: 'bitiq rollback prod --reason r',
    fixes: [/^bitiq log prod$/],
    afterwards: undefined,
  },
  {
    about: 'a limit that is not a number',
    command: 'bitiq log prod --limit many',
    fixes: [/^bitiq log prod --limit 5$/],
    afterwards: undefined,
  },
  {
    about: 'a rendering before the first release',
    command: 'bitiq render prod',
    fixes: [/^bitiq promote prod$/],
  },
  {
    about: 'a judgement before the first release',
    command: 'bitiq policy prod',
    fixes: [/^bitiq promote prod$/],
  },
  {
    about: 'health before the first release',
    command: 'bitiq healthy prod',
    fixes: [/^bitiq promote prod$/],
  },
  {
    about: 'automation of a pinned environment',
    command: 'bitiq update prod',
    fixes: [/^bitiq promote prod$/],
    afterwards: 'bitiq show prod/1',
  },
  {
    about: 'an appVersion that is behind',
    files: (fixture) => ({
      'helm/bitiq/values-dev.yaml': fixture.read('helm/bitiq/values-dev.yaml').replace(tagOf(1), tagOf(3)),
    }),
    command: 'bitiq check --no-render',
    fixes: [/^bitiq generate$/, /^bitiq appversion --write$/],
  },
];

function shell(fixture: GitOpsFixture, line: string) {
  const folder = temporaryFolder();
  const program = join(folder, 'bitiq');
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${mainFile}' "$@"\n`);
  chmodSync(program, 0o755);
  const { status, stdout, stderr } = spawnSync('sh', ['-c', line], {
    cwd: fixture.checkout,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', PATH: `${folder}${delimiter}${process.env['PATH'] ?? ''}` },
  });
  return { status, text: `${stdout}${stderr}` };
}

function fixesIn(text: string): string[] {
  return [...text.matchAll(/^ *fix: (.*)$/gm)].flatMap(([, fix = '']) =>
    [...fix.matchAll(/`((?:\.\/)?bitiq [^`]+)`/g)].map(([, line = '']) => line),
  );
}

/** The images of these tests are nowhere. */
function withoutImages(line: string): string {
  return /^bitiq (?:promote|set) /.test(line) ? `${line} --no-image-check` : line;
}

describe('the commands of a fix work', () => {
  it.each(cases)('$about', (each) => {
    const fixture = each.policies ? repositoryWithPolicies() : gitOpsRepository();
    if (each.files) fixture.commit(each.files(fixture));
    for (const line of each.before ?? []) expect(shell(fixture, line)).toMatchObject({ status: 0 });
    const { text } = shell(fixture, each.command);
    const fixes = [...new Set(fixesIn(text))];
    expect(fixes.length, text).toBe(each.fixes.length);
    for (const [index, line] of fixes.entries()) {
      expect(line).toMatch(each.fixes[index]!);
      expect(shell(fixture, withoutImages(line)), line).toMatchObject({ status: 0 });
    }
    const then = 'afterwards' in each ? each.afterwards : each.command;
    if (then !== undefined) {
      const after = shell(fixture, then);
      expect(after, then).toMatchObject({ status: 0 });
      expect(fixesIn(after.text)).not.toEqual(fixes);
    }
  });
});
