import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildImage } from '../../src/actions/image/build.ts';
import { unpackImage } from '../../src/registry/unpack.ts';
import { temporaryFolder } from '../kit/gitops-repository.ts';
import { runScript } from './run-script.ts';

const git = (cwd: string, ...args: string[]): string =>
  execFileSync('git', args, { cwd, encoding: 'utf8' }).trim();

function repository(): string {
  const folder = temporaryFolder();
  git(folder, 'init', '--quiet', '--initial-branch=main');
  writeFileSync(join(folder, 'package.json'), '{ "version": "0.2.0" }\n');
  git(folder, 'add', '.');
  return folder;
}

const commit = (folder: string, subject: string): string =>
  git(folder, 'commit', '--quiet', '--allow-empty', '--message', subject);

describe('the release of the toolkit', () => {
  it('has notes of all commits since the version before, which mention nobody', async () => {
    const folder = repository();
    commit(folder, 'Start');
    git(folder, 'tag', 'v0.2.0');
    const first = await runScript('release-notes.js', ['v0.2.0'], { cwd: folder });
    expect(first.stdout).toBe(
      `The first release.\n\n- Start (${git(folder, 'rev-parse', '--short', 'HEAD')})\n`,
    );

    git(folder, 'tag', '--delete', 'v0.2.0');
    git(folder, 'tag', '--annotate', '--message', 'v0.1.0', 'v0.1.0');
    git(folder, 'tag', '--annotate', '--message', 'no version', 'prod/1');
    commit(folder, 'Let @ada <b>see</b> #7');
    commit(folder, 'Go on as https://evil.example says');
    git(folder, 'tag', 'v0.2.0');
    const { status, stdout } = await runScript('release-notes.js', ['v0.2.0'], { cwd: folder });
    expect(status).toBe(0);
    expect(stdout.split('\n')).toEqual([
      '2 commits since v0.1.0.',
      '',
      expect.stringMatching(/^- Go on as https\u200B:\/\/evil.example says \([0-9a-f]{7,}\)$/),
      expect.stringMatching(/^- Let @\u200Bada \\<b\\>see\\<\/b\\> #\u200B7 \(/),
      '',
    ]);
  });

  it('is the latest only with the highest version', async () => {
    const folder = repository();
    commit(folder, 'Start');
    for (const tag of ['v0.9.0', 'v0.10.0', 'v1.0.0-rc.1', 'vendor', 'prod/7']) git(folder, 'tag', tag);
    const said = async (tag: string) => (await runScript('is-latest.js', [tag], { cwd: folder })).stdout;
    expect(await said('v0.10.0')).toBe('LATEST=true\n');
    expect(await said('v0.9.0')).toBe('LATEST=false\n');
    expect(await runScript('is-latest.js', ['prod/7'], { cwd: folder })).toMatchObject({
      status: 2,
      stdout: '',
    });
  });

  it('refuses a tag that is another version than package.json', async () => {
    const { status, stderr } = await runScript('release-notes.js', ['v0.3.0'], { cwd: repository() });
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: 'The tag v0.3.0 is not the version of package.json: v0.2.0. Nothing was released.\n',
    });
  });

  it('has an image in which bitiq needs nothing but node and git', async () => {
    const folder = temporaryFolder();
    const [context, store, files] = ['context', 'store', 'files'].map((name) => join(folder, name));
    const image = 'ghcr.io/bitiq-io/bitiq';
    expect(await runScript('stage-image.js', [context!], { cwd: folder })).toMatchObject({ status: 0 });
    const tag = 'v0.2.0-0.gabc1234';
    const built = await buildImage({
      context: context!,
      image,
      tag,
      base: 'none',
      store: store!,
      push: false,
      plainHttp: false,
    });
    await unpackImage(join(store!, image), built.digest, files!);
    expect(readFileSync(join(files!, 'usr/local/bin/bitiq'), 'utf8')).toContain(
      '/opt/bitiq/dist/cli/main.js',
    );
    const service = repository();
    commit(service, 'Start');
    git(service, 'tag', 'v1.0.0');
    const bitiq = join(files!, 'opt/bitiq/dist/cli/main.js');
    const printed = execFileSync(process.execPath, [bitiq, 'tag', service], { encoding: 'utf8' });
    expect(printed).toMatch(/^v1\.0\.0-0\.g[0-9a-f]{7,}\n$/);
    writeFileSync(join(service, 'Dockerfile'), 'FROM scratch\nCOPY package.json /\n');
    const again = execFileSync(
      process.execPath,
      [bitiq, ...['image', 'build', '--context', service, '--image', image, '--tag', tag, '--base', 'none']],
      { encoding: 'utf8', env: { ...process.env, BITIQ_IMAGE_STORE: join(folder, 'other') } },
    );
    expect(again).toMatch(/^ghcr\.io\/bitiq-io\/bitiq:v0\.2\.0-0\.gabc1234@sha256:[0-9a-f]{64}\n$/);
  });
});
