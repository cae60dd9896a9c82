import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  gitOpsRepository,
  openFixture,
  root,
  tagOf,
  temporaryFolder,
  type GitOpsFixture,
} from '../kit/gitops-repository.ts';
import { copyMadeLater } from '../kit/made-once.ts';
import { runScript, type ScriptResult } from './run-script.ts';
import { runStep } from './run-step.ts';

const pointer = 'environments/prod/application.yaml';
const prod = 'helm/bitiq/values-prod.yaml';

/** A GitOps repository that passes its own check, with all policies. */
async function policedRepository(): Promise<GitOpsFixture> {
  const folder = temporaryFolder();
  await copyMadeLater('policed', folder, async (made) => {
    const fixture = gitOpsRepository({ folder: made });
    for (const name of ['policies', 'pipelines'])
      cpSync(join(root, name), join(fixture.checkout, name), { recursive: true });
    await bitiq(fixture, 'generate');
    const budgets = fixture
      .read(prod)
      .replaceAll('replicas: 2', 'replicas: 2\n    disruptionBudget: { enabled: true }');
    fixture.commit({ [prod]: budgets }, 'Give prod what its policies ask for');
  });
  return openFixture(folder);
}

async function bitiq(fixture: GitOpsFixture, ...args: string[]): Promise<void> {
  const { status, stderr } = await runScript('../../dist/cli/main.js', args, { cwd: fixture.checkout });
  if (status !== 0) throw new Error(stderr);
}

/** Makes the commits of an action a branch that somebody proposes; main stays, and what was tagged is tagged. */
async function propose(fixture: GitOpsFixture, ...args: string[]): Promise<void> {
  const main = fixture.remoteGit('rev-parse', 'main');
  await bitiq(fixture, ...args, '--reason', 'a test');
  fixture.git('fetch', '--quiet', 'origin');
  fixture.git('checkout', '--quiet', '-B', 'proposed', 'origin/main');
  fixture.remoteGit('update-ref', 'refs/heads/main', main);
  fixture.git('fetch', '--quiet', 'origin', '+refs/heads/main:refs/remotes/origin/main');
}

async function gate(fixture: GitOpsFixture): Promise<ScriptResult & { summary: string; output: string }> {
  const folder = temporaryFolder();
  const files = { GITHUB_STEP_SUMMARY: join(folder, 'summary'), GITHUB_OUTPUT: join(folder, 'output') };
  for (const file of Object.values(files)) writeFileSync(file, '');
  const done = await runScript('promotion-gate.js', ['--base', 'origin/main', '--offline'], {
    cwd: fixture.checkout,
    env: files,
  });
  const read = (file: string) => readFileSync(file, 'utf8');
  return { ...done, summary: read(files.GITHUB_STEP_SUMMARY), output: read(files.GITHUB_OUTPUT) };
}

/** A checkout of a pull request as actions/checkout makes it: all branches and tags, detached at the merge. */
function checkOutMerge(fixture: GitOpsFixture): string {
  fixture.git('push', '--quiet', 'origin', 'proposed:refs/heads/bitiq/prod');
  fixture.git('checkout', '--quiet', '--detach', 'origin/main');
  fixture.git('merge', '--quiet', '--no-ff', '--message', 'Merge', 'proposed');
  fixture.git('push', '--quiet', 'origin', 'HEAD:refs/pull/7/merge');
  fixture.git('checkout', '--quiet', 'proposed');
  const folder = join(temporaryFolder(), 'runner');
  fixture.git('init', '--quiet', folder);
  const git = (...args: string[]) => fixture.git('-C', folder, ...args);
  git('remote', 'add', 'origin', fixture.remote);
  const refs = ['refs/heads/*:refs/remotes/origin/*', 'refs/pull/7/merge:refs/remotes/pull/7/merge'];
  git('fetch', '--quiet', '--tags', 'origin', ...refs.map((ref) => `+${ref}`));
  git('checkout', '--quiet', '--detach', 'refs/remotes/pull/7/merge');
  return folder;
}

describe('the promotion gate', () => {
  it('lets a promotion through, shows what it brings, and stops it when a policy denies it', async () => {
    const fixture = await policedRepository();
    await propose(fixture, 'promote', 'prod', '--no-image-check');
    const { status, stdout, summary, output } = await gate(fixture);
    expect(stdout).toContain('## prod: promotion `prod/0` → `prod/1`');
    expect(stdout).toMatch(/\| freezes +\| passed \|/);
    expect(stdout).toMatch(/\| policies \| passed \| \d+ passed, 0 failed/);
    expect(stdout).toMatch(/\| policies by Kyverno \| passed \| (?:the same \d+ verdicts|not asked)/);
    expect(stdout).toContain(`| toy-web | – | \`${tagOf(1)}\` | **added** |`);
    expect(stdout).toMatch(/\| `bitiq check` \| passed \| 0 errors/);
    expect(status).toBe(0);
    expect(summary).toBe(stdout);
    const [, end = '', comment] = /^comment<<(\S+)\n([^]*)\n\1\n$/.exec(output) ?? [];
    expect(end).toMatch(/^[0-9a-f-]{36}$/);
    expect(comment).toBe(stdout.trimEnd());

    // Policies of main decide, whatever the branch says.
    fixture.git('checkout', '--quiet', 'main');
    fixture.commit({
      'policies/three/policy.yaml': `apiVersion: policies.kyverno.io/v1
kind: ValidatingPolicy
metadata:
  name: three
  annotations: {bitiq.io/fix: Set replicas to 3.}
spec:
  validationActions: [Deny]
  matchConstraints:
    resourceRules:
      - {apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments]}
  validations:
    - {expression: object.spec.replicas >= 3, message: "three, <b>@ada</b> ~~~ says"}
`,
    });
    fixture.git('checkout', '--quiet', 'proposed');
    const denied = await gate(fixture);
    expect(denied.stdout).toMatch(/\| policies \| \*\*failed\*\* \| \d+ passed, 2 failed/);
    expect(denied.stdout).toContain('error[three]: Deployment/toy-web: three, <b>@ada</b> ~~~ says');
    expect(denied.stdout).toMatch(/^~{4,}text$/m);
    expect(denied.stdout).toContain('fix: Set replicas to 3.');
    expect(denied.stdout).toMatch(/\| policies by Kyverno \| passed \| (?:the same \d+ verdicts|not asked)/);
    expect(denied.status).toBe(1);
  });

  it('runs in a checkout of GitHub by the step of the workflow, also when main has gone on', async () => {
    const fixture = await policedRepository();
    await propose(fixture, 'promote', 'prod', '--no-image-check');
    fixture.git('checkout', '--quiet', 'main');
    const base = fixture.commit({ 'helm/bitiq/README.md': 'Something else.\n' });
    fixture.git('checkout', '--quiet', 'proposed');
    const cwd = checkOutMerge(fixture);
    const { status, stdout, stderr } = await runStep('promotion-gate.yml', 'gate', {
      cwd,
      env: { BASE: base },
    });
    expect(stderr).toBe('');
    expect(stdout).toContain('## prod: promotion `prod/0` → `prod/1`');
    expect(stdout).toContain('`bitiq check` | passed');
    // The workflow has built Kyverno in the step before.
    const hasKyverno = spawnSync('kyverno', ['version']).status === 0;
    expect(stdout).toMatch(
      hasKyverno ? /Kyverno \| passed \| the same/ : /Kyverno \| \*\*failed\*\* \| not asked/,
    );
    expect(status).toBe(hasKyverno ? 0 : 1);
  });

  it('stops one into a frozen environment, and lets a rollback through', async () => {
    const fixture = await policedRepository();
    await bitiq(fixture, 'promote', 'prod', '--no-image-check');
    await bitiq(fixture, 'set', 'dev', `toy-web=${tagOf(2)}`, '--no-image-check');
    await propose(fixture, 'promote', 'prod', '--no-image-check');
    await bitiq(fixture, 'freeze', 'prod', '--reason', 'the audit');
    const forward = await gate(fixture);
    expect(forward.stdout).toContain('## prod: promotion `prod/1` → `prod/2`');
    expect(forward.stdout).toMatch(/\| freezes \| \*\*failed\*\*/);
    expect(forward.stdout).toContain('the audit');
    expect(forward.status).toBe(1);

    fixture.remoteGit('update-ref', 'refs/heads/main', fixture.git('rev-parse', 'proposed'));
    fixture.git('fetch', '--quiet', 'origin');
    await bitiq(fixture, 'freeze', 'prod', '--reason', 'the audit');
    await propose(fixture, 'rollback', 'prod');
    const back = await gate(fixture);
    expect(back.stdout).toContain('## prod: rollback `prod/2` → `prod/1`');
    expect(back.stdout).toContain('a rollback to what ran before always passes');
    expect(back.stdout).toContain('**downgrade**');
    expect(back.stdout).not.toContain('freezes');
    expect(back.status).toBe(0);
  });

  it('stops a promotion where what was seen healthy cannot be fetched, and no rollback', async () => {
    const fixture = await policedRepository();
    for (const reason of ['one', 'two']) {
      await bitiq(
        fixture,
        'set',
        'dev',
        `toy-web=${tagOf(reason === 'one' ? 2 : 3)}`,
        '--no-image-check',
        '--reason',
        reason,
      );
      await bitiq(fixture, 'promote', 'dev', 'prod', '--no-image-check', '--reason', reason);
    }
    await bitiq(fixture, 'set', 'dev', `toy-web=${tagOf(4)}`, '--no-image-check', '--reason', 'three');
    const run = async () => {
      fixture.git('remote', 'set-url', 'origin', `${fixture.remote}-gone`);
      const done = await runScript('promotion-gate.js', ['--base', 'origin/main'], { cwd: fixture.checkout });
      fixture.git('remote', 'set-url', 'origin', fixture.remote);
      return done;
    };
    await propose(fixture, 'promote', 'dev', 'prod', '--no-image-check');
    const promotion = await run();
    expect([promotion.status, promotion.stdout]).toEqual([
      1,
      expect.stringContaining('it is not known what was seen healthy'),
    ]);
    await propose(fixture, 'rollback', 'prod');
    const rollback = await run();
    expect([rollback.status, rollback.stdout]).toEqual([
      0,
      expect.not.stringContaining('not known what was seen'),
    ]);
  });

  it('takes a release that was replaced and never ran for a promotion, whatever its number', async () => {
    const fixture = await policedRepository();
    const move = async (to: string) => {
      fixture.git('checkout', '--quiet', '-B', 'proposed', 'origin/main');
      const text = fixture.read(pointer).replace(/targetRevision: .*/, `targetRevision: ${to}`);
      writeFileSync(join(fixture.checkout, pointer), text);
      fixture.git('commit', '--quiet', '--all', '--message', 'prod: move');
      return gate(fixture);
    };
    await bitiq(fixture, 'promote', 'prod', '--no-image-check', '--reason', 'one');
    await bitiq(fixture, 'set', 'dev', `toy-web=${tagOf(2)}`, '--no-image-check');
    await propose(fixture, 'promote', 'prod', '--no-image-check');
    await bitiq(fixture, 'set', 'dev', `toy-web=${tagOf(3)}`, '--no-image-check');
    await bitiq(fixture, 'promote', 'prod', '--no-image-check', '--reason', 'three');
    await bitiq(fixture, 'freeze', 'prod', '--reason', 'the audit');
    fixture.git('fetch', '--quiet', '--tags', 'origin');
    const { stdout, status } = await move('prod/2');
    expect(stdout).toContain('## prod: promotion `prod/3` → `prod/2`');
    expect(stdout).toMatch(/\| freezes \| \*\*failed\*\*/);
    expect(status).toBe(1);
    const sha = fixture.git('rev-parse', 'prod/1^{commit}');
    expect((await move(sha)).stdout).toMatch(/## prod: promotion .*[^]*freezes \| \*\*failed\*\*/);
    const odd = await move("'`` <img> @ada #1'");
    expect(odd.stdout).toContain('## prod: promotion `prod/3` → ``` `` <img> @ada #1 ```');
  });

  it('stops what moves a service that main holds', async () => {
    const fixture = await policedRepository();
    await bitiq(fixture, 'promote', 'prod', '--no-image-check', '--reason', 'one');
    await bitiq(fixture, 'set', 'dev', `toy-web=${tagOf(2)}`, '--no-image-check');
    await propose(fixture, 'promote', 'prod', '--no-image-check');
    expect((await gate(fixture)).stdout).toMatch(/\| holds \| passed \|/);
    await bitiq(fixture, 'hold', 'prod', 'toy-web', '--reason', 'it loses data');
    const { stdout, status } = await gate(fixture);
    expect(stdout).toMatch(/\| holds \| \*\*failed\*\*/);
    expect(stdout).toContain('error[service-held]: In prod, ');
    expect(stdout).toContain('it loses data');
    expect(status).toBe(1);
  });

  it.each([
    ['follows main', /- name: dev\n[^]*promotesFrom: dev\n/, '- { name: prod, follows: main }\n'],
    ['is gone', /- name: prod\n(?: {4,}.*\n)*/, ''],
  ])('stops a branch after which prod %s', async (_, before, after) => {
    const fixture = gitOpsRepository();
    fixture.git('checkout', '--quiet', '-B', 'proposed');
    writeFileSync(join(fixture.checkout, 'bitiq.yaml'), fixture.read('bitiq.yaml').replace(before, after));
    fixture.git('commit', '--quiet', '--all', '--message', 'prod: as it was');
    const { stdout, status, output } = await gate(fixture);
    expect(stdout).toContain('## prod: pinned to `prod/0` no more');
    expect(stdout).toMatch(/\| pinned \| \*\*failed\*\*/);
    expect(output).toMatch(/^comment<</);
    expect(status).toBe(1);
  });

  it('judges values that the next release will take', async () => {
    const fixture = await policedRepository();
    fixture.git('checkout', '--quiet', '-B', 'proposed');
    const values = fixture.read(prod).replace('replicas: 2', 'replicas: 1');
    writeFileSync(join(fixture.checkout, prod), values);
    fixture.git('commit', '--quiet', '--all', '--message', 'prod: one is enough');
    const { status, stdout, output } = await gate(fixture);
    expect(stdout).toContain(`## prod: what its next release will take from \`${prod}\``);
    expect(stdout).toContain('error[availability]: Deployment/toy-service: at least two replicas are needed');
    expect(output).toMatch(/^comment<</);
    expect(status).toBe(1);
  });

  it('reports a pointer to nothing, and says nothing where nothing moves', async () => {
    const fixture = await policedRepository();
    fixture.git('checkout', '--quiet', '-B', 'proposed');
    const still = await gate(fixture);
    expect(still.stdout).toContain('## No pinned environment moves');
    expect(still.output).toBe('');
    expect(still.status).toBe(0);

    const text = fixture.read(pointer).replace('/prod/0', '/prod/9');
    writeFileSync(join(fixture.checkout, pointer), text);
    fixture.git('commit', '--quiet', '--all', '--message', 'prod: nine');
    const { status, stdout } = await gate(fixture);
    expect(stdout).toMatch(/\| rendering \| \*\*failed\*\*/);
    expect(stdout).toContain('error[release-missing]');
    expect(stdout).toContain('error[pointer-invalid]');
    expect(status).toBe(1);
  });
});
