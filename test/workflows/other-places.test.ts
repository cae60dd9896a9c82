import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { gitOpsRepository, tagOf, type GitOpsFixture } from '../kit/gitops-repository.ts';
import { textOf } from '../repository/tracked-files.ts';
import { runScript } from './run-script.ts';
import { runStep } from './run-step.ts';

const values = 'deploy/helm/bitiq/values-dev.yaml';
const env = { BITIQ_BRANCH: 'trunk' };

/** A repository that has its GitOps files in deploy/ and its branch is called trunk, as a checkout on GitHub has it. */
function elsewhere(): GitOpsFixture {
  const fixture = gitOpsRepository();
  const { git, checkout, remoteGit } = fixture;
  const entries = readdirSync(checkout).filter((name) => name !== '.git');
  mkdirSync(join(checkout, 'deploy'));
  git('mv', ...entries, 'deploy/');
  git('commit', '--quiet', '--message', 'Move');
  git('branch', '--quiet', '--move', 'trunk');
  git('push', '--quiet', 'origin', 'trunk');
  remoteGit('symbolic-ref', 'HEAD', 'refs/heads/trunk');
  remoteGit('branch', '--quiet', '--delete', '--force', 'main');
  git('fetch', '--quiet', '--prune');
  // What actions/checkout does not make.
  git('remote', 'set-head', 'origin', '--delete');
  return fixture;
}

async function bitiq({ checkout }: GitOpsFixture, ...args: string[]): Promise<void> {
  const { status, stderr } = await runScript('../../dist/cli/main.js', args, {
    cwd: join(checkout, 'deploy'),
    env,
  });
  if (status !== 0) throw new Error(stderr);
}

describe('a repository with a folder and a branch of its own', () => {
  it('gets the true appVersion', async () => {
    const fixture = elsewhere();
    const text = fixture.read(values).replace(/(name: toy-web[^]*?tag: )\S+/, `$1${tagOf(2)}`);
    fixture.git('checkout', '--quiet', '-B', 'work', 'origin/trunk');
    writeFileSync(join(fixture.checkout, values), text);
    fixture.git('commit', '--quiet', '--all', '--message', 'build: automatic update of dev');
    fixture.git('push', '--quiet', 'origin', 'HEAD:trunk');
    const step = { cwd: fixture.checkout, folder: 'deploy', env: { ...env, PUSH_TOKEN: 'x' } };
    const done = await runStep('appversion.yml', 'write', step);
    expect(done).toMatchObject({ status: 0, stderr: '' });
    expect(done.stdout).toContain('into helm/bitiq/Chart.yaml of trunk: ');
    expect(fixture.remoteGit('diff', '--name-only', 'trunk^', 'trunk')).toBe('deploy/helm/bitiq/Chart.yaml');
  });

  it('gets what Argo CD says is healthy', async () => {
    const fixture = elsewhere();
    const REVISION = fixture.remoteGit('rev-parse', 'trunk');
    const step = { cwd: fixture.checkout, folder: 'deploy', env: { ...env, ENVIRONMENT: 'dev', REVISION } };
    expect((await runStep('healthy.yml', 'record', step)).status).toBe(0);
    expect(fixture.remoteGit('rev-parse', '--verify', 'refs/bitiq/health')).toMatch(/^[0-9a-f]{40}$/);
  });

  it('has its promotions judged', async () => {
    const fixture = elsewhere();
    const trunk = fixture.remoteGit('rev-parse', 'trunk');
    await bitiq(fixture, 'promote', 'prod', '--no-image-check', '--reason', 'a test');
    fixture.git('fetch', '--quiet', '--tags', 'origin');
    fixture.git('checkout', '--quiet', '-B', 'proposed', 'origin/trunk');
    fixture.remoteGit('update-ref', 'refs/heads/trunk', trunk);
    fixture.git('fetch', '--quiet', 'origin', '+refs/heads/trunk:refs/remotes/origin/trunk');
    const { stdout } = await runScript('promotion-gate.js', ['--offline'], {
      cwd: join(fixture.checkout, 'deploy'),
      env,
    });
    expect(stdout).toContain('## prod: promotion `prod/0` → `prod/1`');
  });
});

describe('the workflows', () => {
  const branch = '${{ vars.BITIQ_BRANCH || github.event.repository.default_branch }}';

  it.each(['appversion', 'ci', 'healthy', 'promotion-gate', 'todo-to-issue'])(
    '%s names no branch and no folder',
    (name) => {
      const { on, jobs } = parse(textOf(`.github/workflows/${name}.yml`));
      expect(on.push?.branches).toBeUndefined();
      for (const job of Object.values<any>(jobs)) {
        // A push to any branch starts it.
        if (on.push && job.needs === undefined && job.if !== "github.event_name == 'pull_request'")
          expect(job.if).toContain(
            'github.ref_name == (vars.BITIQ_BRANCH || github.event.repository.default_branch)',
          );
        if (job.steps.some((step: any) => step.run))
          expect(job.defaults.run['working-directory']).toBe("${{ vars.BITIQ_FOLDER || '.' }}");
        for (const step of job.steps) {
          if (step.with?.ref?.includes('BITIQ')) expect(step.with.ref).toBe(branch);
          expect(step.with?.ref).not.toBe('main');
        }
        const scripts = job.steps.filter((step: any) => step.run?.includes('node tools/workflows/'));
        if (scripts.some((step: any) => !step.run.includes('post-comment')))
          expect(job.env.BITIQ_BRANCH).toBe(branch);
      }
    },
  );
});
