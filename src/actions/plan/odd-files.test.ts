import { appendFileSync, chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { actorAt, gitOpsRepository, tagOf, type GitOpsFixture } from '../../../test/kit/gitops-repository.ts';
import { openRepository, type Repository } from '../../git/repository.ts';
import { folderTree } from '../../git/tree.ts';
import { freeze } from '../freeze.ts';
import { hold } from '../hold.ts';
import { promote } from '../promote.ts';
import { setTags } from '../set.ts';

const helm = process.env['BITIQ_HELM']!;
let clock = 0;

function set(repository: Repository, tags: Record<string, string>, environment = 'dev') {
  return setTags(repository, {
    environment,
    tags: new Map(Object.entries(tags)),
    actor: actorAt(++clock),
    helm,
  });
}

function pushAll(fixture: GitOpsFixture): string {
  fixture.git('commit', '--quiet', '--all', '--message', 'By hand');
  fixture.git('push', '--quiet', 'origin', 'main');
  return fixture.git('rev-parse', 'HEAD');
}

describe('files that bitiq cannot write again as they were', () => {
  it('keeps the mode of a file', async () => {
    const fixture = gitOpsRepository();
    chmodSync(join(fixture.checkout, 'helm/bitiq/values-dev.yaml'), 0o755);
    pushAll(fixture);
    await set(await openRepository(fixture.remote), { 'toy-web': tagOf(2) });
    expect(fixture.remoteGit('ls-tree', 'main', 'helm/bitiq/values-dev.yaml')).toMatch(/^100755 /);
  });

  it.each([
    ['helm/bitiq/values-dev.yaml', 'dev'],
    ['helm/bitiq/Chart.yaml', 'dev'],
    ['environments/prod/application.yaml', 'prod'],
    ['environments/prod/holds.yaml', 'prod'],
  ])('refuses a %s that is not UTF-8, with the place', async (file, environment) => {
    const fixture = gitOpsRepository();
    appendFileSync(join(fixture.checkout, file), Buffer.from([0x23, 0x20, 0xe9, 0x0a]));
    const main = pushAll(fixture);
    const line = readFileSync(join(fixture.checkout, file)).toString('latin1').split('\n').length - 1;
    await expect(
      set(await openRepository(fixture.remote), { 'toy-web': tagOf(2) }, environment),
    ).rejects.toMatchObject({
      code: 'file-invalid',
      place: { file, line, column: 3 },
    });
    expect(fixture.remoteGit('rev-parse', 'main')).toBe(main);
  });

  it.each([
    ['folder', 'holds.yaml'],
    ['folder', 'freezes.yaml'],
    ['submodule', 'holds.yaml'],
    ['submodule', 'freezes.yaml'],
  ])('takes a %s at the place of %s for no missing file', async (kind, name) => {
    const fixture = gitOpsRepository();
    const path = `environments/prod/${name}`;
    fixture.git('rm', '--quiet', path);
    if (kind === 'folder') {
      mkdirSync(join(fixture.checkout, path), { recursive: true });
      writeFileSync(join(fixture.checkout, path, 'x'), 'x\n');
      fixture.git('add', '--all');
    } else {
      const head = fixture.git('rev-parse', 'HEAD');
      fixture.git('update-index', '--add', '--cacheinfo', `160000,${head},${path}`);
    }
    fixture.git('commit', '--quiet', '--message', 'Something strange');
    fixture.git('push', '--quiet', 'origin', 'HEAD:main');
    const main = fixture.remoteGit('rev-parse', 'main');
    const repository = await openRepository(fixture.remote);
    const unreadable = { code: 'file-invalid', place: { file: path } };
    const by = { environment: 'prod', actor: actorAt(++clock, 'why') };
    // Neither is written over, nor is what it says passed by.
    const write =
      name === 'holds.yaml' ? hold(repository, { ...by, services: ['toy-web'] }) : freeze(repository, by);
    await expect(write).rejects.toMatchObject(unreadable);
    await expect(promote(repository, { to: 'prod', actor: actorAt(++clock), helm })).rejects.toMatchObject(
      unreadable,
    );
    expect(fixture.remoteGit('rev-parse', 'main')).toBe(main);
    const { checkout } = fixture;
    if (kind === 'folder') await expect(folderTree(checkout).read([path])).rejects.toMatchObject(unreadable);
  });

  it.each(['link', 'submodule'])('makes no release of a chart with a %s in it', async (kind) => {
    const fixture = gitOpsRepository();
    const path = 'helm/bitiq/templates/more.yaml';
    symlinkSync('services.yaml', join(fixture.checkout, path));
    fixture.git('add', '--all');
    if (kind === 'submodule')
      fixture.git('update-index', '--cacheinfo', `160000,${fixture.git('rev-parse', 'HEAD')},${path}`);
    fixture.git('commit', '--quiet', '--message', 'Something strange');
    fixture.git('push', '--quiet', 'origin', 'main');
    await expect(
      promote(await openRepository(fixture.remote), { to: 'prod', actor: actorAt(++clock), helm }),
    ).rejects.toMatchObject({ code: 'file-invalid', place: { file: path } });
    expect(fixture.remoteGit('tag')).toBe('');
  });
});
