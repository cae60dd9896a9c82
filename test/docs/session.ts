import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { buildImage } from '../../src/actions/image/build.ts';
import { parseTag } from '../../src/model/tag.ts';
import { copyMadeLater } from '../kit/made-once.ts';
import { startGitHub } from '../github/github-server.ts';
import {
  gitOpsRepository,
  root,
  tagOf,
  temporaryFolder,
  type GitOpsFixture,
} from '../kit/gitops-repository.ts';

const services = ['toy-service', 'toy-web'];

/**
 * A shell in a clone of a GitOps repository as `bitiq up` has one: `bitiq` and `helm` are on PATH, and every service has
 * images of its first four commits. Gives what a command prints, both streams in their order. With `github` a server stands
 * in for GitHub, and the clone's origin is there by name.
 */
export async function openSession(
  options: { readonly github?: boolean } = {},
): Promise<(command: string) => Promise<string>> {
  const fixture = gitOpsRepository({ services });
  const state = temporaryFolder();
  mkdirSync(join(state, 'git'));
  symlinkSync(fixture.remote, join(state, 'git', 'bitiq.git'));
  await copyMadeLater('session-images', state, (made) => buildImages(join(made, 'images')));
  const programs = temporaryFolder();
  const main = join(root, 'dist', 'cli', 'main.js');
  writeFileSync(join(programs, 'bitiq'), `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`, {
    mode: 0o755,
  });
  symlinkSync(process.env['BITIQ_HELM']!, join(programs, 'helm'));
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    PATH: [programs, process.env['PATH']].join(delimiter),
    BITIQ_STATE: state,
    BITIQ: root.replace(/\/$/, ''),
    GIT_AUTHOR_NAME: 'Ada Example',
    GIT_AUTHOR_EMAIL: 'ada@example.com',
    GIT_COMMITTER_NAME: 'Ada Example',
    GIT_COMMITTER_EMAIL: 'ada@example.com',
  };
  if (options.github) Object.assign(env, await openGitHub(fixture));
  const run = async (command: string): Promise<string> => {
    // Each command has a shell of its own, so what is meant for all that follow is done here.
    const [, word, name = '', value] = /^(export|unset) (\w+)=?(\S*)$/.exec(command) ?? [];
    if (word !== undefined) {
      if (word === 'export') env[name] = value;
      else delete env[name];
      return '';
    }
    return new Promise((resolve) => {
      const options = { cwd: fixture.checkout, env, maxBuffer: 1e8 };
      execFile('sh', ['-c', `exec 2>&1\n${command}`], options, (_, stdout) => resolve(stdout));
    });
  };
  cpSync(join(root, 'pipelines'), join(fixture.checkout, 'pipelines'), { recursive: true });
  await run('bitiq generate');
  fixture.commit({}, 'Generate');
  return run;
}

async function openGitHub({ remote, git }: GitOpsFixture): Promise<NodeJS.ProcessEnv> {
  const origin = 'https://github.com/acme/gitops.git';
  git('remote', 'set-url', 'origin', origin);
  git('config', `url.${remote}.insteadOf`, origin);
  const { env } = await startGitHub();
  return {
    ...env,
    BITIQ_WEBHOOK_SECRET: 'a secret of more than sixteen letters',
    // No one looks for the commits of services on the network.
    XDG_CACHE_HOME: temporaryFolder(),
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: `url.${temporaryFolder()}/.insteadOf`,
    GIT_CONFIG_VALUE_0: 'https://github.com/bitiq-io/',
  };
}

async function buildImages(store: string): Promise<void> {
  const context = temporaryFolder();
  writeFileSync(join(context, 'Dockerfile'), 'FROM scratch\nCOPY Dockerfile /\n');
  for (const service of services) {
    for (const commits of [1, 2, 3, 4]) {
      const image = `ghcr.io/bitiq-io/${service}`;
      await buildImage({
        context,
        image,
        tag: tagOf(commits),
        revision: parseTag(tagOf(commits)).sha.padEnd(40, '0'),
        base: 'none',
        store,
        push: false,
        plainHttp: false,
      });
    }
  }
}
