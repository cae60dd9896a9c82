import { mkdtempSync, readFileSync, realpathSync, readdirSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cloneRemote } from '../kit/clone.ts';
import {
  bitiq,
  environmentIn,
  fetchAnew,
  leftProcesses,
  processesOf,
  removeState,
  spawnLoop,
  startLoopProcess,
  type LoopProcess,
} from '../kit/loop-process.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'bitiq-loop-lifecycle-')));
const state = join(folder, 'state');
let loop: LoopProcess;

beforeAll(async () => {
  loop = await startLoopProcess(state);
  await loop.runs('dev', { 'toy-service': '', 'toy-web': '' });
});

afterAll(async () => {
  await loop.end('SIGKILL');
  removeState(folder);
});

describe('while a loop runs', () => {
  it('refuses a second one on the same state, and says where the first is', async () => {
    const second = spawnLoop(state);
    const [code] = (await once(second.child, 'exit')) as [number];
    expect(code).toBe(3);
    expect(second.output()).toContain('error[loop-running]');
    expect(second.output()).toContain(`as process ${loop.pid} at ${loop.url}`);
    expect((await fetchAnew(`${loop.url}/live`)).status).toBe(200);
  });

  it('refuses a port that is in use, and leaves nothing behind', async () => {
    const other = join(folder, 'other');
    const second = spawnLoop(other, { args: ['--port', new URL(loop.url).port] });
    const [code] = (await once(second.child, 'exit')) as [number];
    expect(code).toBe(3);
    expect(second.output()).toContain('error[port-unavailable]');
    expect(second.output()).toContain('another program listens on it');
    expect(await leftProcesses(other)).toEqual([]);
    expect(readdirSync(other)).not.toContain('loop.json');
  });

  it('tells the commands that fit its state', () => {
    expect(loop.output()).toContain(`export BITIQ_STATE=${state}`);
    const status = bitiq(['status', '--repo', 'loop'], { env: { BITIQ_STATE: state } });
    expect(status).toMatchObject({ code: 0 });
    expect(status.stdout).toMatch(/toy-service\s+v0\.1\.0-0\.g/);
  });

  it('keeps its secrets to itself: files only for their owner, none in arguments', async () => {
    const token = readFileSync(join(state, 'secrets', 'git-token'), 'utf8').trim();
    const secret = readFileSync(join(state, 'secrets', 'github-webhook'), 'utf8').trim();
    expect(processesOf(state).length).toBeGreaterThan(2);
    for (const line of processesOf(state)) {
      expect(line).not.toContain(token);
      expect(line).not.toContain(secret);
    }
    expect(JSON.stringify(await loop.view())).not.toContain(token);
    expect(await (await fetchAnew(loop.url)).text()).not.toContain(token);
  });
});

describe('the end of a loop', () => {
  it('by Ctrl-C: no process is left, the port is free, and the exit code is 0', async () => {
    // With a build under way, and a browser that holds its connections open.
    const clone = await cloneRemote(loop, 'toy-service', join(folder, 'clone'));
    const before = environmentIn(await loop.view(), 'dev');
    const events = await fetch(`${loop.url}/api/events`);
    const sha = await clone.push({ 'ONE.md': '1\n' });
    await loop.until('the build', (view) =>
      view.runs.some((run) => run.revision === sha && run.tasks.length > 0),
    );
    const { code } = await loop.end('SIGINT');
    await events.body?.cancel().catch(() => {});
    expect(code).toBe(0);
    expect(await leftProcesses(state)).toEqual([]);
    expect(await isFree(Number(new URL(loop.url).port))).toBe(true);
    expect(loop.output()).not.toContain('problem');

    // The next start goes on with that build and only with that one, at the same addresses.
    loop = await startLoopProcess(state);
    await loop.runs('dev', { 'toy-service': sha, 'toy-web': '' });
    // What comes last in a run may still be under way when its image runs already.
    const view = await loop.until('the end of the build', (seen) => {
      return seen.runs.every(({ state }) => state !== 'running') && seen;
    });
    expect(view.runs.filter((run) => run.state === 'succeeded')).toHaveLength(3);
    expect(environmentIn(view, 'dev').services.map((each) => each.url)).toEqual(
      before.services.map((each) => each.url),
    );
  });
  it('a restart brings the same combination back and builds nothing', async () => {
    const before = await loop.view();
    await loop.end('SIGINT');
    loop = await startLoopProcess(state);
    await loop.runs('dev', {});
    const { release } = environmentIn(before, 'dev');
    await expect.poll(() => loop.output()).toContain(`dev: ${release} runs (toy-service v`);
    const after = await loop.view();
    expect(after.events.filter((event) => event.kind === 'sync')).toHaveLength(1);
    expect(after.runs).toEqual(before.runs);
    expect(after.events.filter((event) => event.kind === 'run' || event.kind === 'update')).toEqual([]);
    const what = (view: typeof after) =>
      environmentIn(view, 'dev').services.map(({ service, running, url }) => ({ service, running, url }));
    expect(what(after)).toEqual(what(before));
    expect(environmentIn(after, 'dev').release).toBe(environmentIn(before, 'dev').release);
  });

  it('by `bitiq down` from another terminal; and `down` when none runs says so', async () => {
    const down = bitiq(['down', '--state', state]);
    expect(down).toMatchObject({ code: 0, stderr: 'The loop has ended.\n' });
    expect(await leftProcesses(state)).toEqual([]);
    expect(bitiq(['down', '--state', state])).toMatchObject({ code: 1 });
    expect(bitiq(['down', '--state', join(folder, 'never')])).toMatchObject({ code: 1 });
  });

  it('by Ctrl-C in the middle of the start', async () => {
    const starting = spawnLoop(state);
    const exit = once(starting.child, 'exit');
    setTimeout(() => starting.child.kill('SIGINT'), 300);
    const [code] = (await exit) as [number | null];
    expect([0, 130, null]).toContain(code);
    expect(await leftProcesses(state)).toEqual([]);
    expect(bitiq(['down', '--state', state])).toMatchObject({ code: 1 });
  });

  it('of two that start at once, one gets the state', async () => {
    const both = [spawnLoop(state), spawnLoop(state)];
    const first = await Promise.race(
      both.map(async ({ child }, index) => (await once(child, 'exit'), index)),
    );
    expect(both[first]!.output()).toContain('error[loop-running]');
    const other = both[1 - first]!;
    await expect.poll(() => other.output()).toContain('Ctrl-C ends everything');
    other.child.kill('SIGTERM');
    await once(other.child, 'exit');
    expect(await leftProcesses(state)).toEqual([]);
  });
});

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
