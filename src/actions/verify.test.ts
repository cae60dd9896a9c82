import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { actorAt, gitOpsRepository, tagOf } from '../../test/kit/gitops-repository.ts';
import { storeImage } from '../../test/kit/image-store.ts';
import { headOfMain, openRepository, resolveCommit, type Repository } from '../git/repository.ts';
import { commitTree } from '../git/tree.ts';
import { promote } from './promote.ts';
import { readConfig } from './read/read-state.ts';
import { recordHealth } from './plan/record-health.ts';
import { imageCheck } from './plan/require-images.ts';
import { rollback } from './rollback.ts';
import { setTags } from './set.ts';
import { verify, type Verified } from './verify.ts';

const helm = process.env['BITIQ_HELM']!;
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'bitiq-verify-')));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A key pair of ssh in the folder; gives its public key. */
function makeKey(name: string): string {
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)]);
  return execFileSync('cut', ['-d', ' ', '-f', '1,2', join(folder, `${name}.pub`)], {
    encoding: 'utf8',
  }).trim();
}

// One story, signed: dev → staging/1, staging/2 → prod/1, prod/2, back to prod/1, prod/3. Each forgery is done to a copy of it.
beforeAll(async () => {
  const fixture = gitOpsRepository({ folder: mkdtempSync(join(folder, 'made-')) });
  const config = fixture.read('bitiq.yaml');
  fixture.commit({
    'bitiq.yaml': `${config}  - name: staging\n    pinned: true\n    promotesFrom: dev\n`,
    'environments/staging/application.yaml': fixture
      .read('environments/prod/application.yaml')
      .replaceAll('prod', 'staging'),
    'helm/bitiq/values-staging.yaml': fixture
      .read('helm/bitiq/values-prod.yaml')
      .replaceAll('prod', 'staging'),
  });
  const allowed = `ada@example.com ${makeKey('ada')}\n`;
  makeKey('mallory');
  writeFileSync(join(folder, 'allowed'), allowed);
  const set = (key: string, value: string) => fixture.remoteGit('config', key, value);
  set('gpg.format', 'ssh');
  set('user.signingKey', join(folder, 'ada'));
  set('gpg.ssh.allowedSignersFile', join(folder, 'allowed'));
  set('commit.gpgSign', 'true');
  set('tag.gpgSign', 'true');
  const store = join(folder, 'images');
  const images = imageCheck(store);
  const repository = await openRepository(fixture.remote);
  let clock = 0;
  const act = () => ({ helm, actor: actorAt(++clock, 'it is time') });
  const move = async (tag: string) => {
    for (const service of ['toy-service', 'toy-web'])
      await storeImage(store, `ghcr.io/bitiq-io/${service}`, tag);
    const tags = new Map([
      ['toy-web', tag],
      ['toy-service', tag],
    ]);
    await setTags(repository, { ...act(), environment: 'dev', tags });
    const { prepared } = await promote(repository, { ...act(), from: 'dev', to: 'staging', images });
    const release = prepared.plan.to!;
    const services = ['toy-service', 'toy-web'].map((service) => [service, tag] as const);
    const found = await images.require(
      new Map(services.map(([service]) => [service, `ghcr.io/bitiq-io/${service}`])),
      new Map(services),
    );
    await recordHealth(repository, {
      ...act(),
      environment: 'staging',
      release,
      healthy: new Map(services),
      digests: found,
    });
    await promote(repository, { ...act(), from: release, to: 'prod', images });
  };
  await move(tagOf(2));
  await move(tagOf(3));
  await rollback(repository, { environment: 'prod', actor: act().actor });
  await move(tagOf(4));
  cpSync(fixture.remote, join(folder, 'remote.git'), { recursive: true });
});

/** A copy of the story with what a forger needs. */
interface Scene {
  readonly repository: Repository;
  readonly images: string;
  git(...args: string[]): string;
  /** Git with input, as who has the key of mallory where it signs. */
  pipe(input: string, ...args: string[]): string;
  /** The raw tag object of a release, and one made of a text, put where a release is. */
  read(release: string): string;
  put(release: string, content: string): void;
  /** A commit on another one with a file replaced; its sha. */
  commit(parent: string, path: string, change: (text: string) => string): string;
  /** A text signed with a key of the folder. */
  sign(text: string, key: string): string;
}

async function openScene(): Promise<Scene> {
  const place = mkdtempSync(join(folder, 'scene-'));
  const [remote, images] = [join(place, 'remote.git'), join(place, 'images')];
  cpSync(join(folder, 'remote.git'), remote, { recursive: true });
  cpSync(join(folder, 'images'), images, { recursive: true });
  const pipe: Scene['pipe'] = (input, ...args) =>
    execFileSync('git', ['-C', remote, ...args], {
      encoding: 'utf8',
      input,
      stdio: ['pipe', 'pipe', 'pipe'],
    }).trimEnd();
  const git: Scene['git'] = (...args) => pipe('', ...args);
  return {
    ...{ images, git, pipe },
    repository: await openRepository(remote),
    read: (release) => `${git('cat-file', 'tag', `refs/tags/${release}`)}\n`,
    put: (release, content) => {
      const sha = pipe(content, 'hash-object', '-t', 'tag', '-w', '--literally', '--stdin');
      git('update-ref', `refs/tags/${release}`, sha);
    },
    commit: (parent, path, change) => {
      const env = { ...process.env, GIT_INDEX_FILE: join(place, 'index') };
      const run = (args: string[], input = '') =>
        execFileSync('git', ['-C', remote, ...args], { encoding: 'utf8', input, env }).trimEnd();
      run(['read-tree', parent]);
      const blob = run(
        ['hash-object', '-w', '--stdin'],
        `${change(`${git('show', `${parent}:${path}`)}\n`)}`,
      );
      run(['update-index', '--cacheinfo', `100644,${blob},${path}`]);
      const above = git('rev-parse', `${parent}^`);
      return run(['commit-tree', run(['write-tree']), '-p', above, '-m', 'forged']);
    },
    sign: (text, key) =>
      execFileSync('ssh-keygen', ['-q', '-Y', 'sign', '-n', 'git', '-f', join(folder, key)], {
        encoding: 'utf8',
        input: text,
      }),
  };
}

/** Everything but what Helm renders, unless that is wanted. */
async function verifyAll(
  { repository, images }: Scene,
  { names = [], render = false }: { readonly names?: readonly string[]; readonly render?: boolean } = {},
): Promise<Verified> {
  const head = await headOfMain(repository);
  const config = await readConfig(commitTree(repository, head));
  const lookUpDigest = imageCheck(images).lookUp;
  return verify(repository, {
    head,
    config,
    names,
    helm: render ? helm : undefined,
    lookUpDigest,
    signaturesRequired: false,
  });
}

function sayings({ releases, findings }: Verified): string[] {
  return [...releases.flatMap((each) => each.findings), ...findings].map(
    ({ code, message }) => `${code}: ${message}`,
  );
}

const unsigned = (tag: string) => tag.slice(0, tag.indexOf('-----BEGIN '));
const prod1 = tagOf(2);

/** Forgeries, what each does, and what is said of it. */
const forgeries: readonly (readonly [name: string, forge: (scene: Scene) => unknown, said: RegExp])[] = [
  [
    'a tag that was moved to another tree, with the same message',
    (s) =>
      s.put(
        'prod/1',
        s
          .read('prod/1')
          .replace(
            /^object .*/,
            `object ${s.commit('prod/1^{commit}', 'helm/bitiq/values-prod.yaml', (text) => text.replace('replicas: 2', 'replicas: 9'))}`,
          ),
      ),
    /^release-tag-moved: The tag prod\/1 was moved/,
  ],
  [
    'a tree that changes more than versions',
    (s) =>
      s.put(
        'prod/1',
        s
          .read('prod/1')
          .replace(
            /^object .*/,
            `object ${s.commit('prod/1^{commit}', 'helm/bitiq/values-prod.yaml', (text) => text.replace('replicas: 2', 'replicas: 9'))}`,
          ),
      ),
    /^release-mismatch: helm\/bitiq\/values-prod\.yaml in prod\/1 differs from main by more than tags/,
  ],
  [
    'a tree with a template that was never on main',
    (s) =>
      s.put(
        'prod/1',
        s
          .read('prod/1')
          .replace(
            /^object .*/,
            `object ${s.commit('prod/1^{commit}', 'helm/bitiq/templates/_service.tpl', (text) => `${text}{{/* more */}}\n`)}`,
          ),
      ),
    /^release-mismatch: The tree of prod\/1 differs from main also in helm\/bitiq\/templates\/_service\.tpl/,
  ],
  [
    'a tree that renders to other manifests than the record has',
    (s) =>
      s.put(
        'prod/1',
        s.read('prod/1').replace(/^manifestDigest: .*$/m, `manifestDigest: sha256:${'0'.repeat(64)}`),
      ),
    /^release-mismatch: The tree of prod\/1 renders to sha256:/,
  ],
  [
    'a record with another manifest digest than main recorded',
    (s) =>
      s.put(
        'prod/1',
        s.read('prod/1').replace(/^manifestDigest: .*$/m, `manifestDigest: sha256:${'0'.repeat(64)}`),
      ),
    /^release-mismatch: The record of prod\/1 has the manifests .*on main recorded/,
  ],
  [
    'a record with another tag of a service',
    (s) => s.put('prod/1', s.read('prod/1').replace(`toy-web: ${prod1}`, `toy-web: ${tagOf(9)}`)),
    /^release-mismatch: The record of prod\/1 has toy-web v0\.1\.0-9/,
  ],
  [
    'a record with another digest of an image',
    (s) =>
      s.put('prod/1', s.read('prod/1').replace(/^( +toy-web: )sha256:.*/m, `$1sha256:${'1'.repeat(64)}`)),
    /^release-mismatch: The record of prod\/1 has other digests/,
  ],
  [
    'a message that was changed below its signature',
    (s) => s.put('prod/1', s.read('prod/1').replace('it is time', 'it was time')),
    /^signature-invalid: The tag prod\/1 has a signature that Git does not accept: the content is not what was signed/,
  ],
  [
    'a signature of a key that is not allowed',
    (s) => s.put('prod/1', unsigned(s.read('prod/1')) + s.sign(unsigned(s.read('prod/1')), 'mallory')),
    /^signature-invalid: The tag prod\/1 has a signature that Git does not accept: the key is not among the allowed signers/,
  ],
  [
    'a signature that was taken off',
    (s) => s.put('prod/3', unsigned(s.read('prod/3'))),
    /^signature-invalid: The tag prod\/3 is not signed, and it must be/,
  ],
  [
    'a tag that is gone',
    (s) => s.git('update-ref', '-d', 'refs/tags/prod/2'),
    /^release-mismatch: prod\/2 ran \([0-9a-f]{7}\), and its tag is gone/,
  ],
  [
    'a tag without annotation',
    (s) => s.git('update-ref', 'refs/tags/prod/2', s.git('rev-parse', 'prod/2^{commit}')),
    /^release-record-invalid: prod\/2/,
  ],
  [
    'a tag of another environment under its name',
    (s) => s.git('update-ref', 'refs/tags/prod/2', s.git('rev-parse', 'refs/tags/staging/2')),
    /^release-mismatch: The tag prod\/2 is a copy of the tag staging\/2/,
  ],
  [
    'a record that was copied from another environment',
    (s) => s.put('prod/2', s.read('staging/2').replace(/^tag staging\/2$/m, 'tag prod/2')),
    /^release-mismatch: The record of prod\/2 is that of staging\/2/,
  ],
  [
    'a number that was used again',
    (s) => {
      // Mallory removes prod/3, makes another release of that number, and moves the pointer to it by a commit like those of bitiq.
      s.put('prod/3', s.read('prod/3').replace('it is time', 'again'));
      const tag = s.git('rev-parse', 'refs/tags/prod/3');
      for (const [to, id] of [
        ['prod/1', s.git('rev-parse', 'refs/tags/prod/1')],
        ['prod/3', tag],
      ] as const) {
        const main = s.git('rev-parse', 'main');
        const path = 'environments/prod/application.yaml';
        const moved = s.commit(main, path, (text) =>
          text.replace(/targetRevision: .*/, `targetRevision: refs/tags/${to}`),
        );
        const message = `prod: move\n\nBitiq-Action: rollback\nBitiq-Environment: prod\nBitiq-To: ${to}\nBitiq-Tag: ${id}\n`;
        s.git(
          'update-ref',
          'refs/heads/main',
          s.pipe(message, 'commit-tree', s.git('rev-parse', `${moved}^{tree}`), '-p', main),
        );
      }
    },
    /^release-mismatch: The number of prod\/3 was used again/,
  ],
  [
    'a pointer that was moved by hand to a release that nobody promoted',
    (s) => {
      s.put('prod/4', s.read('prod/3').replaceAll('prod/3', 'prod/4'));
      const main = s.git('rev-parse', 'main');
      const moved = s.commit(main, 'environments/prod/application.yaml', (text) =>
        text.replace(/targetRevision: .*/, 'targetRevision: refs/tags/prod/4'),
      );
      s.git(
        'update-ref',
        'refs/heads/main',
        s.pipe('by hand', 'commit-tree', s.git('rev-parse', `${moved}^{tree}`), '-p', main),
      );
    },
    /^release-mismatch: Nothing on main binds prod\/4 to its tag/,
  ],
  [
    'a pointer that is not a release',
    (s) => {
      const main = s.git('rev-parse', 'main');
      const moved = s.commit(main, 'environments/prod/application.yaml', (text) =>
        text.replace(/targetRevision: .*/, 'targetRevision: main'),
      );
      const tree = s.git('rev-parse', `${moved}^{tree}`);
      s.git('update-ref', 'refs/heads/main', s.pipe('by hand', 'commit-tree', tree, '-p', main));
    },
    /^pointer-invalid: The pointer of prod is "main", which is not a release/,
  ],
  [
    'a tree with a service that main never had',
    (s) => {
      const entry =
        '\n\n  - name: miner\n    image:\n      repository: ghcr.io/bitiq-io/miner\n      tag: v0.1.0-1.gabc0001\n';
      const sha = s.commit(
        'prod/1^{commit}',
        'helm/bitiq/values-prod.yaml',
        (text) => text.trimEnd() + entry,
      );
      s.put('prod/1', s.read('prod/1').replace(/^object .*/, `object ${sha}`));
    },
    /^release-mismatch: helm\/bitiq\/values-prod\.yaml in prod\/1 differs from main by more than tags/,
  ],
  [
    'a parent that did not run before',
    (s) => s.put('prod/3', s.read('prod/3').replace(/^parent: .*$/m, 'parent: prod/2')),
    /^release-mismatch: The record of prod\/3 has the parent prod\/2, and prod ran prod\/1 before it/,
  ],
  [
    'changes that are not those against the parent',
    (s) => s.put('prod/2', s.read('prod/2').replace(new RegExp(`from: ${prod1}`), `from: ${tagOf(1)}`)),
    /^release-mismatch: The changes in the record of prod\/2 are not those against prod\/1/,
  ],
  [
    'a record in the name of somebody else',
    (s) => s.put('prod/1', s.read('prod/1').replace(/^by: .*$/m, 'by: Eve <eve@example.com>')),
    /^release-mismatch: The record of prod\/1 names Eve <eve@example\.com>, and Ada <ada@example\.com> made the tag/,
  ],
  [
    'a release on a commit that main never had',
    (s) => {
      const stray = s.git('commit-tree', s.git('rev-parse', 'main^{tree}'), '-m', 'stray');
      const sha = s.git('commit-tree', s.git('rev-parse', 'prod/1^{tree}'), '-p', stray, '-m', 'forged');
      s.put('prod/1', s.read('prod/1').replace(/^object .*/, `object ${sha}`));
    },
    /^release-mismatch: prod\/1 is made on [0-9a-f]{7}, which is not a commit of main/,
  ],
  [
    'an image that was pushed over',
    (s) => storeImage(s.images, 'ghcr.io/bitiq-io/toy-web', prod1, { architecture: 'arm64' }),
    /^image-moved: The tag ghcr\.io\/bitiq-io\/toy-web:v0\.1\.0-2.* was moved: prod\/1 has sha256:/,
  ],
  [
    'an image that is gone',
    (s) => rmSync(join(s.images, 'ghcr.io/bitiq-io/toy-web'), { recursive: true }),
    /^image-missing: The image of toy-web v0\.1\.0-2.* is gone/,
  ],
  [
    'health of another image',
    async (s) => {
      const began = s.git('show', 'refs/bitiq/health:staging/.began');
      expect(began).toMatch(/^[0-9a-f]{40}$/);
      const path = `staging/toy-web/${prod1}`;
      const forged = s.commit('refs/bitiq/health', path, (text) =>
        text.replace(/sha256:[0-9a-f]{64}/, `sha256:${'2'.repeat(64)}`),
      );
      s.git('update-ref', 'refs/bitiq/health', forged);
    },
    /^image-moved: toy-web v0\.1\.0-2.* was recorded healthy in staging as sha256:2222/,
  ],
  [
    'a record of health that was changed later',
    async (s) => {
      const head = await resolveCommit(s.repository, 'refs/bitiq/health');
      const changed = s.commit(head!, `staging/toy-web/${prod1}`, (text) => text.replace('Ada', 'Eve'));
      const tree = s.git('rev-parse', `${changed}^{tree}`);
      s.git('update-ref', 'refs/bitiq/health', s.git('commit-tree', tree, '-p', head!, '-m', 'again'));
    },
    /^release-mismatch: The health record staging\/toy-web\/v0\.1\.0-2.* was changed or removed/,
  ],
];

describe('verify', () => {
  it('has nothing to say of a repository where every release was made by bitiq', async () => {
    const verified = await verifyAll(await openScene(), { render: true });
    expect(sayings(verified)).toEqual([]);
    expect(verified.releases.map(({ release }) => release)).toEqual([
      'prod/1',
      'prod/2',
      'prod/3',
      'staging/1',
      'staging/2',
      'staging/3',
    ]);
    for (const { parts } of verified.releases) {
      for (const { part, result } of parts)
        expect([part, result]).toEqual([part, part === 'health' && result === 'none' ? 'none' : 'ok']);
    }
  });

  it.each(forgeries)('finds %s', async (_, forge, said) => {
    const scene = await openScene();
    await forge(scene);
    expect(sayings(await verifyAll(scene, { render: said.source.includes('renders') })).join('\n')).toMatch(
      new RegExp(said.source, 'm'),
    );
  });

  it('looks at the releases that are named, and at what an environment points at', async () => {
    const scene = await openScene();
    const { releases } = await verifyAll(scene, { names: ['prod', 'prod/1', 'prod/3'] });
    expect(releases.map(({ release }) => release)).toEqual(['prod/1', 'prod/3']);
    await expect(verifyAll(scene, { names: ['prod/9'] })).rejects.toMatchObject({ code: 'release-missing' });
    await expect(verifyAll(scene, { names: ['dev'] })).rejects.toMatchObject({ code: 'usage' });
    await expect(verifyAll(scene, { names: ['nowhere'] })).rejects.toMatchObject({
      code: 'environment-missing',
    });
  });

  it('says what it could not evaluate, and never takes it for sound', async () => {
    const scene = await openScene();
    scene.git('config', 'gpg.ssh.allowedSignersFile', join(folder, 'nowhere'));
    const { releases } = await verifyAll(scene, { names: ['prod'] });
    expect(releases[0]?.parts.find(({ part }) => part === 'signature')).toMatchObject({ result: 'unknown' });
    expect(releases[0]?.findings).toMatchObject([
      { code: 'signature-invalid' },
      { code: 'signature-invalid' },
    ]);
  });
});
