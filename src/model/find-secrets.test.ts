import { describe, expect, it } from 'vitest';
import { findKnownSecrets, isSecretValue } from './find-secrets.ts';

// Put together here, so that no line of this file is what it looks for.
const random = (length: number) => 'q7Rz4Kp9Xb2Wm5Tn8Vc1Lh6Jd3Fg0Sy'.repeat(4).slice(0, length);
const upper = 'Q7RZ4KPXB2WM5TNVCLHJ';

describe('a known secret', () => {
  it.each([
    ['a GitHub token', `ghp_${random(36)}`],
    ['a GitHub token', `github_pat_${random(22)}_${random(59)}`],
    ['a GitLab token', `glpat-${random(20)}`],
    ['an AWS access key', `AKIA${upper.replace(/[0189]/g, 'A').slice(0, 16)}`],
    ['a Google API key', `AIza${random(35)}`],
    ['a Slack token', `xoxb-123456789012-${random(24)}`],
    ['a Stripe key', `sk_live_${random(24)}`],
    ['a Vault token', `hvs.${random(30)}`],
    ['an npm token', `npm_${random(36)}`],
    ['a signed token (JWT)', `eyJ${random(20)}.eyJ${random(20)}.${random(40)}`],
  ])('is %s', (what, secret) => {
    const text = `first: line\nkey: "${secret}" # why\n`;
    expect(findKnownSecrets(text)).toEqual([
      { what, start: text.indexOf(secret), end: text.indexOf(secret) + secret.length },
    ]);
  });

  it('is a private key, whatever it is wrapped in', () => {
    const head = ['-----BEGIN RSA', 'PRIVATE KEY-----'].join(' ');
    expect(findKnownSecrets(`key: |\n  ${head}\n  ${random(64)}\n`)).toMatchObject([
      { what: 'a private key' },
    ]);
    expect(findKnownSecrets(`"${head}\\n${random(64)}"`)).toMatchObject([{ what: 'a private key' }]);
    expect(findKnownSecrets(`${head}\n…\n`)).toEqual([]);
  });

  it('is the password in an address, and nothing around it', () => {
    const text = `DATABASE_URL: postgres://app:${random(12)}@db.internal:5432/shop`;
    const [found] = findKnownSecrets(text);
    expect(text.slice(found?.start, found?.end)).toBe(random(12));
  });

  it.each([
    'https://user:${PASSWORD}@git.acme.io/shop.git',
    'https://user:$(token)@git.acme.io/shop.git',
    'http://bitiq:0123456789abcdef@127.0.0.1:8484/git/bitiq.git',
    'https://user:password@git.acme.io',
    'https://user:changeme@git.acme.io',
    'https://ghcr.io/v2/acme/shop:v1.2.3@sha256:abc',
    'git@github.com:acme/shop.git',
    'hvs.<token>',
    `ghp_${'x'.repeat(36)}`,
  ])('is not: %s', (text) => expect(findKnownSecrets(text)).toEqual([]));
});

describe('a value', () => {
  it.each([
    ['DB_PASSWORD', 'correct horse'],
    ['apiKey', 'abc123'],
    ['GITHUB_TOKEN', 'abc'],
    ['client.secret', 'abc'],
  ])('is a secret by its name: %s', (name, value) => expect(isSecretValue(name, value)).toBe('named'));

  it.each([random(32), 'a3f19c0d7b42e85d6c1f09ab37e4d2c8', `${random(40)}==`])(
    'is a secret by its looks: %s',
    (value) => expect(isSecretValue('VALUE', value)).toBe('random'),
  );

  it.each([
    ['TOY_SERVICE_URL', 'http://toy-service'],
    ['tag', 'v0.3.1-27.g0123456789abcdef0123456789abcdef01234567'],
    ['COMMIT', '0123456789abcdef0123456789abcdef01234567'],
    ['digest', `sha256:${'0123456789abcdef'.repeat(4)}`],
    ['TOKEN_TTL', '3600'],
    ['PASSWORD_MIN_LENGTH', 'twelve'],
    ['USE_TOKEN', 'true'],
    ['DB_PASSWORD', '$(PASSWORD_FROM_STORE)'],
    ['PATH', '/usr/local/share/ca-certificates/Company-Root-2024'],
    ['path', 'shop/Database-2024/eu-central-1'],
    ['host', 'a-very-long-host-name-of-a-service.internal.example.com'],
    ['namespace', 'bitiq-dev'],
    ['MESSAGE', 'Hello, this is a sentence with 24 or more characters'],
  ])('is none: %s = %s', (name, value) => expect(isSecretValue(name, value)).toBe(undefined));
});
