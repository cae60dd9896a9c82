import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { placeholderTag } from '../../src/model/tag.ts';
import { gitOpsRepository, tagOf, type GitOpsFixture } from '../kit/gitops-repository.ts';
import { mainFile } from '../kit/loop-process.ts';

const shipped = 'v0.1.0-0.g0000000';
const [dev, prod] = ['helm/bitiq/values-dev.yaml', 'helm/bitiq/values-prod.yaml'];

function bitiqIn(fixture: GitOpsFixture, ...args: string[]): Promise<{ code: number; out: string }> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [mainFile, ...args],
      { cwd: fixture.checkout, env: { ...process.env, NO_COLOR: '1' } },
      (error, stdout, stderr) => resolve({ code: error ? Number(error.code) : 0, out: stdout + stderr }),
    );
  });
}

/** A repository with the values of toy-web that a copy of this one starts with; in `built` toy-service has a version. */
function copy(built: readonly string[] = [dev, prod]): GitOpsFixture {
  const fixture = gitOpsRepository();
  const files = [dev, prod].map((file) => {
    const text = fixture.read(file);
    const web = text.indexOf('toy-web');
    const [first, second] = [text.slice(0, web), text.slice(web)].map((part) =>
      part.replace(tagOf(1), shipped),
    );
    return [file, `${built.includes(file) ? text.slice(0, web) : first}${second}`] as const;
  });
  fixture.commit(Object.fromEntries(files));
  return fixture;
}

/** With a service that dev has and no one has built, and a release of the others. */
async function withShop(more = ''): Promise<GitOpsFixture> {
  const fixture = gitOpsRepository();
  const config = fixture
    .read('bitiq.yaml')
    .replace(
      'environments:\n',
      `  - name: shop\n    repository: https://github.com/acme/shop\n    image: ghcr.io/acme/shop\n${more}environments:\n`,
    );
  const entry = `  - name: shop\n    image:\n      repository: ghcr.io/acme/shop\n      tag: ${placeholderTag}\n`;
  fixture.commit({ 'bitiq.yaml': config, [dev]: `${fixture.read(dev).trimEnd()}\n${entry}` });
  expect(await bitiqIn(fixture, 'promote', 'dev', 'prod', '--no-image-check')).toMatchObject({ code: 0 });
  return fixture;
}

describe('a service that was never built', () => {
  it.each(['dev', 'prod'])('has the placeholder that is shipped in the values of %s', (environment) => {
    const text = readFileSync(`helm/bitiq/values-${environment}.yaml`, 'utf8');
    expect(text.match(/tag: \S+/g)).toEqual([`tag: ${shipped}`, `tag: ${shipped}`]);
  });

  it('is not a version in status, explain and promote, whatever the version of its placeholder', async () => {
    const fixture = copy();
    expect((await bitiqIn(fixture, 'status')).out).toMatch(/toy-web +not built yet +/);
    const { out } = await bitiqIn(fixture, 'explain', 'dev', 'toy-web', '--no-image-check');
    expect(out).toContain('dev wants toy-web (not built yet)');
    expect(out).not.toContain('/commit/');
    const promoted = await bitiqIn(fixture, 'promote', 'dev', 'prod', '--no-image-check');
    expect(promoted).toMatchObject({ code: 0 });
    expect(promoted.out).toContain('toy-web was never built: it stays out of prod/1.');
    expect(fixture.remoteGit('cat-file', '-p', 'prod/1')).not.toContain('toy-web');
  });

  it('is not healthy', async () => {
    const fixture = copy();
    const { code, out } = await bitiqIn(fixture, 'healthy', 'dev');
    expect({ code, out }).toMatchObject({ code: 0, out: expect.not.stringContaining('toy-web') as string });
    const files = fixture.remoteGit('ls-tree', '-r', '--name-only', 'refs/bitiq/health');
    expect(files.split('\n')).toEqual(['dev/.began', `dev/toy-service/${tagOf(1)}`]);
    const again = await bitiqIn(fixture, 'healthy', 'dev', 'toy-web');
    expect(again).toMatchObject({ code: 0 });
    expect(again.out).toContain('None of these services was ever built in dev, so none is healthy.');
    expect(fixture.remoteGit('ls-tree', '-r', '--name-only', 'refs/bitiq/health')).toBe(files);
  });

  it('takes its first build, even one of a lower version', async () => {
    const fixture = copy();
    const { code, out } = await bitiqIn(
      fixture,
      'set',
      'dev',
      'toy-web=v0.0.0-5.gabc1234',
      '--no-image-check',
    );
    expect({ code, out }).toMatchObject({ code: 0 });
    expect(out).toMatch(/toy-web +v0\.1\.0-0\.g0000000 +→ +v0\.0\.0-5\.gabc1234 +upgrade/);
  });

  it('is told apart from one that is left out', async () => {
    const fixture = copy([dev]);
    const text = fixture.read(dev);
    fixture.commit({ [dev]: text.replace(shipped, tagOf(4)) });
    const { out } = await bitiqIn(
      fixture,
      ...['promote', 'dev', 'prod', '--no-image-check', '--except', 'toy-web', '--dry-run'],
    );
    expect(out).toContain('toy-web is left out: it stays out of prod/1.');
    expect(out).not.toContain('never built');
  });

  it('is refused by name where nothing else comes', async () => {
    const fixture = copy([dev]);
    const args = ['promote', 'dev', 'prod', '--no-image-check', '--only', 'toy-web'];
    const { code, out } = await bitiqIn(fixture, ...args);
    expect(code).toBe(1);
    expect(out).toContain('None of the new services has been built yet (toy-web)');
  });

  it('is not a newer version of which explain and promote say different things', async () => {
    const fixture = await withShop();
    const inProd = (await bitiqIn(fixture, 'explain', 'prod', 'shop', '--no-image-check')).out;
    expect(inProd).toContain('shop is not in prod yet');
    expect(inProd).toContain('shop was never built.');
    expect(inProd).not.toMatch(/There is|bitiq promote/);
    const inDev = (await bitiqIn(fixture, 'explain', 'dev', 'shop', '--no-image-check')).out;
    expect(inDev).toContain('shop was never built.');
    expect(inDev).not.toContain('newest');
    const args = ['promote', 'dev', 'prod', '--no-image-check', '--only', 'shop'];
    const { code, out } = await bitiqIn(fixture, ...args);
    expect(code).toBe(0);
    expect(out).toContain('prod has exactly this already, as prod/1.');
    expect(out).toContain('shop was never built: it stays out of prod.');
  });

  it('is not said to come where bitiq.yaml keeps it out', async () => {
    const fixture = await withShop('    environments: [dev]\n');
    const { out } = await bitiqIn(fixture, 'explain', 'prod', 'shop', '--no-image-check');
    expect(out).toContain('shop is not in prod: bitiq.yaml keeps shop to dev.');
    expect(out).not.toContain(' yet');
  });
});
