import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { takeFreePort } from '../../src/local/deployer/local-ports.ts';
import { newFolder } from './kit.ts';
import { runTask, taskRunYaml } from './kit-task.ts';

const shared = 'workspaces: [{ name: w, emptyDir: {} }]\n';
const task = (sidecar: string, script: string) =>
  taskRunYaml(`${shared}taskSpec:
  workspaces: [{ name: w }]
  sidecars:
  - name: side
${sidecar.replace(/^(?=.)/gm, '    ')}
  steps: [{ name: s, script: ${JSON.stringify(script)} }]
`);

describe('a sidecar', () => {
  it('is ready by its probe before the first step, and ends after the last one', async () => {
    const run = await runTask(
      task(
        `script: |
  echo up
  sleep 0.3; touch $(workspaces.w.path)/ready; sleep 6001
readinessProbe: { periodSeconds: 1, exec: { command: [test, -f, $(workspaces.w.path)/ready] } }`,
        'test -f $(workspaces.w.path)/ready && echo seen',
      ),
    );
    expect(run.lines).toEqual(['sidecar-side: up', 's: seen']);
    expect(run.status.sidecars).toEqual([
      {
        name: 'side',
        container: 'sidecar-side',
        terminated: expect.objectContaining({
          exitCode: 137,
          reason: 'Completed',
          message: 'Sidecar container successfully stopped by nop image',
        }) as object,
      },
    ]);
    expect(run.state).toBe('succeeded');
  });

  it('sees the workspaces of the task at their real paths', async () => {
    const run = await runTask(
      task(
        `script: |
  while ! test -f /workspace/w/ask; do sleep 0.05; done
  echo yes > /workspace/w/answer; sleep 6002`,
        'touch /workspace/w/ask; while ! test -s /workspace/w/answer; do sleep 0.05; done; cat /workspace/w/answer',
      ),
    );
    expect(run.lines).toEqual(['s: yes']);
  });

  it('is ready by a socket that listens', async () => {
    const server = "require('net').createServer().listen(process.argv[1] - 0)";
    const port = await takeFreePort();
    const run = await runTask(
      task(
        `command: [node, -e, "setTimeout(() => { ${server} }, 200)", "${port}"]
readinessProbe: { periodSeconds: 1, tcpSocket: { port: ${port} } }`,
        `node -e 'require("net").connect(${port}).on("connect", () => process.exit(0))' && echo connected`,
      ),
    );
    expect(run.lines).toEqual(['s: connected']);
  });

  it.skipIf(spawnSync('openssl', ['version']).status !== 0)(
    'is ready when the port of a name answers by HTTPS, whoever signed its certificate',
    async () => {
      const folder = newFolder();
      const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
      const args = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, '-subj', '/CN=x'];
      execFileSync('openssl', ['req', ...args], { stdio: 'ignore' });
      const read = (file: string) => `require('fs').readFileSync('${file}')`;
      const answer = '(_, response) => response.end()';
      const port = await takeFreePort();
      const server = `require('https').createServer({ key: ${read(key)}, cert: ${read(cert)} }, ${answer}).listen(${port})`;
      const run = await runTask(
        task(
          `command: [node, -e, "setTimeout(() => ${server}, 200)"]
ports: [{ name: web, containerPort: ${port} }]
readinessProbe: { periodSeconds: 1, httpGet: { port: web, scheme: HTTPS } }`,
          `node -e 'require("net").connect(${port}).on("connect", () => process.exit(0))' && echo connected`,
        ),
      );
      expect(run.lines).toEqual(['s: connected']);
    },
  );

  it('whose startup probe fails as often as it may is ended, and fails the task', async () => {
    const run = await runTask(
      task(
        `script: "sleep 6003"
startupProbe: { periodSeconds: 1, failureThreshold: 2, exec: { command: ["false"] } }`,
        'echo ran',
      ),
    );
    expect(run.lines).toEqual(['s: ran']);
    expect(run.status.conditions[0]).toMatchObject({
      reason: 'SidecarFailed',
      message: '"sidecar-side" exited with code 143: Error',
    });
  });

  it('that cannot start fails the task, and those that have started are over then', async () => {
    const long = `sleep 7100.${process.pid}`;
    const run = await runTask(
      taskRunYaml(`taskSpec:
  volumes: [{ name: v, emptyDir: {} }]
  sidecars:
  - { name: one, script: "${long}" }
  - { name: two, script: "${long}", volumeMounts: [{ name: v, mountPath: /data, subPath: ../../up }] }
  steps: [{ name: s, script: "echo never" }]
`),
      { keepWork: true },
    );
    const processes = execFileSync('ps', ['-ww', '-eo', 'args'], { encoding: 'utf8' });
    expect(processes).not.toContain(run.directory);
    expect(processes).not.toContain(long);
    expect(run.status.conditions[0]).toMatchObject({
      reason: 'TaskRunValidationFailed',
      message: 'The path ../../up leads out of its volume.',
    });
  });

  it('that fails before the last step ends fails the task; one that is over well does not', async () => {
    // The step ends after the sidecar is gone, and known to be.
    const gone =
      'while ! test -s $(workspaces.w.path)/id; do sleep 0.05; done; read id < $(workspaces.w.path)/id';
    const failed = await runTask(
      task(
        'script: echo $$ > $(workspaces.w.path)/id; exit 3',
        `${gone}; while kill -0 "$id" 2>/dev/null; do sleep 0.05; done; sleep 0.5`,
      ),
    );
    expect(failed.status.conditions[0]).toMatchObject({
      status: 'False',
      reason: 'SidecarFailed',
      message: '"sidecar-side" exited with code 3: Error',
    });
    expect((await runTask(task('script: "true"', 'sleep 0.1'))).state).toBe('succeeded');
  });
});
