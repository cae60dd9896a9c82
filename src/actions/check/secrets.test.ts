import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { actorAt, gitOpsRepository } from '../../../test/kit/gitops-repository.ts';
import { headOfMain, openRepository } from '../../git/repository.ts';
import { folderTree } from '../../git/tree.ts';
import { checkSecretStores } from './secret-stores.ts';
import { checkSecrets } from './secrets.ts';
import { freeze } from '../freeze.ts';
import { thaw } from '../thaw.ts';
import { hold } from '../hold.ts';
import { unhold } from '../unhold.ts';
import { promote } from '../promote.ts';
import { readConfig } from '../read/read-state.ts';
import { recordHealth } from '../plan/record-health.ts';
import { rollback } from '../rollback.ts';
import { setTags } from '../set.ts';
import { updateEnvironment } from '../update.ts';

const token = ['ghp', 'q7Rz4Kp9Xb2Wm5Tn8Vc1Lh6Jd3Fg0Sy1a2B3'].join('_');

describe('secrets in Git', () => {
  it('are none in this repository', async () => {
    const tree = folderTree('.');
    expect(await checkSecrets(tree, await readConfig(tree))).toEqual([]);
  });

  it('are told with their place, and never shown', async () => {
    const fixture = gitOpsRepository();
    const values = fixture.read('helm/bitiq/values-dev.yaml').trimEnd();
    const env = [
      'env:',
      '  DB_PASSWORD: correct-horse',
      '  PLAIN: hello',
      `  OTHER: ${token}`,
      '  API_KEY: abc # not-a-secret',
    ];
    fixture.commit({
      'helm/bitiq/values-dev.yaml': `${values}\n${env.map((line) => `    ${line}`).join('\n')}\n`,
      'notes.md': `# Notes\n\nUse ${token} here, and ${token} there.\n`,
    });
    const found = await check(fixture.checkout);
    const first = values.split('\n').length + 2;
    expect(found.map(({ code, place }) => [code, place.file, place.line])).toEqual([
      ['secret-in-git', 'helm/bitiq/values-dev.yaml', first + 2],
      ['secret-in-git', 'notes.md', 3],
      ['secret-in-git', 'notes.md', 3],
      ['secret-in-git', 'helm/bitiq/values-dev.yaml', first],
    ]);
    expect(found[3]?.place.sourceLine).toBe('      DB_PASSWORD: ***');
    expect(JSON.stringify(found)).not.toContain('correct-horse');
    expect(JSON.stringify(found)).not.toContain(token);
  });

  it('are found among arguments, too', async () => {
    const fixture = gitOpsRepository();
    const values = fixture.read('helm/bitiq/values-dev.yaml').trimEnd();
    const args = ['args: [--port=8080, --password=correct-horse,', '  --api-key, abc1, --verbose]'];
    fixture.commit({
      'helm/bitiq/values-dev.yaml': `${values}\n${args.map((line) => `    ${line}`).join('\n')}\n`,
    });
    const found = await check(fixture.checkout);
    expect(found.map(({ place }) => place.sourceLine?.trim())).toEqual([
      'args: [--port=8080, ***,',
      '--api-key, ***, --verbose]',
    ]);
    expect(found[0]?.message).toContain('an item of args is named like a secret');
  });

  it('are looked for in files alone, also where links and other repositories lie between them', async () => {
    const fixture = gitOpsRepository();
    symlinkSync('helm', join(fixture.checkout, 'link'));
    symlinkSync('nowhere', join(fixture.checkout, 'dangling'));
    fixture.git('init', '--quiet', 'inner');
    writeFileSync(join(fixture.checkout, 'inner/token'), token);
    writeFileSync(join(fixture.checkout, 'token'), token);
    expect((await check(fixture.checkout)).map(({ place }) => place.file)).toEqual(['token']);
  });

  it('are variables in a file of variables that Git tracks, by their names or their looks', async () => {
    const fixture = gitOpsRepository();
    fixture.commit({
      '.env': 'TOY_WEB_TAG=v0.1.0-1.gabc0001\nexport DB_PASSWORD="changeme now"\nTOKEN_FILE=/run/token\n',
      'shop/dev.env': `# old\r\nAPI_KEY = ${'correct'}horse\r\nPASSWORD=\r\nSEED=${'q7Rz4Kp9Xb2Wm5Tn8Vc1Lh6Jd3'}\r\n`,
      'shop/environment': 'DB_PASSWORD=in no file of variables\n',
    });
    const found = await check(fixture.checkout);
    expect(found.map(({ code, place }) => `${code} ${place.file}:${place.line} ${place.sourceLine}`)).toEqual(
      [
        'secret-in-git .env:2 export DB_PASSWORD="***"',
        'secret-in-git shop/dev.env:2 API_KEY = ***',
        'secret-in-git shop/dev.env:4 SEED=***',
      ],
    );
  });

  it('come from a store that exists and serves the namespace', async () => {
    const fixture = gitOpsRepository();
    const values = fixture.read('helm/bitiq/values-dev.yaml');
    const secrets =
      '    secrets:\n      - name: db\n        path: shop/database\n        keys:\n          PASSWORD: password\n';
    fixture.commit({ 'helm/bitiq/values-dev.yaml': `${values.trimEnd()}\n${secrets}` });
    expect((await check(fixture.checkout)).map(({ message }) => message)).toEqual([
      'environments/dev/secret-store.yaml makes the store vault-dev; the services of dev use vault.',
    ]);
    const named = `${values.trimEnd()}\n${secrets}secretStore:\n  name: vault-dev\n`;
    fixture.commit({ 'helm/bitiq/values-dev.yaml': named });
    expect(await check(fixture.checkout)).toEqual([]);
    const store = fixture.read('environments/dev/secret-store.yaml');
    fixture.commit({ 'environments/dev/secret-store.yaml': store.replace('- bitiq-dev\n', '- other\n') });
    expect((await check(fixture.checkout)).map(({ code, place }) => [code, place.line])).toEqual([
      ['delivery-mismatch', store.split('\n').indexOf('    - namespaces:') + 1],
    ]);
  });
});

async function check(folder: string) {
  const tree = folderTree(folder);
  const config = await readConfig(tree);
  return [...(await checkSecrets(tree, config)), ...(await checkSecretStores(tree, config))];
}

describe('secrets in texts for Git', () => {
  it.each([
    ['the reason', { actor: actorAt(0, `with ${token}`) }],
    ['a login in the reason', { actor: actorAt(0, 'it is at https://u:pw@db.shop/x') }],
    ['the name', { actor: { ...actorAt(0, 'why'), name: token } }],
    ['the mail', { actor: { ...actorAt(0, 'why'), email: token } }],
  ])('are refused before anything is written: %s', async (_, { actor }) => {
    const fixture = gitOpsRepository();
    const repository = await openRepository(fixture.remote);
    const head = await headOfMain(repository);
    const combination = new Map([['toy-web', 'v1.0.1-1.gabc0001']]);
    const dev = { environment: 'dev', actor };
    const helm = '/nowhere';
    const writes = [
      () => hold(repository, { ...dev, services: ['toy-web'] }),
      () => unhold(repository, { ...dev, services: ['toy-web'] }),
      () => freeze(repository, dev),
      () => freeze(repository, { ...dev, dryRun: true }),
      () => thaw(repository, dev),
      () => rollback(repository, { environment: 'prod', actor }),
      () => promote(repository, { from: 'dev', to: 'prod', actor, helm }),
      () => setTags(repository, { ...dev, tags: combination, helm }),
      () => updateEnvironment(repository, { ...dev, helm } as never),
      () => recordHealth(repository, { ...dev, release: 'dev@1', healthy: combination }),
    ];
    for (const write of writes) {
      const error: unknown = await write().catch((thrown: unknown) => thrown);
      expect(error, String(write)).toMatchObject({ code: 'secret-in-text', exit: 2 });
      expect(JSON.stringify([error, String(error)])).not.toMatch(/ghp_|u:pw/);
    }
    expect(await headOfMain(repository)).toBe(head);
    expect(fixture.remoteGit('for-each-ref', '--format=%(refname)')).toBe('refs/heads/main');
  });

  it('are refused in what cannot be undone, and a sentence about them is not one', async () => {
    const fixture = gitOpsRepository();
    const repository = await openRepository(fixture.remote);
    const options = { to: 'prod', actor: actorAt(0), helm: '/nowhere' };
    await expect(promote(repository, { ...options, irreversible: `dropped ${token}` })).rejects.toMatchObject(
      { code: 'secret-in-text', message: expect.stringContaining('--irreversible') as string },
    );
    await freeze(repository, {
      environment: 'prod',
      actor: actorAt(0, 'the token ghp_… at https://host/x?key=A-1'),
    });
    expect(fixture.remoteGit('log', '-1', '--format=%B', 'main')).toContain('ghp_…');
  });
});
