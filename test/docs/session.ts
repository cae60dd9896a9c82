import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { buildImage } from '../../src/actions/build-image.ts';
import { parseTag } from '../../src/model/tag.ts';
import { gitOpsRepository, root, tagOf, temporaryFolder } from '../kit/gitops-repository.ts';

const services = ['toy-service', 'toy-web'];

/**
 * A shell in a clone of a GitOps repository as `bitiq up` has one: `bitiq` and `helm` are on PATH, and every service has
 * images of its first four commits. Gives what a command prints, both streams in their order.
 */
export async function openSession(): Promise<(command: string) => string> {
  const fixture = gitOpsRepository({ services });
  const state = temporaryFolder();
  mkdirSync(join(state, 'git'));
  symlinkSync(fixture.remote, join(state, 'git', 'bitiq.git'));
  await buildImages(join(state, 'images'));
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
  const run = (command: string): string => {
    // Each command has a shell of its own, so what is meant for all that follow is done here.
    const [, word, name = '', value] = /^(export|unset) (\w+)=?(\S*)$/.exec(command) ?? [];
    if (word !== undefined) {
      if (word === 'export') env[name] = value;
      else delete env[name];
      return '';
    }
    const { stdout, error } = spawnSync('sh', ['-c', `exec 2>&1\n${command}`], {
      cwd: fixture.checkout,
      env,
      encoding: 'utf8',
    });
    if (error) throw error;
    return stdout;
  };
  cpSync(join(root, 'pipelines'), join(fixture.checkout, 'pipelines'), { recursive: true });
  run('bitiq generate');
  fixture.commit({}, 'Generate');
  return run;
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
