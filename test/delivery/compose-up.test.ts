import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { takeFreePort } from '../../src/local/deployer/local-ports.ts';
import { archiveNode, engineWorks } from '../kit/container-engine.ts';
import { root, temporaryFolder } from '../kit/gitops-repository.ts';

/** Compose as a plugin of docker, or alone. */
const compose = [['docker', 'compose'], ['docker-compose']].find(
  ([command = '', ...args]) => spawnSync(command, [...args, 'version'], { stdio: 'ignore' }).status === 0,
);
const services = ['toy-service', 'toy-web'];
/** What answers for the names of services in Podman's networks. */
const hasNames = ['lib', 'libexec'].some((folder) => existsSync(`/usr/${folder}/podman/aardvark-dns`));
const works = compose !== undefined && hasNames && process.getuid?.() === 0 && (await engineWorks('podman'));

describe('compose.yaml', () => {
  const [program = '', ...first] = compose ?? [];

  it.skipIf(compose === undefined)('is understood by Compose (skipped: no docker compose)', () => {
    const { status, stdout, stderr } = spawnSync(program, [...first, 'config', '--format', 'json'], {
      cwd: root,
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([0, '']);
    expect(Object.keys((JSON.parse(stdout) as { services: object }).services)).toEqual(services);
  });

  it.skipIf(!works)(
    'builds the services and runs them, healthy and knowing each other (skipped: no Compose with a Podman that runs containers)',
    async () => {
      const folder = temporaryFolder();
      const { podman, socket } = await startPodman(folder);
      const archive = join(folder, 'node.tar');
      archiveNode(archive);
      podman('import', '--change', 'ENV PATH=/usr/bin', archive, 'docker.io/library/node:22-alpine');
      cpSync(join(root, 'compose.yaml'), join(folder, 'compose.yaml'));
      for (const name of services) buildExample(name, join(folder, 'examples', name));

      const port = await takeFreePort();
      const env: NodeJS.ProcessEnv = {
        ...process.env,
        DOCKER_HOST: `unix://${socket}`,
        COMPOSE_PROJECT_NAME: `bitiq-test-${process.pid}`,
        TOY_WEB_PORT: String(port),
        TOY_SERVICE_PORT: String(await takeFreePort()),
      };
      const run = (...args: string[]) =>
        execFileSync(program, [...first, ...args], { cwd: folder, env, stdio: 'pipe' });
      onTestFinished(() => void run('down', '--timeout', '1'));
      run('up', '--build', '--detach');

      const page = () =>
        fetch(`http://127.0.0.1:${port}`).then(
          (answer) => answer.text(),
          () => '',
        );
      // Without "missing": it asked toy-service by its name.
      await expect.poll(page).toContain('<section aria-labelledby="toy-service">');
      const started = podman('ps', '--format', '{{.Names}}').trim().split('\n').sort();
      expect(started).toEqual(services.map((name) => `${env['COMPOSE_PROJECT_NAME']}-${name}-1`));
      for (const name of started) {
        // Where no systemd is, Podman looks only when it is told to.
        await expect
          .poll(() => spawnSync('podman', [...podman.storage, 'healthcheck', 'run', name]).status)
          .toBe(0);
        expect(podman('exec', name, 'node', '-p', 'process.getuid()').trim()).toBe('65532');
      }
    },
    600_000,
  );
});

/** Podman's Docker API, with images, containers and networks of its own, so that nothing of the machine is changed. */
async function startPodman(folder: string) {
  const socket = join(folder, 'podman.sock');
  const running = mkdtempSync('/run/bitiq-'); // of which Podman wants a short name
  const storage = [
    ...['--root', join(folder, 'storage'), '--runroot', running],
    ...['--network-config-dir', join(folder, 'networks')],
  ];
  const podman = (...args: string[]) => execFileSync('podman', [...storage, ...args], { encoding: 'utf8' });
  const server = spawn('podman', [...storage, 'system', 'service', '--time', '0', `unix://${socket}`], {
    stdio: 'ignore',
  });
  onTestFinished(() => {
    server.kill();
    podman('rm', '--all', '--force');
    spawnSync('umount', [join(folder, 'storage/overlay')]);
    rmSync(running, { recursive: true, force: true });
  });
  await expect.poll(() => existsSync(socket)).toBe(true);
  return { socket, podman: Object.assign(podman, { storage }) };
}

function buildExample(name: string, folder: string): void {
  cpSync(join(root, 'examples', name), folder, {
    recursive: true,
    filter: (path) => !/\/(node_modules|dist)$/.test(path),
  });
  execFileSync('sh', ['-c', 'npm ci && npm run build'], { cwd: folder, stdio: 'pipe' });
}
