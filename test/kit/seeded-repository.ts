import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { copyMade } from './made-once.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Folders, each with a bare `remote.git` and a `checkout` whose origin it is, that can be copied anywhere: every sha in them is the same in every run. */
export interface SeededRepositories {
  /** Nothing has been released: prod/0. */
  readonly fresh: string;
  /** dev moved three times, prod has two releases and was rolled back to the first. */
  readonly released: string;
}

/** The moment that the clock of the command line stands at, for reads and the writes of a test. */
export const goldenNow = '2026-01-03T12:00:00Z';

/** A copy of the built toolkit, so that a build in the meantime changes nothing under a running test. */
export function copyToolkit(folder: string): string {
  const toolkit = join(folder, 'toolkit');
  cpSync(join(root, 'dist'), join(toolkit, 'dist'), { recursive: true });
  for (const name of [
    'package.json',
    'node_modules',
    'pipelines',
    'policies',
    'examples',
    'helm',
    'bitiq.yaml',
    'environments',
    'test/kit/fixed-clock.js',
  ])
    symlinkSync(join(root, name), join(toolkit, name.replace(/.*\//, '')));
  return toolkit;
}

/** Makes the repositories by running the built command line with a fixed clock. */
export function seedRepositories(folder: string, toolkit: string): SeededRepositories {
  copyMade('seeded', folder, (made) => makeSeeded(made, toolkit));
  return { fresh: join(folder, 'fresh'), released: join(folder, 'released') };
}

function makeSeeded(folder: string, toolkit: string): void {
  const fresh = join(folder, 'fresh');
  const released = join(folder, 'released');
  const checkout = join(fresh, 'checkout');
  mkdirSync(fresh, { recursive: true });
  const env = sealedEnvironment(toolkit, fresh, '2026-01-01T00:00:00Z');
  const git = (cwd: string, ...args: string[]) => execFileSync('git', args, { cwd, env, stdio: 'pipe' });
  git(fresh, 'init', '--quiet', '--bare', '--initial-branch=main', 'remote.git');
  cpSync(join(root, 'test/fixtures/gitops'), checkout, { recursive: true });
  git(checkout, 'init', '--quiet', '--initial-branch=main');
  git(checkout, 'remote', 'add', 'origin', '../remote.git');
  git(checkout, 'add', '--all');
  git(checkout, 'commit', '--quiet', '--message', 'Start');
  git(checkout, 'push', '--quiet', '--set-upstream', 'origin', 'main');

  cpSync(fresh, released, { recursive: true });
  const story: readonly (readonly string[])[] = [
    ['set', 'dev', 'toy-service=v0.1.0-2.gabc0002', '--reason', 'Mend the login'],
    ['promote', 'dev', 'prod', '--reason', 'First release'],
    ['set', 'dev', 'toy-service=v0.1.0-3.gabc0003', 'toy-web=v0.1.0-2.gdef0002'],
    ['promote', 'dev', 'prod', '--reason', 'New checkout'],
    ['set', 'dev', 'toy-web=v0.2.0-0.gdef0003'],
    ['rollback', 'prod', '--reason', 'Checkout fails'],
  ];
  for (const [index, args] of story.entries()) {
    const checks = args[0] === 'rollback' ? [] : ['--no-image-check'];
    execFileSync(join(released, 'bin/bitiq'), [...args, ...checks], {
      cwd: join(released, 'checkout'),
      env: sealedEnvironment(toolkit, released, `2026-01-02T0${index}:00:00Z`),
      stdio: 'pipe',
    });
  }
  git(join(released, 'checkout'), 'pull', '--quiet');
}

/** A temporary folder, by its real path. */
export function makeFolder(): string {
  return realpathSync(mkdtempSync(join(tmpdir(), 'bitiq-golden-')));
}

/** The environment of a golden run in a folder: Git sealed, the clock fixed, `bitiq` (the built one) first on PATH. */
export function sealedEnvironment(toolkit: string, folder: string, now: string): NodeJS.ProcessEnv {
  const bin = join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  const script = [
    '#!/bin/sh',
    `exec '${process.execPath}' --import '${join(toolkit, 'fixed-clock.js')}' '${join(toolkit, 'dist/cli/main.js')}' "$@"`,
  ];
  writeFileSync(join(bin, 'bitiq'), script.join('\n') + '\n');
  chmodSync(join(bin, 'bitiq'), 0o755);
  return {
    PATH: `${bin}:${process.env['PATH'] ?? ''}`,
    HOME: folder,
    LC_ALL: 'C',
    TZ: 'UTC',
    TEST_NOW: now,
    TOOLKIT: toolkit,
    BITIQ_HELM: process.env['BITIQ_HELM'],
    BITIQ_STATE: join(folder, 'state'),
    GIT_CONFIG_GLOBAL: join(folder, 'gitconfig'),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'Ada',
    GIT_AUTHOR_EMAIL: 'ada@example.com',
    GIT_AUTHOR_DATE: now,
    GIT_COMMITTER_NAME: 'Ada',
    GIT_COMMITTER_EMAIL: 'ada@example.com',
    GIT_COMMITTER_DATE: now,
  };
}
