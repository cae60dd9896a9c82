import { spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { containerExecutor } from '../../src/tekton/run/container-executor.ts';
import type { ExecuteOptions } from '../../src/tekton/run/options.ts';
import { busyboxImage, engineWorks } from '../kit/container-engine.ts';
import { conditionOf, embedded, newFolder, reasonOf, runYaml, taskRunOf } from './kit.ts';
import { runTask, taskRunYaml } from './kit-task.ts';

const enginesThatWork = { podman: await engineWorks('podman'), docker: await engineWorks('docker') };

describe.each(['podman', 'docker'] as const)('steps in containers by %s', (engine) => {
  const works = enginesThatWork[engine];
  const options: Partial<ExecuteOptions> = { executor: containerExecutor(engine) };
  const out = (...args: string[]) => spawnSync(engine, args, { encoding: 'utf8' }).stdout.trim();
  const left = () =>
    [['ps', '--all'], engine === 'podman' ? ['pod', 'ps'] : ['network', 'ls']]
      .map((list) => out(...list, '--filter', 'label=bitiq.io/run=run', '--quiet'))
      .join('');
  const steps = (text: string) => `taskSpec:\n  steps:\n${text.replace(/^(?=.)/gm, '  ')}`;
  const step = (fields: string) => steps(`- { name: s, image: ${busyboxImage}, ${fields} }\n`);

  beforeAll(async () => {
    if (works) await options.executor?.open?.();
  });
  afterAll(() => {
    if (works) expect(left()).toBe('');
  });

  describe.skipIf(!works)(works ? 'on this machine' : `(skipped: ${engine} runs no containers here)`, () => {
    it('run a Pipeline: results, workspaces, script, workingDir, env, the command of the image, masked logs', async () => {
      const run = await runYaml(
        `apiVersion: v1
kind: Secret
metadata: { name: s }
stringData: { token: hunter2-of-the-test }
---
${embedded(
  `workspaces: [{ name: shared }, { name: keys }]
results: [{ name: out, value: $(tasks.b.results.r) }]
tasks:
- name: a
  taskSpec:
    results: [{ name: r }]
    workspaces: [{ name: shared }, { name: keys, readOnly: true }]
    stepTemplate: { image: ${busyboxImage}, env: [{ name: A, value: "two words, and \\"more\\"" }] }
    steps:
    - { name: own }
    - name: script
      workingDir: sub/folder
      env:
      - { name: TOKEN, valueFrom: { secretKeyRef: { name: s, key: token } } }
      - { name: LINES, value: "1\\n2" }
      script: |
        pwd; echo "$A"; echo "$LINES" | wc -l
        test "$TOKEN" = "$(cat /workspace/keys/token)" && echo "is $TOKEN"
        ! touch /workspace/keys/x 2>/dev/null
        echo from-a > $(workspaces.shared.path)/file
        printf %s one > /tekton/results/r; printf %s stepped > $(step.results.q.path)
      results: [{ name: q }]
    - { name: args, command: [echo], args: ["$(steps.script.results.q)", "$(A)"] }
- name: b
  params: [{ name: p, value: $(tasks.a.results.r) }]
  taskSpec:
    params: [{ name: p }]
    results: [{ name: r }]
    workspaces: [{ name: shared }]
    steps: [{ name: s, image: ${busyboxImage}, script: "#!/bin/ash\\nread x < $(workspaces.shared.path)/file; printf '%s' \\"$(params.p) $x\\" > $(results.r.path)" }]
`,
  'workspaces: [{ name: shared, volumeClaimTemplate: {} }, { name: keys, secret: { secretName: s } }]\n',
)}`,
        options,
      );
      expect(run.lines).toEqual([
        ...['a/own: the command of the image', 'a/script: /workspace/sub/folder'],
        ...['a/script: two words, and "more"', 'a/script: 2', 'a/script: is ***'],
        'a/args: stepped two words, and "more"',
      ]);
      expect(conditionOf(run)).toMatchObject({ status: 'True', reason: 'Succeeded' });
      expect(run.pipelineRun.status.results).toEqual([{ name: 'out', value: 'one from-a' }]);
      expect(run.taskRuns[0]!.status.steps[0]!.imageID).toMatch(/sha256:[0-9a-f]{64}$/);
    });

    it('reach a sidecar at 127.0.0.1 once it is ready, by HTTP, by a command, and by TCP', async () => {
      const server = (port: number, more: string) => `  - name: on-${port}
    image: ${busyboxImage}
    script: "mkdir -p /tmp/www; echo hello ${port} > /tmp/www/index.html; sleep 0.4; httpd -f -p ${port} -h /tmp/www"
    readinessProbe: { periodSeconds: 1, ${more} }
`;
      const run = await runTask(
        taskRunYaml(`taskSpec:
  sidecars:
${server(8001, 'httpGet: { port: 8001, path: /index.html }')}${server(8002, 'tcpSocket: { port: 8002 }')}${server(8003, 'exec: { command: [wget, -q, -O, /dev/null, "http://127.0.0.1:8003/index.html"] }')}
  steps: [{ name: s, image: ${busyboxImage}, script: "for p in 8001 8002 8003; do wget -q -O - http://127.0.0.1:$p/index.html; done" }]
`),
        options,
      );
      expect(run.lines).toEqual(['s: hello 8001', 's: hello 8002', 's: hello 8003']);
      expect(run.state).toBe('succeeded');
    });

    it('are ended by a step timeout, a task timeout and a cancel, and nothing is left', async () => {
      const endless = `script: "trap '' TERM; echo up; sleep 6100 & wait; wait; sleep 6100"`;
      const limited = await runTask(taskRunYaml(step(`${endless}, timeout: 1s`)), options);
      expect(limited.status.steps[0]!.terminationReason).toBe('TimeoutExceeded');
      const late = await runTask(taskRunYaml(`timeout: 2s\n${step(endless)}`), options);
      expect(late.status.conditions[0]!.reason).toBe('TaskRunTimeout');
      const cancel = new AbortController();
      const events = { signal: cancel.signal, onEvent: () => {} };
      const text = embedded(
        `tasks: [{ name: t, taskSpec: { steps: [{ name: s, image: ${busyboxImage}, ${endless} }] } }]\n`,
      );
      const onEvent = ({ type }: { type: string }) => type === 'log' && cancel.abort();
      const cancelled = await runYaml(text, { ...options, ...events, onEvent });
      expect(cancelled.state).toBe('cancelled');
      expect(left()).toBe('');
    });

    it('tell their lines as they come, also when the first one looks like an error of the engine', async () => {
      const folder = newFolder();
      const run = await runYaml(
        embedded(
          `workspaces: [{ name: w }]
tasks:
- name: t
  taskSpec:
    steps: [{ name: s, image: ${busyboxImage}, script: "echo Error: of the program >&2; while ! test -e $(workspaces.w.path)/seen; do sleep 0.1; done; echo last >&2" }]
`,
          'workspaces: [{ name: w, persistentVolumeClaim: { claimName: c } }]\n',
        ),
        {
          ...options,
          volumes: { c: folder },
          onEvent: ({ type }) => type === 'log' && writeFileSync(join(folder, 'seen'), ''),
        },
      );
      expect(run.lines).toEqual(['t/s: Error: of the program', 't/s: last']);
    });

    it('that wait for one image each wait by themselves', async () => {
      const sockets = new Set<Socket>();
      const server = createServer((socket) => void sockets.add(socket.on('error', () => {})));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const image = `127.0.0.1:${(server.address() as AddressInfo).port}/hangs:1`;
      const task = (name: string, limit: string) =>
        `- { name: ${name}, ${limit} taskSpec: { steps: [{ name: s, image: "${image}", script: "true" }] } }\n`;
      const run = await runYaml(embedded(`tasks:\n${task('first', 'timeout: 1s,')}${task('second', '')}`), {
        ...options,
        onEvent: (event) => {
          if (event.type !== 'task-ended') return;
          server.close();
          for (const socket of sockets) socket.destroy();
        },
      });
      expect(reasonOf(run, 'first')).toBe('TaskRunTimeout');
      const { reason, message } = taskRunOf(run, 'second')!.status.conditions[0]!;
      expect(reason).toBe('TaskRunImagePullFailed');
      expect(message).not.toContain('abort');
    });

    it('run as the user and with the capabilities of their security context', async () => {
      const run = await runTask(
        taskRunYaml(`podTemplate: { securityContext: { runAsUser: 1000, runAsGroup: 3000, fsGroup: 4000 } }
workspaces: [{ name: w, emptyDir: {} }]
taskSpec:
  workspaces: [{ name: w }]
  results: [{ name: r }]
  steps:
  - { name: pod, image: ${busyboxImage}, script: "id -u; id -g; id -G; echo x > $(workspaces.w.path)/f; echo -n 1 > $(results.r.path)" }
  - { name: own, image: ${busyboxImage}, securityContext: { runAsUser: 0, runAsGroup: 0, readOnlyRootFilesystem: true }, script: "id -u; touch /x 2>/dev/null || echo read-only" }
`),
        options,
      );
      expect(run.lines.join('\n')).toMatch(/^pod: 1000\npod: 3000\npod: 3000 4000\nown: 0\nown: read-only$/);
      const refused = await runTask(
        taskRunYaml(step('script: id, securityContext: { runAsNonRoot: true }')),
        options,
      );
      expect(refused.status.conditions[0]!.message).toBe(
        '"step-s" exited with code 128: container has runAsNonRoot and image will run as root',
      );
    });

    it('say what failed: the exit code, a program that is not there, an image that cannot be had', async () => {
      const failed = await runTask(taskRunYaml(step('script: exit 125')), options);
      expect(failed.status.conditions[0]!.message).toBe('"step-s" exited with code 125: Error');
      const absent = await runTask(taskRunYaml(step('command: [no-such-program]')), options);
      expect(absent.status.conditions[0]!.reason).toBe('StepFailed');
      expect(absent.lines.join('\n')).toMatch(/exec (pid1|no-such-program) ?failed|failed to exec pid1/);
      const folder = await runTask(taskRunYaml(step('script: pwd, workingDir: /a/path/too/far')), options);
      expect(folder.lines).toEqual(['s: /a/path/too/far']);
      const image = 'localhost:1/no/such:1';
      const none = await runTask(
        taskRunYaml(steps(`- { name: s, image: "${image}", script: "true" }\n`)),
        options,
      );
      expect(none.status.conditions[0]).toMatchObject({ status: 'False', reason: 'TaskRunImagePullFailed' });
      expect(none.status.conditions[0]!.message).toMatch(
        /^the step "s" in TaskRun "run" failed to pull the image "localhost:1\/no\/such:1"\. The pod errored with the message: ".*refused/,
      );
    });

    it('end with a bitiq that is killed, too', async () => {
      const folder = newFolder();
      const main = join(import.meta.dirname, '../../dist/cli/main.js');
      const endless = `script: "trap '' TERM; echo up; sleep 6300"`;
      writeFileSync(join(folder, 'run.yaml'), taskRunYaml(step(endless)));
      const args = [main, 'pipeline', 'run', 'run.yaml', '--state', '.bitiq', '--runtime', engine];
      const child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
      await new Promise((resolve) =>
        child.stderr.on('data', (text) => /up/.test(String(text)) && resolve(0)),
      );
      expect(left()).not.toBe('');
      child.kill('SIGKILL');
      for (let tries = 0; tries < 600 && left() !== ''; tries++) await sleep(100);
      expect(left()).toBe('');
    });

    it('leave nothing that still waits for a registry when bitiq is killed', async () => {
      const asked = new Set<Socket>();
      // It speaks no TLS, and then says nothing at all: such a registry is waited for without an end.
      const server = createServer((socket) => {
        socket.on('error', () => {});
        socket.once('data', (bytes) => (bytes[0] === 0x16 ? socket.destroy() : asked.add(socket)));
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const registry = `127.0.0.1:${(server.address() as AddressInfo).port}`;
      const image = `${registry}/hangs:1`;
      const folder = newFolder();
      const config = join(folder, 'registries.conf');
      writeFileSync(config, `[[registry]]\nlocation = "${registry}"\ninsecure = true\n`);
      writeFileSync(
        join(folder, 'run.yaml'),
        taskRunYaml(`taskSpec: { steps: [{ name: s, image: "${image}", script: "true" }] }\n`),
      );
      const main = join(import.meta.dirname, '../../dist/cli/main.js');
      const args = [main, 'pipeline', 'run', 'run.yaml', '--state', '.bitiq', '--runtime', engine];
      const env = { ...process.env, CONTAINERS_REGISTRIES_CONF: config };
      const child = spawn(process.execPath, args, { cwd: folder, env, stdio: 'ignore' });
      await expect.poll(() => asked.size).toBeGreaterThan(0);
      child.kill('SIGKILL');
      const pulls = () =>
        spawnSync('ps', ['-ww', '-eo', 'args'], { encoding: 'utf8' }).stdout.includes(image);
      await expect.poll(pulls).toBe(false);
      for (const socket of asked) socket.destroy();
      server.close();
    });

    it('that a killed run has left are removed by the next one, those of a run that lives are not', async () => {
      const owned = (pid: number) => [
        '--label',
        'bitiq.io/run=run',
        '--label',
        `bitiq.io/owner=${hostname()}|${pid}|x`,
      ];
      const dead = `bitiq-test-${newFolder().split('-').at(-1)!.toLowerCase()}`;
      spawnSync(engine, [
        'run',
        '--detach',
        '--name',
        dead,
        ...owned(2 ** 22 + 1),
        busyboxImage,
        'sleep',
        '6200',
      ]);
      expect(left()).not.toBe('');
      expect(await options.executor!.open!()).toBeGreaterThan(0);
      expect(left()).toBe('');
    });
  });
});

describe('an engine that is not there', () => {
  it('is said before anything runs', async () => {
    const path = process.env['PATH'];
    process.env['PATH'] = newFolder();
    try {
      await expect(containerExecutor('podman').open!()).rejects.toMatchObject({ code: 'tool-missing' });
    } finally {
      process.env['PATH'] = path;
    }
  });
});

describe('a step without an image', () => {
  it('is refused before anything runs in containers', async () => {
    const text = taskRunYaml('taskSpec: { steps: [{ name: s, script: "true" }] }');
    await expect(runTask(text, { executor: containerExecutor('podman') })).rejects.toMatchObject({
      code: 'tekton-invalid',
      message: '"s" has no image, and a container needs one.',
    });
  });
});
