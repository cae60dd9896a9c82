import { describe, expect, it } from 'vitest';
import { clientEnvironment, createArguments } from './container-arguments.ts';
import type { StepLaunch } from './executor.ts';
import { restrictionsOf } from './restrictions.ts';

const launch = (more: Partial<StepLaunch>): StepLaunch => ({
  name: 'step-s',
  command: ['a'],
  hasCommand: true,
  scriptFile: '/run/scripts/s',
  scriptPath: '/tekton/scripts/s',
  image: 'ghcr.io/acme/tool:1',
  workingDir: '',
  env: {},
  restrictions: restrictionsOf(undefined, undefined, undefined),
  group: 'g',
  stop: new AbortController().signal,
  onOutput: () => {},
  onStarted: () => {},
  ...more,
});
const args = (more: Partial<StepLaunch>) => createArguments(launch(more), 'name', ['--pod', 'p'], { a: 'b' });
const before = ['create', '--init', '--pull', 'never', '--name', 'name', '--pod', 'p', '--label', 'a=b'];
const always = ['--security-opt', 'label=disable'];

describe('the arguments that make the container of a step', () => {
  it('name the program, or follow the entrypoint of the image', () => {
    expect(args({ command: ['sh', '-c', 'x'] })).toEqual([
      ...[...before, ...always, '--entrypoint', 'sh', 'ghcr.io/acme/tool:1', '-c', 'x'],
    ]);
    expect(args({ hasCommand: false })).toEqual([...before, ...always, 'ghcr.io/acme/tool:1', 'a']);
  });

  it('start a script where the container sees it', () => {
    expect(args({ script: 'echo', command: ['one'] }).slice(-4)).toEqual([
      '--entrypoint',
      '/tekton/scripts/s',
      'ghcr.io/acme/tool:1',
      'one',
    ]);
  });

  it('show no value of a variable but those by which the client itself works, which are not secrets', () => {
    const env = { DOCKER_PASSWORD: 'secret', HOME: '/root' };
    const given = args({ env, workingDir: '/workspace' }).slice(before.length);
    expect(given.slice(0, 2)).toEqual(['--workdir', '/workspace']);
    expect(given.slice(4, 8)).toEqual(['--env', 'DOCKER_PASSWORD', '--env', 'HOME=/root']);
    expect(clientEnvironment({ env })).toMatchObject({ DOCKER_PASSWORD: 'secret' });
    expect(clientEnvironment({ env })['HOME']).toBe(process.env['HOME']);
  });

  it('mount what is read-only so, whatever its path', () => {
    const mounts = [{ from: '/a,"b', to: '/b', readOnly: true }];
    expect(args({ mounts }).slice(before.length + 2, before.length + 4)).toEqual([
      '--mount',
      'type=bind,"source=/a,""b",target=/b,readonly',
    ]);
  });
});

describe('the restrictions of a container', () => {
  const pod = { runAsUser: 5, runAsGroup: 6, fsGroup: 7 };

  it('are its own over those of the Pod, and its limits', () => {
    const own = {
      runAsUser: 1000,
      capabilities: { drop: ['ALL'], add: ['NET_RAW'] },
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
    };
    const limits = { limits: { memory: '64Mi', cpu: '500m' } };
    expect(args({ restrictions: restrictionsOf(pod, own, limits) }).slice(before.length + 2, -3)).toEqual([
      ...['--user', '1000:6', '--group-add', '7', '--read-only', '--security-opt', 'no-new-privileges'],
      ...['--cap-drop', 'ALL', '--cap-add', 'NET_RAW', '--memory', '67108864b'],
      ...['--memory-swap', '67108864b', '--cpus', '0.5'],
    ]);
  });
});
