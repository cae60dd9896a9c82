import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Credential } from '../../src/tekton/plan/credentials.ts';
import { askTcp } from '../../src/local/deployer/ask-probe.ts';
import { takeFreePort } from '../../src/local/deployer/local-ports.ts';
import { stepEnvironment } from '../../src/local/step-environment.ts';
import { ensureRemote } from '../../src/local/remotes/ensure-remote.ts';
import { containerExecutor } from '../../src/tekton/run/container-executor.ts';
import { credentialFiles } from '../../src/tekton/run/credentials.ts';
import { busyboxImage, engineWorks } from '../kit/container-engine.ts';
import { loopServer, token } from '../remotes/loop-server.ts';
import { newFolder, planYaml } from './kit.ts';
import { runTask, taskRunYaml } from './kit-task.ts';

const secret = (name: string, type: string, annotations: string, data: string) => `apiVersion: v1
kind: Secret
type: kubernetes.io/${type}
metadata: { name: ${name}, annotations: { ${annotations} } }
stringData: { ${data} }
---
`;
const account = (...names: string[]) => `apiVersion: v1
kind: ServiceAccount
metadata: { name: builder }
secrets: [${names.map((name) => `{ name: ${name} }`).join(', ')}]`;
const steps = (script: string) =>
  `serviceAccountName: builder\ntaskSpec: { steps: [{ name: s, image: ${busyboxImage}, script: ${JSON.stringify(script)} }] }\n`;

describe('the files of credentials', () => {
  const files = (...credentials: Credential[]) =>
    Object.fromEntries(
      credentialFiles(
        credentials,
        {
          a: { username: 'me\\x', password: 'p@ss w$rd!' },
          b: { username: 'other', password: 'pw' },
          key: { 'ssh-privatekey': 'KEY', known_hosts: 'known' },
          json: { '.dockerconfigjson': '{"auths":{"ghcr.io":{"auth":"x"}}}' },
        },
        '/tekton/creds',
      ),
    );

  it('are those of creds-init for Git by password: the whole host before a repository', () => {
    const url = 'https://git.example.com';
    expect(
      files(
        { kind: 'basic-git', secret: 'b', url: `${url}/org/repo` },
        { kind: 'basic-git', secret: 'a', url },
      ),
    ).toEqual({
      '.gitconfig': `[credential]\n\thelper = store\n[credential "${url}/org/repo"]\n\tusername = other\n\tuseHttpPath = true\n[credential "${url}"]\n\tusername = me\\\\x\n`,
      '.git-credentials': `https://me%5Cx:p%40ss%20w$rd%21@git.example.com\nhttps://other:pw@git.example.com/org/repo\n`,
    });
  });

  it('are those of creds-init for Git by ssh, also with a port and for one repository', () => {
    expect(
      files(
        { kind: 'ssh-git', secret: 'key', url: 'git.example.com:2222/org/repo' },
        { kind: 'ssh-git', secret: 'key', url: 'git.example.com' },
      ),
    ).toEqual({
      '.ssh/config':
        'Host git.example.com\n    HostName git.example.com\n    Port 22\n    IdentityFile /tekton/creds/.ssh/id_key\n' +
        'Host git.example.com--org--repo\n    HostName git.example.com\n    Port 2222\n    IdentityFile /tekton/creds/.ssh/id_key\n',
      '.ssh/id_key': 'KEY',
      '.ssh/known_hosts': 'known\nknown',
      '.gitconfig':
        '[url "git@git.example.com--org--repo:org/repo.git"]\n\tinsteadOf = git@git.example.com:org/repo.git\n' +
        '[url "ssh://git.example.com--org--repo/org/repo.git"]\n\tinsteadOf = ssh://git.example.com:2222/org/repo.git\n',
    });
  });

  it('are one file for registries', () => {
    const made = files(
      { kind: 'basic-docker', secret: 'b', url: 'https://r.example.com' },
      { kind: 'docker-config', secret: 'json', url: '' },
    );
    expect(JSON.parse(made['.docker/config.json']!)).toEqual({
      auths: {
        'ghcr.io': { auth: 'x' },
        'https://r.example.com': {
          username: 'other',
          password: 'pw',
          auth: btoa('other:pw'),
          email: 'not@val.id',
        },
      },
    });
  });
});

const works = await engineWorks('podman');

describe('credentials of a ServiceAccount', () => {
  it('let git clone by HTTP with the password of the Secret, and no log shows it; nothing of it is left', async () => {
    const root = newFolder();
    await ensureRemote({ gitDir: join(root, 'private.git') });
    const { url } = await loopServer(root);
    const work = `git ls-remote ${url}/git/private.git && echo reached; cat "$HOME/.git-credentials"; ls -A $(credentials.path)`;
    const objects = secret(
      'git',
      'basic-auth',
      `tekton.dev/git-0: "${url}"`,
      `username: me, password: ${token}`,
    );
    const run = await runTask(taskRunYaml(steps(work), objects + account('git')), {
      keepWork: true,
      env: stepEnvironment(process.env),
    });
    expect(run.lines).toEqual([
      's: reached',
      expect.stringMatching(/^s: http:\/\/me:\*\*\*@127/),
      's: .git-credentials',
      's: .gitconfig',
    ]);
    const left = readdirSync(run.directory, { recursive: true, encoding: 'utf8' });
    expect(left.filter((file) => /git-credentials|gitconfig|creds/.test(file))).toEqual([]);
  });

  it.skipIf(!sshdWorks())('let git clone by ssh with the key of the Secret (skipped: no sshd)', async () => {
    const folder = newFolder();
    const keys = ['host', 'user'].map((name) => {
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)]);
      return readFileSync(join(folder, `${name}.pub`), 'utf8')
        .split(' ')
        .slice(0, 2)
        .join(' ');
    });
    await ensureRemote({ gitDir: join(folder, 'private.git') });
    writeFileSync(join(folder, 'authorized'), `${keys[1]}\n`, { mode: 0o600 });
    const port = await takeFreePort();
    const options = [
      'UsePAM no',
      'StrictModes no',
      `AuthorizedKeysFile ${folder}/authorized`,
      'PidFile none',
    ];
    const server = spawn(
      '/usr/sbin/sshd',
      [
        '-D',
        '-e',
        '-p',
        String(port),
        '-f',
        '/dev/null',
        '-h',
        join(folder, 'host'),
        ...options.flatMap((option) => ['-o', option]),
      ],
      { stdio: 'ignore' },
    );
    onTestFinished(() => void server.kill());
    await expect.poll(() => askTcp(port, 1000)).toBeUndefined();
    const lines = readFileSync(join(folder, 'user'), 'utf8').replaceAll('\n', '\\n');
    const objects = secret(
      'key',
      'ssh-auth',
      `tekton.dev/git-0: "127.0.0.1:${port}"`,
      `ssh-privatekey: "${lines}", known_hosts: "[127.0.0.1]:${port} ${keys[0]}"`,
    );
    const work = `git ls-remote ssh://root@127.0.0.1:${port}${folder}/private.git && echo reached`;
    const run = await runTask(taskRunYaml(steps(work), objects + account('key')));
    expect(run.lines).toEqual(['s: reached']);
  });

  it.skipIf(!works)(
    'are in the home of a container, too (skipped: podman runs no containers here)',
    async () => {
      const objects = secret(
        'r',
        'basic-auth',
        'tekton.dev/docker-0: "https://r.example.com"',
        'username: me, password: hunter2',
      );
      const work = 'cat ~/.docker/config.json; echo; stat -c "%a %u" ~/.docker/config.json';
      const text = (more: string) => taskRunYaml(`${more}${steps(work)}`, objects + account('r'));
      const executor = containerExecutor('podman');
      // Named so that other tests of containers, which count theirs, do not count this one.
      const named = text('').replace(/(kind: TaskRun\nmetadata: \{ name: )run/, '$1credentials');
      const root = await runTask(named, { executor });
      expect(root.lines[0]).toBe(
        's: {"auths":{"https://r.example.com":{"username":"me","password":"***","auth":"***","email":"not@val.id"}}}',
      );
      expect(root.lines[1]).toBe('s: 600 0');
    },
  );

  it('that are broken are refused before anything runs; those that are not there are left out', () => {
    const run = (objects: string) =>
      planYaml(`${objects}
---
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: { name: r }
spec:
  taskRunTemplate: { serviceAccountName: builder }
  pipelineSpec: { tasks: [{ name: t, taskSpec: { steps: [{ name: s, script: "true" }] } }] }
`);
    const git = 'tekton.dev/git-0: "https://g"';
    expect(run(secret('a', 'basic-auth', git, 'username: x') + account('a', 'none')).findings).toMatchObject([
      { code: 'tekton-invalid', message: 'The Secret "a" of the ServiceAccount has no key "password".' },
    ]);
    const both = 'username: x, password: z';
    const twice =
      secret('a', 'basic-auth', git, both) + secret('b', 'basic-auth', git, both) + account('a', 'b');
    expect(run(twice).findings).toMatchObject([
      { message: 'Two Secrets of the ServiceAccount are for https://g.' },
    ]);
    expect(run(account('none')).plan!.credentials).toEqual([]);
  });
});

/** Whether sshd is there and has all that it wants, such as its folder below /run. */
function sshdWorks(): boolean {
  const key = join(newFolder(), 'host');
  const made = spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
  return made.status === 0 && spawnSync('/usr/sbin/sshd', ['-t', '-f', '/dev/null', '-h', key]).status === 0;
}
