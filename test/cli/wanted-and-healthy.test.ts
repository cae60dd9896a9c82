import { execFile } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { placeholderTag } from '../../src/model/tag.ts';
import type { LoopView, ServiceView } from '../../src/model/loop-view.ts';
import { combinationOf } from '../../src/model/combination.ts';
import { recordHealth } from '../../src/actions/plan/record-health.ts';
import { promote } from '../../src/actions/promote.ts';
import { setTags } from '../../src/actions/set.ts';
import { openRepository } from '../../src/git/repository.ts';
import { claimLoop } from '../../src/local/loop-record.ts';
import { loopPaths } from '../../src/local/loop-paths.ts';
import { startServer } from '../../src/local/server.ts';
import {
  actorAt,
  gitOpsRepository,
  repositoryWithPolicies,
  tagOf,
  temporaryFolder,
  type GitOpsFixture,
} from '../kit/gitops-repository.ts';
import { mainFile } from '../kit/loop-process.ts';

const helm = process.env['BITIQ_HELM']!;
let clock = 0;

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function bitiqIn(fixture: GitOpsFixture, ...args: string[]): Promise<Ended> {
  return run(fixture.checkout, {}, args);
}

function run(cwd: string, env: Readonly<Record<string, string>>, args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [mainFile, ...args],
      { cwd, env: { ...process.env, NO_COLOR: '1', ...env } },
      (error, stdout, stderr) => resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}

/** dev had toy-web 1, then 2; both services were healthy with 1, and nothing is known of 2. */
async function withHealth(fixture = gitOpsRepository()): Promise<GitOpsFixture> {
  const repository = await openRepository(fixture.remote);
  const both = combinationOf([
    ['toy-service', tagOf(1)],
    ['toy-web', tagOf(1)],
  ]);
  await recordHealth(repository, {
    environment: 'dev',
    release: 'dev@abc1234',
    healthy: both,
    actor: actorAt(++clock),
  });
  await setTags(repository, {
    environment: 'dev',
    tags: new Map([['toy-web', tagOf(2)]]),
    actor: { ...actorAt(), now: new Date() },
    helm,
  });
  return fixture;
}

describe('what Git wants is not said to run', () => {
  it('is marked in status, explain and log where it was never seen healthy', async () => {
    const fixture = await withHealth();
    const status = await bitiqIn(fixture, 'status');
    expect(status).toMatchObject({ code: 0 });
    expect(status.stdout).toMatch(new RegExp(`toy-service +${tagOf(1)} +-`));
    expect(status.stdout).toMatch(new RegExp(`toy-web +${tagOf(2)} \\(not seen healthy\\)`));
    expect(status.stderr).not.toContain('not recorded');
    const json = JSON.parse((await bitiqIn(fixture, 'status', '--json')).stdout) as {
      environments: readonly Record<string, unknown>[];
    };
    expect(json.environments[0]).toMatchObject({
      health: {
        recorded: true,
        services: {
          'toy-service': { seen: 'healthy', release: 'dev@abc1234' },
          'toy-web': { seen: 'not-seen', since: null, release: null },
        },
      },
      running: null,
      faults: [],
    });

    const explained = await bitiqIn(fixture, 'explain', 'dev', 'toy-web', '--no-image-check');
    expect(explained.stdout).toContain(`dev wants toy-web ${tagOf(2)}`);
    expect(explained.stdout).toContain(
      `not seen healthy there; ${tagOf(1)} was the last one that was, first at 2026-01-01T`,
    );
    const found = await bitiqIn(fixture, 'explain', 'dev', 'toy-web', '--no-image-check', '--json');
    expect(JSON.parse(found.stdout)).toMatchObject({
      seen: 'not-seen',
      healthy: null,
      lastHealthy: { tag: tagOf(1), record: { release: 'dev@abc1234' } },
      running: null,
    });

    const log = await bitiqIn(fixture, 'log', 'dev');
    expect(log.stdout.match(/never seen healthy: .*/g)).toEqual(['never seen healthy: toy-web']);
    const moves = JSON.parse((await bitiqIn(fixture, 'log', 'dev', '--json')).stdout) as {
      neverSeenHealthy: unknown;
    }[];
    expect(moves.map(({ neverSeenHealthy }) => neverSeenHealthy)).toEqual([['toy-web'], null]);
  });

  it('gets no marks but one line where no health is recorded, and a service without a version is not built yet', async () => {
    const fixture = gitOpsRepository();
    const values = fixture.read('helm/bitiq/values-dev.yaml');
    fixture.commit({ 'helm/bitiq/values-dev.yaml': values.replace(tagOf(1), placeholderTag) });
    const { stdout, stderr, code } = await bitiqIn(fixture, 'status');
    expect(code).toBe(0);
    expect(stdout).toMatch(/toy-service +not built yet/);
    expect(stdout).not.toContain(placeholderTag);
    expect(stdout).not.toContain('healthy');
    expect(stderr.match(/Health is not recorded in dev: .*\n/g)).toHaveLength(1);
    const explained = await bitiqIn(fixture, 'explain', 'dev', 'toy-service', '--no-image-check');
    expect(explained.stdout).toContain('dev wants toy-service (not built yet)');
  });

  it('is told apart from what a loop runs', async () => {
    const fixture = await withHealth();
    const state = temporaryFolder();
    const paths = loopPaths(state);
    mkdirSync(paths.git, { recursive: true });
    cpSync(fixture.remote, paths.gitOps, { recursive: true });
    const service = (name: string, more: Partial<ServiceView>): ServiceView => ({
      service: name,
      wanted: tagOf(1),
      running: tagOf(1),
      health: 'healthy',
      ...more,
    });
    const view: LoopView = {
      source: 'loop',
      environments: [
        {
          environment: 'dev',
          release: 'dev@abc1234',
          revision: 'abc1234',
          state: 'failed',
          message: 'dev@abc1234 was not reached: toy-web answers 503.\nmore',
          services: [
            service('toy-service', {}),
            service('toy-web', { wanted: tagOf(2), health: 'degraded', message: 'It stays on what ran.' }),
          ],
        },
      ],
      runs: [],
      events: [],
    };
    const claim = await claimLoop(paths.record);
    const server = await startServer({
      port: 0,
      board: { snapshot: () => view, subscribe: () => () => {}, openLog: () => undefined },
    });
    onTestFinished(() => server.close());
    await claim.publish(server.url);
    const ask = (...args: string[]) => run(state, { BITIQ_STATE: state }, [...args, '--repo', 'loop']);
    const status = await ask('status');
    expect(status.stdout).toMatch(new RegExp(`toy-service +${tagOf(1)} +-`));
    expect(status.stdout).toContain(`${tagOf(2)} (${tagOf(1)} runs)`);
    expect(status.stdout).toContain('dev: dev@abc1234 was not reached: toy-web answers 503.\n');
    const explained = await ask('explain', 'dev', 'toy-web', '--no-image-check');
    expect(explained.stdout).toMatch(
      new RegExp(`running +${tagOf(1)} \\(degraded: It stays on what ran\\.\\)`),
    );
    await claim.release();
    const later = await ask('status');
    expect(later.stdout).toContain(`${tagOf(2)} (not seen healthy)`);
    expect(later.stderr).toContain('No loop is running here, so it is unknown what runs.');
  });
});

describe('a file of one environment that cannot be read', () => {
  it('hides nothing of the others', async () => {
    const fixture = repositoryWithPolicies();
    await promote(await openRepository(fixture.remote), { to: 'prod', actor: actorAt(++clock), helm });
    const broken = fixture.read('helm/bitiq/values-dev.yaml').replace(/tag: v\S+/, 'tag: 1.2.3');
    fixture.commit({ 'helm/bitiq/values-dev.yaml': broken });
    const status = await bitiqIn(fixture, 'status');
    expect(status.code).toBe(1);
    expect(status.stdout).toMatch(/^release +dev@[0-9a-f]{7} \(unreadable\) +prod\/1$/m);
    expect(status.stdout).toMatch(new RegExp(`^toy-web +\\? +${tagOf(1)}$`, 'm'));
    expect(status.stdout).toMatch(/^dev: error\[name-invalid|^dev: error\[values-invalid/m);
    expect(status.stdout).toContain('values-dev.yaml:');
    const { stdout, code } = await bitiqIn(fixture, 'status', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      environments: [{ faults: [{ message: expect.any(String) as string }] }, { faults: [] }],
    });
    expect(await bitiqIn(fixture, 'policy', 'prod')).toMatchObject({ code: 0 });
    const explained = await bitiqIn(fixture, 'explain', 'prod', 'toy-web', '--no-image-check');
    expect(explained).toMatchObject({ code: 0 });
    expect(explained.stdout).toContain('What dev wants could not be read');
  });
});
