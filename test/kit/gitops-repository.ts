import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { combinationOf, printComposite } from '../../src/model/combination.ts';
import { copyMade } from './made-once.ts';
import type { Actor } from '../../src/actions/plan/prepared-plan.ts';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** A tag with a sha that can be told from others by its number. */
export function tagOf(commits: number, version = 'v0.1.0'): string {
  return `${version}-${commits}.g${(0xabc0000 + commits).toString(16)}`;
}

/** Who acts in tests, at a fixed time. */
export function actorAt(seconds = 0, reason?: string): Actor {
  return {
    name: 'Ada',
    email: 'ada@example.com',
    reason,
    now: new Date(Date.UTC(2026, 0, 1, 0, 0, seconds)),
  };
}

/** A folder that is removed when the test ends. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'bitiq-test-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A real GitOps repository: a bare remote, and a checkout whose origin it is. */
export interface GitOpsFixture {
  readonly remote: string;
  readonly checkout: string;
  git(...args: string[]): string;
  remoteGit(...args: string[]): string;
  read(path: string): string;
  /** Commits these files on main and pushes it. */
  commit(files: Readonly<Record<string, string>>, message?: string): string;
}

/** Makes a GitOps repository with the chart of this repository and the given services. */
export function gitOpsRepository(
  options: {
    readonly services?: readonly string[];
    /** Where it is made, for one that several tests share. Default: a folder that is removed when the test ends. */
    readonly folder?: string;
  } = {},
): GitOpsFixture {
  const services = options.services ?? ['toy-service', 'toy-web'];
  const folder = options.folder ?? temporaryFolder();
  copyMade(`gitops-${services.join('-')}`, folder, (made) => makeRepository(made, services));
  return openFixture(folder);
}

/** The GitOps repository in a folder that `gitOpsRepository` filled, or in a copy of one. */
export function openFixture(folder: string): GitOpsFixture {
  const remote = join(folder, 'remote.git');
  const checkout = join(folder, 'checkout');
  return {
    remote,
    checkout,
    git: (...args) => run(checkout, args),
    remoteGit: (...args) => run(remote, args),
    read: (path) => readFileSync(join(checkout, path), 'utf8'),
    commit: (files, message = 'Change') => {
      if (!hasMainOf(checkout, remote)) run(checkout, ['pull', '--quiet', '--rebase', 'origin', 'main']);
      writeAll(checkout, files);
      return commitAll(checkout, message);
    },
  };
}

function makeRepository(folder: string, services: readonly string[]): void {
  const remote = join(folder, 'remote.git');
  const checkout = join(folder, 'checkout');
  run(folder, ['init', '--quiet', '--bare', '--initial-branch=main', remote]);
  run(folder, ['clone', '--quiet', remote, checkout]);
  for (const hooks of [join(remote, 'hooks'), join(checkout, '.git/hooks')]) {
    rmSync(hooks, { recursive: true });
    mkdirSync(hooks);
  }
  run(checkout, ['checkout', '--quiet', '-B', 'main']);
  cpSync(join(root, 'helm'), join(checkout, 'helm'), { recursive: true });
  cpSync(join(root, 'environments'), join(checkout, 'environments'), { recursive: true });
  writeAll(checkout, fixtureFiles(services));
  commitAll(checkout, 'Start');
}

/** Whether main of a checkout is checked out and is that of its remote; false also where this cannot be read at once. */
function hasMainOf(checkout: string, remote: string): boolean {
  const read = (file: string) => (existsSync(file) ? readFileSync(file, 'utf8') : undefined);
  const main = read(join(checkout, '.git/refs/heads/main'));
  return (
    read(join(checkout, '.git/HEAD')) === 'ref: refs/heads/main\n' &&
    main !== undefined &&
    main === read(join(checkout, '.git/refs/remotes/origin/main')) &&
    main === read(join(remote, 'refs/heads/main'))
  );
}

/** Gives a checkout the pipelines of this repository, without the Triggers of its services. */
export function addPipelines({ checkout }: GitOpsFixture): void {
  const from = join(root, 'pipelines');
  cpSync(from, join(checkout, 'pipelines'), {
    recursive: true,
    filter: (path) => path !== join(from, 'triggers/services'),
  });
}

/** A GitOps repository with the policies of this one, and values for prod that they accept. */
export function repositoryWithPolicies(files: Readonly<Record<string, string>> = {}): GitOpsFixture {
  if (Object.keys(files).length > 0) return addPolicies(gitOpsRepository(), files);
  const folder = temporaryFolder();
  copyMade('policies', folder, (made) => addPolicies(gitOpsRepository({ folder: made }), {}));
  return openFixture(folder);
}

function addPolicies(fixture: GitOpsFixture, files: Readonly<Record<string, string>>): GitOpsFixture {
  cpSync(join(root, 'policies'), join(fixture.checkout, 'policies'), { recursive: true });
  const values = fixture
    .read('helm/bitiq/values-prod.yaml')
    .replaceAll('replicas: 2', 'replicas: 2\n    disruptionBudget:\n      enabled: true');
  fixture.commit({ 'helm/bitiq/values-prod.yaml': values, ...files }, 'Add policies');
  return fixture;
}

function fixtureFiles(services: readonly string[]): Record<string, string> {
  const combination = combinationOf(services.map((name) => [name, tagOf(1)] as const));
  const chart = readFileSync(join(root, 'helm/bitiq/Chart.yaml'), 'utf8');
  return {
    'bitiq.yaml': [
      'services:',
      ...services.flatMap((name) => [
        `  - name: ${name}`,
        `    repository: https://github.com/bitiq-io/${name}`,
        `    image: ghcr.io/bitiq-io/${name}`,
      ]),
      'environments:',
      '  - name: dev',
      '    follows: main',
      '  - name: prod',
      '    pinned: true',
      '    promotesFrom: dev',
      '',
    ].join('\n'),
    'helm/bitiq/Chart.yaml': chart.replace(
      /^appVersion:.*$/m,
      `appVersion: "${printComposite(combination)}"`,
    ),
    'helm/bitiq/values-dev.yaml': valuesOf('dev', services),
    'helm/bitiq/values-prod.yaml': valuesOf('prod', services),
  };
}

function valuesOf(environment: string, services: readonly string[]): string {
  const entries = services.map((name) =>
    [
      `  - name: ${name} # the comment of ${name}`,
      '    image:',
      `      repository: ghcr.io/bitiq-io/${name}`,
      `      tag: ${tagOf(1)} # its tag`,
      `    replicas: ${environment === 'prod' ? 2 : 1}`,
    ].join('\n'),
  );
  return `# ${environment}\nenvironment: ${environment}\n\nservices:\n${entries.join('\n\n')}\n`;
}

function writeAll(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

function commitAll(checkout: string, message: string): string {
  run(checkout, ['add', '--all']);
  run(checkout, ['commit', '--quiet', '--message', message]);
  run(checkout, ['push', '--quiet', 'origin', 'main']);
  return run(checkout, ['rev-parse', 'HEAD']);
}

function run(cwd: string, args: readonly string[]): string {
  return execFileSync('git', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trimEnd();
}
