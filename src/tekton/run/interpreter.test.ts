import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { prepareScript } from './interpreter.ts';
import { hasBusyboxShell, imageCommand } from './known-images.ts';

const folder = mkdtempSync(join(tmpdir(), 'bitiq-interpreter-'));
for (const name of ['busybox', 'python3', 'tool']) {
  writeFileSync(join(folder, name), '');
  chmodSync(join(folder, name), 0o755);
}

describe('a script', () => {
  it.each([
    ['without a first line gets that of Tekton', 'echo', undefined, []],
    ['starts as it says where its interpreter is there', '#!/bin/sh -e\n', 'ubuntu', []],
    [
      'starts the interpreter of the same name where the one it says is not there',
      '#!/opt/tool -x',
      '',
      ['tool', '-x'],
    ],
    ['takes python3 for python', '#!/no/python\n', '', ['python3']],
    ['takes busybox for ash', '#!/bin/ash -e\n', '', ['busybox', 'ash', '-e']],
    [
      'takes busybox for the shell of an image that has it',
      'echo',
      'docker.io/library/alpine:3',
      ['busybox', 'sh'],
    ],
    ['takes busybox for env sh, too', '#!/usr/bin/env sh\n', 'node:20-alpine', ['busybox', 'sh']],
    ['stays as it is when nothing is found', '#!/no/where\n', '', []],
  ])('%s', async (_, script, image, interpreter) => {
    const [program, ...rest] = interpreter;
    const expected = program === undefined ? [] : [join(folder, program), ...rest];
    expect((await prepareScript(script, folder, image)).interpreter).toEqual(expected);
  });

  it('begins with set -e when it has no first line', async () => {
    expect((await prepareScript('echo', folder)).text).toBe('#!/bin/sh\nset -e\necho');
  });
});

describe('the command of an image', () => {
  it.each([
    ['ubuntu:24.04', ['-c', 'echo'], ['/bin/bash', '-c', 'echo']],
    ['mirror.gcr.io/busybox@sha256:00', [], ['sh']],
    ['ghcr.io/acme/ubuntu', [], undefined],
    ['localhost:5000/tool:1', ['a'], ['run', 'a']],
    ['localhost:5000/tool:1', [], ['run', 'all']],
  ])('%s %j', (image, args, expected) => {
    const more = { 'localhost:5000/tool': { entrypoint: ['run'], cmd: ['all'] } };
    expect(imageCommand(image, args, more)).toEqual(expected);
  });

  it('of bash is bash when there are no arguments or options only', () => {
    expect(imageCommand('bash', ['echo'])!.slice(-2)).toEqual(['docker-entrypoint.sh', 'echo']);
    expect(hasBusyboxShell('bash:5')).toBe(true);
    expect(hasBusyboxShell('ubuntu')).toBe(false);
  });
});
