import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findCommand } from './find-command.ts';
import type { StartConfig } from './images.ts';
import type { Workload } from './rendering.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bitiq-command-'));
  mkdirSync(join(folder, 'app/bin'), { recursive: true });
  writeFileSync(join(folder, 'app/bin/start'), '');
});
afterAll(() => rmSync(folder, { recursive: true }));

const workload: Workload = {
  service: 'orders',
  repository: 'example.test/orders',
  tag: 'v1',
  replicas: 1,
  environment: [],
  grace: 30,
  templateDigest: 'sha256:0',
};
const image: StartConfig = {
  entrypoint: ['node'],
  command: ['server.js'],
  environment: [],
  workingDirectory: '/app',
};

describe('findCommand', () => {
  it.each([
    ['the image', {}, {}, ['node', 'server.js']],
    ['arguments of the Pod over those of the image', { args: ['other.js'] }, {}, ['node', 'other.js']],
    ['a command of the Pod, without the arguments of the image', { command: ['tool'] }, {}, ['tool']],
    ['both of the Pod', { command: ['tool'], args: ['-x'] }, {}, ['tool', '-x']],
  ] as const)('takes %s', (_, pod, config, words) => {
    expect(findCommand({ ...workload, ...pod }, { ...image, ...config }, folder)).toEqual({
      words,
      workingDirectory: join(folder, 'app'),
    });
  });

  it('maps absolute paths that are inside the image, and only those', () => {
    const config = { ...image, entrypoint: ['/app/bin/start'], command: ['/app', '/etc/hosts', '/', '../x'] };
    expect(findCommand(workload, config, folder).words).toEqual([
      join(folder, 'app/bin/start'),
      join(folder, 'app'),
      '/etc/hosts',
      '/',
      '../x',
    ]);
  });

  it('looks on PATH for a program that the image does not have', () => {
    const config = { ...image, entrypoint: ['/usr/local/bin/node'] };
    expect(findCommand(workload, config, folder).words[0]).toBe('node');
  });

  it('keeps a working directory inside the image', () => {
    const escaping = { ...workload, workingDirectory: '/../../etc' };
    expect(findCommand(escaping, image, folder).workingDirectory).toBe(join(folder, 'etc'));
  });

  it('refuses an image that has no command', () => {
    const config = { ...image, entrypoint: [], command: [] };
    expect(() => findCommand(workload, config, folder)).toThrowError(
      expect.objectContaining({ code: 'service-start-failed' }),
    );
  });
});
