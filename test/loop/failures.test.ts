import { spawnSync } from 'node:child_process';
import { createHmac, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunView } from '../../src/model/loop-view.ts';
import { cloneRemote, type Clone } from '../kit/clone.ts';
import {
  environmentIn,
  fetchAnew,
  isOf,
  leftProcesses,
  mainFile,
  processesOf,
  removeState,
  serviceIn,
  startLoopProcess,
  type LoopProcess,
} from '../kit/loop-process.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'bitiq-loop-failures-')));
const state = join(folder, 'state');
const valuesDev = 'helm/bitiq/values-dev.yaml';
let loop: LoopProcess;
let service: Clone;
let gitOps: Clone;
/** The commit of toy-service that dev runs, whatever is pushed. */
let good: string;

beforeAll(async () => {
  loop = await startLoopProcess(state);
  await loop.runs('dev', { 'toy-service': '', 'toy-web': '' });
  service = await cloneRemote(loop, 'toy-service', join(folder, 'toy-service'));
  gitOps = await cloneRemote(loop, 'bitiq', join(folder, 'bitiq'));
  good = await service.git('rev-parse', 'HEAD');
});

afterAll(async () => {
  await loop?.end('SIGINT');
  expect(await leftProcesses(state)).toEqual([]);
  removeState(folder);
});

/** Runs the built command line on the loop's own repository. */
function bitiq(...args: readonly string[]) {
  const env = { ...process.env, BITIQ_STATE: state };
  return spawnSync(process.execPath, [mainFile, ...args], { encoding: 'utf8', env });
}

describe('a commit of a service', () => {
  it('whose tests fail is not built: the run and an event say why', async () => {
    const script = service.read('package.json');
    const bad = script.replace(/"test": ".*"/, '"test": "echo two is not three >&2; exit 3"');
    const run = await failedRunOf(await service.push({ 'package.json': bad }, 'Fail the tests'));
    expect(run.message).toContain('The task test failed');
    expect(run.tasks.map((task) => task.state)).toEqual(['succeeded', 'failed', 'skipped', 'succeeded']);
    expect(await logOf(run, 'test', 'build-and-test')).toMatch(
      / two is not three\n.* ended with exit code 3/s,
    );
    await devStays();
    const told = await problem('the build of');
    expect(told).toContain('The task test failed');
    const log = await fetch(/ See (http:\S+\.log)$/.exec(told)?.[1] ?? '');
    expect(await log.text()).toMatch(/ two is not three\n/);
    await service.commit({ 'package.json': script }, 'Repair the tests');
  });

  it('whose Dockerfile needs RUN is refused by name in the log', async () => {
    const dockerfile = service.read('Dockerfile');
    const bad = dockerfile.replace('COPY dist', 'RUN npm ci\nCOPY dist');
    const run = await failedRunOf(await service.push({ Dockerfile: bad }, 'Install in the image'));
    const log = await logOf(run, 'build-image', 'build');
    expect(log).toContain('Dockerfile:6');
    expect(log).toContain('RUN npm ci');
    await devStays();
    await service.commit({ Dockerfile: dockerfile }, 'Install outside again');
  });

  it('whose build never ends is ended by the timeout of the run, with all its processes', async () => {
    const template = gitOps.read('pipelines/triggers/trigger-template.yaml');
    await gitOps.push(
      { 'pipelines/triggers/trigger-template.yaml': template.replace('pipeline: 30m', 'pipeline: 6s') },
      'Be impatient',
    );
    const script = service.read('package.json');
    const bad = script.replace(/"test": ".*"/, '"test": "sleep 4321 & sleep 4321"');
    const run = await failedRunOf(await service.push({ 'package.json': bad }, 'Never end'));
    expect(run.message).toMatch(/timed out|within "6s"|failed to finish/);
    await expect.poll(() => processesOf(state).filter((line) => line.includes('sleep 4321'))).toEqual([]);
    await devStays();
    await service.commit({ 'package.json': script }, 'End');
    await gitOps.push({ 'pipelines/triggers/trigger-template.yaml': template }, 'Be patient again');
  });

  it('whose health check fails is built and written to Git, and does not replace what runs', async () => {
    const values = gitOps.read(valuesDev);
    await gitOps.push(
      {
        [valuesDev]: values.replace(
          '    replicas: 1\n    networkPolicy',
          '    replicas: 1\n    probes:\n      startup:\n        periodSeconds: 1\n        failureThreshold: 12\n    networkPolicy',
        ),
      },
      'Give toy-service twelve seconds to start',
    );
    await loop.until('the new probe', (view) => {
      const dev = environmentIn(view, 'dev');
      return dev.state === 'synced' && view.events.some((event) => event.text.includes(dev.release));
    });
    const server = service.read('src/server.ts');
    const bad = server.replace(
      'app.server.on(',
      "if (process.env['PORT'] !== '0') app.server.removeAllListeners('request').on('request', (_, response) => response.writeHead(503).end());\napp.server.on(",
    );
    const sha = await service.push({ 'src/server.ts': bad }, 'Answer nothing');
    const dev = await loop.until('dev refusing it', (view) => {
      const found = environmentIn(view, 'dev');
      return found.state === 'failed' && isOf(serviceIn(found, 'toy-service')?.wanted, sha) && found;
    });
    expect(dev.message).toMatch(/was not ready after 12 s: GET \/healthz answered 503/);
    expect(serviceIn(dev, 'toy-service')).toMatchObject({ health: 'degraded' });
    expect(serviceIn(dev, 'toy-web')).toMatchObject({ health: 'healthy' });
    await devStays();
    expect(await problem('was not reached')).toContain('GET /healthz answered 503');
    // Git has it, so only what is recorded of its health keeps it out of prod.
    const refused = bitiq('promote', 'dev', 'prod', '--repo', 'loop');
    expect(refused.stderr).toContain(
      `healthy-before: Release/prod/1: it was never healthy in dev: toy-service ${serviceIn(dev, 'toy-service')?.wanted ?? ''}`,
    );
    expect(refused.status).toBe(1);

    await gitOps.git('pull', '--quiet', '--rebase', 'origin', 'main');
    const impatient = /    probes:\n      startup:\n.*\n.*\n/;
    await gitOps.push(
      { [valuesDev]: gitOps.read(valuesDev).replace(impatient, '') },
      'Give toy-service the usual time to start',
    );
    good = await service.push({ 'src/server.ts': server }, 'Answer again');
    await loop.runs('dev', { 'toy-service': good, 'toy-web': '' });
    await devStays();
    expect(bitiq('promote', 'dev', 'prod', '--repo', 'loop', '--dry-run').stderr).toContain(
      'This is a plan.',
    );
  });
});

it('shows what is held and frozen as long as it is', async () => {
  const stops = (wanted: string) =>
    loop.until(`the reasons ${wanted}`, ({ environments }) => {
      const held = environments.flatMap(({ services }) => services.flatMap(({ hold }) => hold?.reason ?? []));
      const frozen = environments.flatMap(({ freezes = [] }) => freezes.map(({ freeze }) => freeze.reason));
      return [...held, ...frozen].join() === wanted;
    });
  bitiq('hold', 'dev', 'toy-web', '--repo', 'loop', '--reason', 'it is slow');
  bitiq('freeze', 'prod', '--repo', 'loop', '--reason', 'the fair');
  await stops('it is slow,the fair');
  bitiq('unhold', 'dev', 'toy-web', '--repo', 'loop');
  bitiq('thaw', 'prod', '--repo', 'loop');
  await stops('');
}, 40_000);

describe('a push to the GitOps repository', () => {
  let replicas = 1;

  it.each([
    ['bitiq.yaml', (text: string) => text.replace('  - name: toy-web', '  - nam: toy-web'), 'bitiq.yaml'],
    ['bitiq.yaml', (text: string) => `${text}\n: [\n`, 'bitiq.yaml'],
    [valuesDev, (text: string) => text.replace('replicas: 1', 'replicas: one'), 'replicas'],
    ['helm/bitiq/templates/_deployment.tpl', (text: string) => `${text}{{ end }}`, '_deployment.tpl'],
    ['environments/dev/application.yaml', (text: string) => `${text}\n: [\n`, 'application.yaml'],
  ])(
    'that breaks %s (%#) is told and leaves dev as it is; the next good one is delivered',
    async (file, damage, told) => {
      const text = gitOps.read(file);
      const before = environmentIn(await loop.view(), 'dev');
      const sha = await gitOps.push({ [file]: damage(text) }, `Break ${file}`);
      const event = await loop.until('the problem', (view) =>
        view.events.find((each) => each.kind === 'problem' && each.text.includes(told)),
      );
      expect(event.text).not.toContain(loop.token);
      await devStays();
      const after = environmentIn(await loop.view(), 'dev');
      expect(after.services).toEqual(before.services);

      await gitOps.git('revert', '--no-edit', sha);
      replicas += 1; // something that can be seen in the rendering, and restarts nothing
      const healed = await gitOps.push(
        { [valuesDev]: gitOps.read(valuesDev).replace(/replicas: \d+/, `replicas: ${replicas}`) },
        `Heal ${file}`,
      );
      await loop.until('dev healed', (view) => {
        const dev = environmentIn(view, 'dev');
        return dev.state === 'synced' && dev.revision === healed;
      });
      await devStays();
    },
  );

  it('that breaks the chart keeps new images out of Git, until it is healed', async () => {
    const file = 'helm/bitiq/templates/_deployment.tpl';
    const text = gitOps.read(file);
    await gitOps.push({ [file]: `${text}{{ end }}` }, 'Break the chart again');
    const next = await service.push({ 'AFTER.md': 'x\n' }, 'Wait for the chart');
    expect(await problem('could not be written to Git')).toContain('_deployment.tpl');
    await devStays();
    await gitOps.push({ [file]: text }, 'Heal the chart');
    await loop.runs('dev', { 'toy-service': next, 'toy-web': '' });
    good = next;
    await devStays();
  });
});

describe('a webhook', () => {
  it('with a wrong signature starts nothing', async () => {
    const runs = (await loop.view()).runs.length;
    const { status } = await deliver({ secret: 'not the secret', id: randomUUID() });
    expect(status).toBeLessThan(500);
    await loop.until('the event', (view) =>
      view.events.some((event) => event.text.startsWith('no trigger fired')),
    );
    expect((await loop.view()).runs).toHaveLength(runs);
  });

  it('that is delivered twice is acted on once, also with another body or signature', async () => {
    const secret = readFileSync(join(state, 'secrets', 'github-webhook'), 'utf8').trim();
    const runs = (await loop.view()).runs.length;
    const id = randomUUID();
    const answers = [
      await deliver({ secret, id }),
      await deliver({ secret, id }),
      await deliver({ secret: 'x', id }),
    ];
    expect(answers[0]!.status).toBe(202);
    expect(answers[1]!.body).toContain('acted on before');
    await loop.until(
      'the build',
      (view) => view.runs.length > runs && view.runs.every((run) => run.state !== 'running'),
    );
    expect((await loop.view()).runs).toHaveLength(runs + 1);
    await devStays();
  });
});

/** The run of a commit, once it has failed. */
function failedRunOf(commit: string): Promise<RunView> {
  return loop.until(`the failed run of ${commit}`, (view) =>
    view.runs.find((run) => run.revision === commit && run.state === 'failed'),
  );
}

async function logOf(run: RunView, task: string, step: string): Promise<string> {
  return (await fetchAnew(`${loop.url}/runs/${run.run}/${task}/${step}.log`)).text();
}

/** The text of the newest event that tells of a problem with these words. */
async function problem(words: string): Promise<string> {
  const event = await loop.until(`a problem with “${words}”`, (view) =>
    view.events.find((each) => each.kind === 'problem' && each.text.includes(words)),
  );
  return event.text;
}

/** dev answers with the good commit, and its peer answers, too. */
async function devStays(): Promise<void> {
  const dev = environmentIn(await loop.view(), 'dev');
  const version = await fetchAnew(`${serviceIn(dev, 'toy-service')?.url}/version`);
  expect(((await version.json()) as { readonly commit: string }).commit).toBe(good);
  expect(isOf(serviceIn(dev, 'toy-service')?.running, good)).toBe(true);
  expect((await fetchAnew(`${serviceIn(dev, 'toy-web')?.url}/version`)).status).toBe(200);
}

async function deliver({ secret, id }: { readonly secret: string; readonly id: string }) {
  const body = JSON.stringify({
    ref: 'refs/heads/main',
    after: good,
    deleted: false,
    repository: {
      name: 'toy-service',
      full_name: 'bitiq-io/toy-service',
      clone_url: 'https://github.com/bitiq-io/toy-service.git',
    },
    head_commit: { message: 'Again' },
  });
  const response = await fetchAnew(`${loop.url}/hooks`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-github-event': 'push',
      'x-github-delivery': id,
      'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
    },
    body,
  });
  return { status: response.status, body: await response.text() };
}
