import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { containerArguments } from './container-executor.ts';
import type { StepLaunch } from './executor.ts';

const folder = mkdtempSync(join(tmpdir(), 'bitiq-container-'));
const launch = (more: Partial<StepLaunch>): StepLaunch => ({
  command: ['a'],
  hasCommand: true,
  scriptFile: join(folder, 'scripts/s'),
  scriptPath: '/tekton/scripts/s',
  image: 'ghcr.io/acme/tool:1',
  workingDir: '/',
  env: {},
  group: 'g',
  stop: new AbortController().signal,
  onOutput: () => {},
  onStarted: () => {},
  ...more,
});
const args = (more: Partial<StepLaunch>) => containerArguments(launch(more), 'name', 'net').slice(7);

describe('the arguments that run a step in a container', () => {
  it('name the program, or follow the entrypoint of the image', () => {
    expect(args({ command: ['sh', '-c', 'x'] })).toEqual([
      '--entrypoint',
      'sh',
      'ghcr.io/acme/tool:1',
      '-c',
      'x',
    ]);
    expect(args({ hasCommand: false })).toEqual(['ghcr.io/acme/tool:1', 'a']);
  });

  it('start a script where the container sees it', () => {
    expect(args({ script: 'echo', command: ['one'] })).toEqual([
      '--entrypoint',
      '/tekton/scripts/s',
      'ghcr.io/acme/tool:1',
      'one',
    ]);
    expect(readFileSync(join(folder, 'scripts/s'), 'utf8')).toBe('#!/bin/sh\nset -e\necho');
  });

  it('show no value of a variable but those by which the client itself works', () => {
    const given = args({ env: { TOKEN: 'secret', HOME: '/tekton/home' }, workingDir: '/workspace' });
    expect(given.slice(0, 6)).toEqual([
      ...['--workdir', '/workspace', '--env', 'TOKEN', '--env', 'HOME=/tekton/home'],
    ]);
  });

  it('mount what is read-only so', () => {
    expect(args({ mounts: [{ from: '/a', to: '/b', readOnly: true }] }).slice(0, 2)).toEqual([
      '--mount',
      'type=bind,source=/a,target=/b,readonly',
    ]);
  });
});
