import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { removedAfterAll } from './temporary.ts';
import { root } from '../kit/gitops-repository.ts';

/** A repository of a company: code at the root, the GitOps files in a folder, a main branch with another name. */
const folder = removedAfterAll();
const remote = join(folder, 'company.git');
const checkout = join(folder, 'company');
const env: NodeJS.ProcessEnv = {
  PATH: process.env['PATH'],
  HOME: folder,
  LC_ALL: 'C',
  TZ: 'UTC',
  BITIQ_HELM: process.env['BITIQ_HELM'],
  XDG_CACHE_HOME: join(folder, 'cache'),
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: join(folder, 'gitconfig'),
};

function git(cwd: string, ...args: string[]): string {
  return execFileSync('git', args, {
    cwd,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trimEnd();
}

function bitiq(cwd: string, ...args: string[]) {
  const ran = spawnSync(process.execPath, [join(root, 'dist/cli/main.js'), ...args], {
    cwd,
    env,
    encoding: 'utf8',
  });
  return { code: ran.status, out: ran.stdout, said: ran.stderr };
}

function must(cwd: string, ...args: string[]): string {
  const { code, out, said } = bitiq(cwd, ...args);
  expect(code, `${args.join(' ')}\n${out}${said}`).toBe(0);
  return out + said;
}

const deploy = join(checkout, 'deploy');

beforeAll(() => {
  writeFileSync(env['GIT_CONFIG_GLOBAL']!, '[user]\n\tname = Ada\n\temail = ada@example.com\n');
  git(folder, 'init', '--quiet', '--bare', '--initial-branch=master', remote);
  cpSync(join(root, 'test/fixtures/gitops'), deploy, { recursive: true });
  cpSync(join(root, 'pipelines'), join(deploy, 'pipelines'), { recursive: true });
  mkdirSync(join(checkout, 'services/web'), { recursive: true });
  writeFileSync(join(checkout, 'services/web/index.js'), 'export {};\n');
  for (const name of ['dev', 'prod']) {
    const file = join(deploy, `environments/${name}/application.yaml`);
    const text = readFileSync(file, 'utf8');
    writeFileSync(
      file,
      text
        .replace('path: helm/bitiq', 'path: deploy/helm/bitiq')
        .replace('targetRevision: main', 'targetRevision: master'),
    );
  }
  git(checkout, 'init', '--quiet', '--initial-branch=master');
  must(deploy, 'generate');
  git(checkout, 'add', '--all');
  git(checkout, 'commit', '--quiet', '--message', 'Start');
  git(checkout, 'remote', 'add', 'company', remote);
  git(checkout, 'push', '--quiet', '--set-upstream', 'company', 'master');
});

describe('the GitOps files in a folder of a repository, on a main branch with another name', () => {
  it('take every command', () => {
    const text = readFileSync(join(deploy, 'helm/bitiq/values-dev.yaml'), 'utf8');
    const service = /name: (\S+)/.exec(text)![1]!;
    const set = (tag: string) =>
      must(deploy, 'set', 'dev', `${service}=${tag}`, '--no-image-check', '--reason', 'try');
    expect(set('v0.9.0-1.gabc0001')).toContain('Done in one push: master is at');
    must(deploy, 'promote', 'dev', 'prod', '--no-image-check', '--reason', 'first');
    set('v0.9.0-2.gabc0002');
    must(deploy, 'promote', 'dev', 'prod', '--no-image-check', '--reason', 'second');

    const changed = git(remote, 'diff', '--name-only', 'master~1', 'master').split('\n');
    expect(changed).toContain('deploy/environments/prod/application.yaml');
    expect(changed.every((path) => path.startsWith('deploy/'))).toBe(true);
    expect(git(remote, 'show', 'master:deploy/environments/prod/application.yaml')).toContain(
      'refs/tags/prod/2',
    );
    expect(git(remote, 'ls-tree', '--name-only', 'prod/2').split('\n')).toEqual(['deploy', 'services']);

    expect(must(deploy, 'status')).toContain('prod/2');
    expect(must(join(deploy, 'helm/bitiq'), 'log', 'prod')).toContain('second');
    expect(bitiq(deploy, 'diff', 'prod/1', 'prod/2', '--depth', 'versions,manifests').out).toContain(
      'v0.9.0-2.gabc0002',
    );
    expect(must(deploy, 'show', 'prod/2')).toContain('v0.9.0-2.gabc0002');
    expect(must(deploy, 'render', 'prod')).toContain('v0.9.0-2.gabc0002');
    must(deploy, 'hold', 'dev', service, '--reason', 'wait');
    expect(git(remote, 'show', 'master:deploy/environments/dev/holds.yaml')).toContain(service);
    expect(bitiq(deploy, 'set', 'dev', `${service}=v0.9.0-3.gabc0003`, '--no-image-check').said).toContain(
      'service-held',
    );
    must(deploy, 'unhold', 'dev', service, '--reason', 'go on');
    must(deploy, 'rollback', 'prod', '--reason', 'broken');
    expect(git(remote, 'show', 'master:deploy/environments/prod/application.yaml')).toContain(
      'refs/tags/prod/1',
    );

    git(checkout, 'pull', '--quiet');
    must(deploy, 'check');
    const verified = bitiq(deploy, 'verify', 'prod', '--json');
    expect(verified.out + verified.said).not.toMatch(/release-mismatch|release-tag-moved/);
    must(join(deploy, 'environments'), 'generate', '--check');
    expect(git(checkout, 'status', '--porcelain')).toBe('');
  });

  it('are found from elsewhere by options, by Git’s settings, and by a URL', () => {
    for (const command of ['status', 'check']) {
      const lost = bitiq(checkout, command);
      expect(lost.out + lost.said).toContain('at the root of the repository; there is one in deploy.');
      expect(lost.out + lost.said).toContain('`--folder deploy`');
    }
    expect(must(checkout, 'status', '--folder', 'deploy')).toContain('prod/1');
    expect(must(folder, 'status', '--repo', `file://${remote}`, '--folder', 'deploy')).toContain('prod/1');
    expect(must(folder, 'status', '--repo', remote, '--folder', 'deploy/')).toContain('prod/1');
    expect(bitiq(checkout, 'status', '--folder', '../x').said).toContain('error[usage]');
    git(checkout, 'config', 'bitiq.folder', 'deploy');
    expect(must(join(checkout, 'services/web'), 'status')).toContain('prod/1');
    expect(bitiq(checkout, 'status', '--branch', 'next').said).toContain('has no branch next');
    expect(bitiq(checkout, 'status', '--branch', '-x').said).toContain('error[usage]');
  });
});

describe('the remote of a checkout', () => {
  it('is the one that Git would push to, whatever it is called', () => {
    const clone = join(folder, 'renamed');
    git(folder, 'clone', '--quiet', '--origin', 'upstream', remote, clone);
    const said = must(join(clone, 'deploy'), 'freeze', 'prod', '--reason', 'sale');
    expect(said).toContain('Done in one push: master is at');
    expect(git(remote, 'show', 'master:deploy/environments/prod/freezes.yaml')).toContain('sale');
    must(join(clone, 'deploy'), 'thaw', 'prod', '--reason', 'over');
  });

  it('must be named where there are several and nothing decides', () => {
    const clone = join(folder, 'several');
    git(folder, 'clone', '--quiet', remote, clone);
    git(clone, 'remote', 'rename', 'origin', 'first');
    git(clone, 'remote', 'add', 'second', join(folder, 'nowhere.git'));
    git(clone, 'config', '--unset', 'branch.master.remote');
    const { code, said } = bitiq(join(clone, 'deploy'), 'freeze', 'prod', '--reason', 'sale');
    expect([code, said]).toEqual([2, expect.stringContaining('error[remote-conflict]')]);
    git(clone, 'config', 'branch.master.remote', 'first');
    expect(must(join(clone, 'deploy'), 'status')).toContain('prod/1');
  });

  it('is read where pushes go', () => {
    const clone = join(folder, 'mirrored');
    const mirror = join(folder, 'mirror.git');
    git(folder, 'clone', '--quiet', '--bare', remote, mirror);
    git(folder, 'clone', '--quiet', mirror, clone);
    git(clone, 'config', 'remote.origin.pushurl', remote);
    const place = join(clone, 'deploy');
    must(place, 'freeze', 'prod', '--reason', 'sale');
    // The mirror lags behind, and the next write starts on what was pushed.
    must(place, 'thaw', 'prod', '--reason', 'over');
    expect(git(remote, 'log', '-2', '--format=%s', 'master').split('\n')).toHaveLength(2);
    expect(git(mirror, 'rev-parse', 'master')).not.toBe(git(remote, 'rev-parse', 'master'));
  });

  it('is told to be missing', () => {
    const alone = join(folder, 'alone');
    git(folder, 'clone', '--quiet', remote, alone);
    git(alone, 'remote', 'remove', 'origin');
    const said = must(join(alone, 'deploy'), 'freeze', 'prod', '--reason', 'sale');
    expect(said).toMatch(/Done: master here is at [0-9a-f]{7}; this checkout has no remote\./);
  });
});

describe('a repository that is read', () => {
  it('runs no program that it names', () => {
    const evil = join(folder, 'evil');
    const pwned = join(folder, 'PWNED');
    cpSync(join(root, 'test/fixtures/gitops'), evil, { recursive: true });
    const bare = join(evil, 'src:evil');
    for (const inner of ['refs/heads', 'objects/info']) {
      mkdirSync(join(bare, inner), { recursive: true });
      writeFileSync(join(bare, inner, '.keep'), '');
    }
    writeFileSync(join(bare, 'HEAD'), 'ref: refs/heads/main\n');
    const program = join(bare, 'program');
    writeFileSync(program, `#!/bin/sh\nid > '${pwned}'\nexit 1\n`);
    chmodSync(program, 0o755);
    writeFileSync(
      join(bare, 'config'),
      `[core]\n\trepositoryformatversion = 1\n\tbare = true\n\tsshCommand = "sh -c 'id > ${pwned}; exit 1'"\n\tfsmonitor = ${program}\n[extensions]\n\tpartialClone = origin\n[remote "origin"]\n\turl = ssh://x/y\n\tpromisor = true\n`,
    );
    const config = join(evil, 'bitiq.yaml');
    writeFileSync(config, readFileSync(config, 'utf8').replace(/repository: \S+/, 'repository: src:evil'));
    for (const [name, digit] of [
      ['dev', '1'],
      ['prod', '2'],
    ] as const) {
      const values = join(evil, `helm/bitiq/values-${name}.yaml`);
      writeFileSync(
        values,
        readFileSync(values, 'utf8').replace(/tag: \S+/, `tag: v0.1.0-0.g${digit.repeat(40)}`),
      );
    }
    git(evil, 'init', '--quiet', '--initial-branch=main');
    git(evil, 'add', '--all');
    git(evil, 'commit', '--quiet', '--message', 'Start');

    const victim = join(folder, 'victim');
    git(folder, 'clone', '--quiet', evil, victim);
    const diff = ['diff', 'dev', 'helm/bitiq/values-prod.yaml', '--depth', 'commits'];
    expect(bitiq(victim, ...diff)).toMatchObject({
      code: 2,
      said: expect.stringContaining('config-invalid') as string,
    });
    expect(bitiq(victim, 'check', '--no-render').out).toMatch(/config-invalid.*never a path/);
    // As before, when only the schema is passed by: a person is in the folder, or git is asked there.
    for (const args of [
      ['status'],
      ['check', '--no-render'],
      ['log', 'dev'],
      ['tag'],
      ['generate', '--check'],
    ]) {
      const { code, said } = bitiq(join(victim, 'src:evil'), ...args);
      expect(code, said).not.toBe(0);
    }
    expect(bitiq(join(victim, 'src:evil'), 'status').said).toContain('repository-denied');
    expect(() => readFileSync(pwned)).toThrow(/ENOENT/);
  });
});
