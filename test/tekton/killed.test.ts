import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { newFolder } from './kit.ts';

const main = join(import.meta.dirname, '../../dist/cli/main.js');

/** The same numbers for the same seed. */
function random(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

/** Processes that have a text in their environment, whatever became of their groups and parents. */
function processesWith(text: string): string[] {
  const ids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return ids.filter((id) => {
    try {
      const state = readFileSync(`/proc/${id}/stat`, 'utf8').replace(/.*\) /s, '')[0];
      return state !== 'Z' && readFileSync(`/proc/${id}/environ`, 'utf8').includes(text);
    } catch {
      return false;
    }
  });
}

/** Tasks whose steps start more processes than they wait for, some in sessions of their own. */
const pipeline = (mark: string) => `apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: { name: run }
spec:
  pipelineSpec:
    tasks:
${['a', 'b', 'c']
  .map(
    (name) => `    - name: ${name}
      taskSpec:
        stepTemplate: { env: [{ name: MARK, value: ${mark} }] }
        sidecars: [{ name: side, image: busybox, env: [{ name: MARK, value: ${mark} }], script: "trap '' TERM; sleep 7400; sleep 7400" }]
        steps:
        - { name: quick, script: "sleep 0.0$(( $$ % 10 )) & setsid sleep 7400 & true" }
        - { name: slow, script: "trap '' TERM; : > /tekton/results/r; echo up; setsid sh -c 'sleep 7400 & sleep 7400' & sleep 7400; sleep 7400" }
`,
  )
  .join('')}    finally:
    - { name: last, taskSpec: { steps: [{ name: s, script: "echo finally" }] } }
`;

function start(folder: string, mark: string, ...options: string[]) {
  return startFile(folder, pipeline(mark), {}, ...options);
}

function startFile(folder: string, text: string, env: Record<string, string>, ...options: string[]) {
  writeFileSync(join(folder, 'run.yaml'), text);
  const args = [main, 'pipeline', 'run', 'run.yaml', '--state', '.bitiq', ...options];
  mkdirSync(join(folder, 'tmp'));
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: { ...process.env, ...env, TMPDIR: join(folder, 'tmp') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said.err += chunk.toString()));
  return { child, said, closed: once(child, 'close') };
}

async function until(condition: () => boolean, what: () => string): Promise<void> {
  const end = performance.now() + 150_000;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`waited in vain: ${what()}`);
    await sleep(20);
  }
}

describe.skipIf(process.platform !== 'linux')('a run that is killed', () => {
  it('leaves no process and no files it worked on, at whatever moment it is killed', async () => {
    const next = random(20_251_123);
    for (let turn = 0; turn < 8; turn++) {
      const folder = newFolder();
      const mark = `killed-${process.pid}-${turn}`;
      const { child, closed } = start(folder, mark);
      // Before, while and after its first processes start.
      await sleep(turn < 4 ? 300 + next() * 900 : 800 + next() * 1500);
      child.kill('SIGKILL');
      await closed;
      await until(
        () => processesWith(`MARK=${mark}`).length === 0,
        () => `turn ${turn}: ${processesWith(`MARK=${mark}`).join()}`,
      );
      const runs = join(folder, '.bitiq/runs');
      const work = existsSync(runs) ? readdirSync(runs).map((name) => join(runs, name, 'work')) : [];
      await until(
        () => work.every((path) => !existsSync(path)),
        () => `turn ${turn}: ${work.join()}`,
      );
      const temporary = join(folder, 'tmp');
      await until(
        () => readdirSync(temporary).length === 0,
        () => `turn ${turn}: ${readdirSync(temporary).join()}`,
      );
    }
  });

  it('leaves nothing of what it fetched from a host that does not answer', async () => {
    const folder = newFolder();
    const mark = `fetching-${process.pid}`;
    let isAsked = false;
    const server = createServer(() => (isAsked = true)).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close().closeAllConnections());
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/x.git`;
    const { child, closed, said } = startFile(
      folder,
      `apiVersion: tekton.dev/v1
kind: TaskRun
metadata: { name: run }
spec: { taskRef: { resolver: git, params: [{ name: url, value: "${url}" }, { name: pathInRepo, value: f }] } }
`,
      { MARK: mark },
    );
    await until(
      () => isAsked,
      () => said.err,
    );
    child.kill('SIGKILL');
    await closed;
    await until(
      () => processesWith(`MARK=${mark}`).length === 0,
      () => processesWith(`MARK=${mark}`).join(),
    );
    await until(
      () => readdirSync(join(folder, 'tmp')).length === 0,
      () => readdirSync(join(folder, 'tmp')).join(),
    );
  });

  it('is told by the next start with what it was doing, once', async () => {
    const folder = newFolder();
    const mark = `told-${process.pid}`;
    const first = start(folder, mark);
    await until(
      () => (first.said.err.match(/slow \| up/g) ?? []).length === 3,
      () => first.said.err,
    );
    const runs = join(folder, '.bitiq/runs');
    const record = () => readFileSync(join(runs, readdirSync(runs)[0]!, 'run.json'), 'utf8');
    await until(() => (record().match(/"running":/g) ?? []).length >= 3, record);
    first.child.kill('SIGKILL');
    await first.closed;
    writeFileSync(
      join(folder, 'task.yaml'),
      'apiVersion: tekton.dev/v1\nkind: Task\nmetadata: { name: t }\nspec: { steps: [{ name: s, script: "true" }] }\n',
    );
    const again = async () => {
      const args = [main, 'pipeline', 'run', 'task.yaml', '--state', '.bitiq'];
      const child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
      let err = '';
      child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
      await once(child, 'close');
      return err;
    };
    expect(await again()).toMatch(
      /^The run run was killed while it ran a\/slow, b\/slow, c\/slow\. Its record and logs: .*\/runs\/run-/,
    );
    expect(await again()).not.toContain('was killed');
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'by %s is Cancelled and says what it was doing; twice, at once',
    async (signal) => {
      const mark = `${signal}-${process.pid}`;
      const once1 = start(newFolder(), mark, '--output', 'status');
      await until(
        () => /slow \| up/.test(once1.said.err),
        () => once1.said.err,
      );
      once1.child.kill(signal);
      expect(await once1.closed).toEqual([1, null]);
      expect(once1.said.out).toContain('reason: Cancelled');
      // Killed; on a busy machine the last of them may need a moment to go.
      await expect.poll(() => processesWith(`MARK=${mark}`)).toEqual([]);

      const twice = start(newFolder(), mark);
      await until(
        () => /slow \| up/.test(twice.said.err),
        () => twice.said.err,
      );
      // Right after one another, as the run comes to its end by itself; two of a kind could come as one.
      twice.child.kill(signal);
      twice.child.kill(signal === 'SIGINT' ? 'SIGTERM' : 'SIGINT');
      expect(await twice.closed).toEqual([130, null]);
      expect(twice.said.err).toContain('Press Ctrl-C again');
      expect(twice.said.err).toMatch(/run: Cancelled at once\. It was ended while it ran \w\/\w+, /);
      await until(
        () => processesWith(`MARK=${mark}`).length === 0,
        () => 'processes are left',
      );
    },
  );

  it('with --on-interrupt finally runs finally', async () => {
    const run = start(newFolder(), `finally-${process.pid}`, '--on-interrupt', 'finally');
    await until(
      () => /slow \| up/.test(run.said.err),
      () => run.said.err,
    );
    run.child.kill('SIGINT');
    await run.closed;
    expect(run.said.err).toContain('last/s | finally');
  });
});
