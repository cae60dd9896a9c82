import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { takeFreePort } from '../../src/local/deployer/local-ports.ts';
import { temporaryFolder } from './kit.ts';

/** Starts the distribution project's registry (Debian's docker-registry) on a free port and gives its host:port. */
export async function startRegistry(options: { readonly htpasswd?: string } = {}): Promise<string> {
  const folder = await temporaryFolder();
  const port = await takeFreePort();
  await mkdir(join(folder, 'data'));
  const config: Record<string, unknown> = {
    version: 0.1,
    log: { level: 'error', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: join(folder, 'data') }, delete: { enabled: true } },
    http: { addr: `127.0.0.1:${port}` },
  };
  if (options.htpasswd) {
    await writeFile(join(folder, 'htpasswd'), options.htpasswd);
    config['auth'] = { htpasswd: { realm: 'test', path: join(folder, 'htpasswd') } };
  }
  await writeFile(join(folder, 'config.yml'), JSON.stringify(config));
  const child = spawn('docker-registry', ['serve', join(folder, 'config.yml')], {
    stdio: 'ignore',
    env: { PATH: process.env['PATH'], OTEL_TRACES_EXPORTER: 'none' },
  });
  const ended = once(child, 'close');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  for (let attempt = 0; ; attempt++) {
    const answer = await fetch(`http://127.0.0.1:${port}/v2/`).catch(() => undefined);
    if (answer) return `localhost:${port}`;
    if (attempt > 3000 || child.exitCode !== null) throw new Error('docker-registry did not start');
    await pause(50);
  }
}
