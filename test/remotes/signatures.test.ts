import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { readObjects } from '../../src/git/read.ts';
import { openRepository, type Repository } from '../../src/git/repository.ts';
import { verifySignature } from '../../src/git/verify-signature.ts';
import { freeze } from '../../src/actions/freeze.ts';
import { thaw } from '../../src/actions/thaw.ts';
import { hold } from '../../src/actions/hold.ts';
import { unhold } from '../../src/actions/unhold.ts';
import { storedImages } from '../../src/actions/read/image-source.ts';
import { promote } from '../../src/actions/promote.ts';
import { recordHealth } from '../../src/actions/plan/record-health.ts';
import { requireRecord } from '../../src/actions/read/read-records.ts';
import { rollback } from '../../src/actions/rollback.ts';
import { setTags } from '../../src/actions/set.ts';
import { updateEnvironment } from '../../src/actions/update.ts';
import {
  actorAt,
  gitOpsRepository,
  tagOf,
  temporaryFolder,
  type GitOpsFixture,
} from '../kit/gitops-repository.ts';
import { hasTool } from '../images/kit.ts';
import { storeImage } from '../kit/image-store.ts';

const helm = process.env['BITIQ_HELM']!;
const run = (program: string, ...args: string[]): string =>
  execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();

/** Refuses every new commit and tag that is not signed by somebody whom the remote knows. */
const demandSignatures = `
while read old new ref; do
  if [ "$(git cat-file -t $new)" = tag ]; then git verify-tag $new || exit 1; fi
  for commit in $(git rev-list $new --not --all); do git verify-commit $commit || exit 1; done
done`;

/** A fixture whose checkout signs everything with these settings, and whose remote demands that. */
async function signing(
  settings: Readonly<Record<string, string>>,
  verifying: Readonly<Record<string, string>> = {},
) {
  const fixture = gitOpsRepository();
  const hook = join(fixture.remote, 'hooks/pre-receive');
  writeFileSync(hook, `#!/bin/sh${demandSignatures}\n`);
  chmodSync(hook, 0o755);
  for (const key of ['commit.gpgSign', 'tag.gpgSign']) fixture.git('config', key, 'true');
  for (const [key, value] of Object.entries(settings)) fixture.git('config', key, value);
  for (const [key, value] of Object.entries(verifying)) {
    fixture.git('config', key, value);
    fixture.remoteGit('config', key, value);
  }
  return { fixture, repository: await openRepository(fixture.checkout) };
}

function sshKey(): { readonly key: string; readonly verifying: Readonly<Record<string, string>> } {
  const folder = temporaryFolder();
  const key = join(folder, 'key');
  run('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', key);
  const signers = join(folder, 'signers');
  writeFileSync(signers, `ada@example.com ${readFileSync(`${key}.pub`, 'utf8')}`);
  return { key, verifying: { 'gpg.format': 'ssh', 'gpg.ssh.allowedSignersFile': signers } };
}

function set(repository: Repository, number: number) {
  const tags = new Map([['toy-web', tagOf(number)]]);
  return setTags(repository, { environment: 'dev', tags, actor: actorAt(number), helm });
}

/** One release by way of dev: a commit on main, a release commit, its tag and a pointer commit. */
async function release(repository: Repository, fixture: GitOpsFixture): Promise<void> {
  await set(repository, 2);
  await promote(repository, { to: 'prod', actor: actorAt(3, 'first'), helm });
  expect(fixture.remoteGit('log', '--format=%G?', 'main', '-2').split('\n')).toEqual(['G', 'G']);
  fixture.remoteGit('verify-commit', 'prod/1^{}');
  fixture.remoteGit('verify-tag', 'prod/1');
}

describe('signatures by ssh', () => {
  it('are on all that every writing command writes', async () => {
    const { key, verifying } = sshKey();
    const { fixture, repository } = await signing({ 'user.signingKey': key }, verifying);
    const at = (seconds: number, reason = 'why') => actorAt(seconds, reason);
    await set(repository, 2);
    await promote(repository, { to: 'prod', actor: at(3), helm });
    await set(repository, 3);
    await promote(repository, { to: 'prod', actor: at(4), helm });
    await rollback(repository, { environment: 'prod', actor: at(5) });
    await rollback(repository, { environment: 'dev', actor: at(6) });
    await unhold(repository, { environment: 'dev', services: ['toy-web'], actor: at(7) });
    await hold(repository, { environment: 'dev', services: ['toy-service'], actor: at(8) });
    await freeze(repository, { environment: 'prod', actor: at(9) });
    await thaw(repository, { environment: 'prod', actor: at(10) });
    const store = join(temporaryFolder(), 'images');
    await storeImage(store, 'ghcr.io/bitiq-io/toy-web', tagOf(7));
    await updateEnvironment(repository, {
      environment: 'dev',
      images: storedImages(store),
      helm,
      actor: at(11),
    });
    await recordHealth(repository, {
      ...{ environment: 'dev', release: 'dev@1234567', actor: at(12) },
      healthy: new Map([['toy-web', tagOf(7)]]),
    });
    const proposed = await promote(repository, {
      to: 'prod',
      actor: at(13),
      helm,
      pullRequest: { github: undefined },
    });
    expect(proposed.proposed).toBe(fixture.remoteGit('rev-parse', 'bitiq/prod'));

    const written = fixture.remoteGit('log', '--format=%G? %s', '--all').split('\n');
    expect(written.filter((line) => !line.startsWith('G '))).toEqual([
      expect.stringMatching(/^N Start$/) as string,
    ]);
    expect(written).toHaveLength(1 + 11 + 2 + 1 + 2);
    for (const tag of ['prod/1', 'prod/2', 'prod/3']) {
      fixture.remoteGit('verify-tag', tag);
      expect(await requireRecord(repository, 'prod', tag)).toMatchObject({ release: tag });
    }
    // The message, its date and the refs are those of a tag without a signature.
    const tag = fixture.remoteGit('cat-file', '-p', 'prod/1');
    expect(tag).toMatch(
      /^tag prod\/1\ntagger Ada <ada@example.com> 1767225603 \+0000\n\nrelease: prod\/1\n/m,
    );
    expect(tag).toMatch(/manifestDigest: sha256:\w{64}\n-----BEGIN SSH SIGNATURE-----\n/);
    expect(fixture.git('tag').split('\n')).toEqual(['prod/1', 'prod/2', 'prod/3']);
  });

  it('take a key from the agent, and the first one that a command names', async () => {
    const { key, verifying } = sshKey();
    const socket = join(temporaryFolder(), 'agent');
    const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
    onTestFinished(() => void agent.kill());
    await vi.waitUntil(() => existsSync(socket), { timeout: 60_000 });
    vi.stubEnv('SSH_AUTH_SOCK', socket);
    onTestFinished(() => void vi.unstubAllEnvs());
    run('ssh-add', '-q', key);
    rmSync(key);
    const { fixture, repository } = await signing({ 'gpg.ssh.defaultKeyCommand': 'ssh-add -L' }, verifying);
    await release(repository, fixture);
  });
});

describe('signatures by other programs', () => {
  it('are made by OpenPGP, with the key of who acts', async () => {
    const home = join(temporaryFolder(), 'gnupg');
    mkdirSync(home, { mode: 0o700 });
    vi.stubEnv('GNUPGHOME', home);
    onTestFinished(() => {
      run('gpgconf', '--kill', 'all');
      vi.unstubAllEnvs();
    });
    run(
      'gpg',
      '--batch',
      '--quiet',
      '--passphrase',
      '',
      '--quick-gen-key',
      'Ada <ada@example.com>',
      'ed25519',
      'sign',
    );
    const { fixture, repository } = await signing({});
    await release(repository, fixture);
  });

  it.skipIf(!hasTool('gpgsm'))(
    'are made with a certificate, by GnuPG for x509 (skipped: no gpgsm)',
    async () => {
      const home = join(temporaryFolder(), 'gnupg');
      mkdirSync(home, { mode: 0o700 });
      vi.stubEnv('GNUPGHOME', home);
      onTestFinished(() => {
        run('gpgconf', '--kill', 'all');
        vi.unstubAllEnvs();
      });
      // It asks this for the passphrase of the key, and takes the empty one.
      const pinentry = join(home, 'pinentry');
      writeFileSync(
        pinentry,
        `#!/bin/sh
echo OK
while read -r word rest; do
  [ "$word" != GETPIN ] || echo 'D '
  echo OK
  [ "$word" != BYE ] || exit 0
done
`,
      );
      chmodSync(pinentry, 0o755);
      writeFileSync(join(home, 'gpg-agent.conf'), `pinentry-program ${pinentry}\n`);
      writeFileSync(join(home, 'gpgsm.conf'), 'disable-crl-checks\n');
      writeFileSync(
        join(home, 'parameters'),
        `Key-Type: RSA
Key-Length: 2048
Key-Usage: sign, cert
Name-DN: CN=Ada
Name-Email: ada@example.com
Serial: random
Not-After: 2040-01-01
`,
      );
      const certificate = join(home, 'certificate.pem');
      run('gpgsm', '--batch', '--generate-key', '--output', certificate, join(home, 'parameters'));
      run('gpgsm', '--batch', '--import', certificate);
      const key = /^fpr:+(\w+):/m.exec(run('gpgsm', '--list-keys', '--with-colons'))?.[1] ?? '';
      writeFileSync(join(home, 'trustlist.txt'), `${key} S relax\n`);
      run('gpgconf', '--kill', 'gpg-agent');
      const { fixture, repository } = await signing(
        { 'gpg.format': 'x509', 'user.signingKey': key },
        { 'gpg.format': 'x509' },
      );
      await release(repository, fixture);
      const [tag] = await readObjects(repository, ['refs/tags/prod/1']);
      const sha = fixture.remoteGit('rev-parse', 'prod/1');
      expect(await verifySignature(repository, { sha, type: 'tag', content: tag! })).toEqual({
        verdict: 'good',
        signer: expect.stringMatching(/CN=Ada/) as string,
      });
    },
  );

  it('are made by the program for x509 that is named, also for annotated tags alone', async () => {
    const program = join(temporaryFolder(), 'signer');
    writeFileSync(
      program,
      `#!/bin/sh
case "$*" in
  *--verify*)
    for file; do [ -f "$file" ] && signature=$file; done
    if [ "$(sed -n 2p "$signature")" = "$(sha256sum)" ]; then echo '[GNUPG:] NEWSIG'; echo '[GNUPG:] GOODSIG 1234 Ada'; echo '[GNUPG:] TRUST_FULLY'; else exit 1; fi ;;
  *) echo '-----BEGIN SIGNED MESSAGE-----'; sha256sum; echo '-----END SIGNED MESSAGE-----'; echo '[GNUPG:] SIG_CREATED ' >&2 ;;
esac
`,
    );
    chmodSync(program, 0o755);
    const x509 = { 'gpg.format': 'x509', 'gpg.x509.program': program };
    const settings = { 'user.signingKey': '1234', 'tag.gpgSign': 'false', 'tag.forceSignAnnotated': 'true' };
    const { fixture, repository } = await signing(settings, x509);
    await release(repository, fixture);
    expect(fixture.remoteGit('cat-file', '-p', 'prod/1')).toContain('\n-----BEGIN SIGNED MESSAGE-----\n');
  });
});

describe('signatures that cannot be made', () => {
  it.each([
    ['no key of ssh', { 'gpg.format': 'ssh' }, /user\.signingkey/i],
    [
      'a key of ssh that is not there',
      { 'gpg.format': 'ssh', 'user.signingKey': '/nowhere/key' },
      /\/nowhere\/key/,
    ],
    ['a program that is not there', { 'gpg.program': '/nowhere/gpg' }, /\/nowhere\/gpg/],
  ])('are one error, and nothing is written: %s', async (_, settings, said) => {
    const { fixture, repository } = await signing(settings);
    const head = fixture.remoteGit('rev-parse', 'main');
    const failed = {
      code: 'signing-failed',
      message: expect.stringMatching(said) as string,
      state: 'Nothing was changed.',
    };
    await expect(set(repository, 2)).rejects.toMatchObject(failed);
    // Also where only the tag is to be signed.
    fixture.git('config', 'commit.gpgSign', 'false');
    await expect(promote(repository, { to: 'prod', actor: actorAt(3), helm })).rejects.toMatchObject(failed);
    expect([fixture.remoteGit('rev-parse', 'main'), fixture.remoteGit('tag')]).toEqual([head, '']);
  });

  it('are not asked of the parts of the loop, which are not persons', async () => {
    const { fixture, repository } = await signing({ 'gpg.program': '/nowhere/gpg' });
    rmSync(join(fixture.remote, 'hooks/pre-receive'));
    const actor = { ...actorAt(1), isMachine: true };
    await setTags(repository, { environment: 'dev', tags: new Map([['toy-web', tagOf(2)]]), actor, helm });
    await promote(repository, { to: 'prod', actor, helm });
    expect(fixture.remoteGit('log', '-1', '--format=%G?', 'main')).toBe('N');
  });
});

describe('names that Git does not write as they are', () => {
  it('are cleaned alike in commit and tag', async () => {
    const fixture = gitOpsRepository();
    const repository = await openRepository(fixture.checkout);
    const actor = { ...actorAt(1), name: 'Jane <Doe>, Jr.', email: '<jane@example.com>' };
    await promote(repository, { to: 'prod', actor, helm });
    const commit = fixture.remoteGit('log', '-1', '--format=%an <%ae> %cn', 'prod/1');
    expect(commit).toBe('Jane Doe, Jr <jane@example.com> Jane Doe, Jr');
    expect(fixture.remoteGit('cat-file', '-p', 'prod/1')).toContain(
      '\ntagger Jane Doe, Jr <jane@example.com> 1',
    );
  });
});
