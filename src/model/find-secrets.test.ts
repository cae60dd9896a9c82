import { describe, expect, it } from 'vitest';
import { findKnownSecrets, findTypedSecrets, isSecretValue } from './find-secrets.ts';

// Put together here, so that no line of this file is what it looks for.
const random = (length: number) => 'q7Rz4Kp9Xb2Wm5Tn8Vc1Lh6Jd3Fg0Sy'.repeat(4).slice(0, length);
const hex = (length: number) => 'a3f19c0d7b42e85d6c1f09ab37e4d2c8'.repeat(3).slice(0, length);
const head = (kind: string) => [`-----BEGIN ${kind}`, 'PRIVATE KEY-----'].join(' ');
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
    ['a GitLab token', `glft-${random(20)}`],
    ['a GitLab token', `glpat-${random(27)}.01.${random(9).toLowerCase()}`],
    ['a Google secret', `GOCSPX-${random(28)}`],
    ['a Google secret', `ya29.${random(60)}`],
    ['a DigitalOcean token', `dop_v1_${hex(64)}`],
    ['a Slack token', `xapp-1-A${upper.slice(0, 10)}-1234567890123-${hex(64)}`],
    ['a Stripe key', `rk_test_${random(24)}`],
    ['a Stripe key', `whsec_${random(32)}`],
    ['a Shopify token', `shpat_${hex(32)}`],
    ['a SendGrid key', `SG.${random(22)}.${random(43)}`],
    ['a Mailgun key', `key-${hex(32)}`],
    ['an OpenAI key', `sk-proj-${random(74)}T3BlbkFJ${random(74)}`],
    ['an Anthropic key', `sk-ant-api03-${random(93)}AA`],
    ['a Hugging Face token', `hf_${random(60).replace(/\d/g, '').slice(0, 34)}`],
    ['a Grafana token', `glsa_${random(32)}_${hex(8)}`],
    ['a New Relic key', `NRAK-${random(27).toUpperCase()}`],
    ['a Linear key', `lin_api_${random(40)}`],
    ['a PyPI token', `pypi-AgEIcHlwaS5vcmc${random(80)}`],
    ['a Telegram token', `123456789:AA${random(33)}`],
    ['an Atlassian token', `ATATT3${random(120)}`],
    ['a private key of age', `AGE-SECRET-KEY-1${'QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L'.repeat(2).slice(0, 58)}`],
    ['a private key in base64', Buffer.from(`${head('EC')}\n${random(90)}`).toString('base64')],
  ])('is %s', (what, secret) => {
    const text = `first: line\nkey: "${secret}" # why\n`;
    expect(findKnownSecrets(text)).toEqual([
      { what, start: text.indexOf(secret), end: text.indexOf(secret) + secret.length },
    ]);
  });

  it('is a private key, whatever it is wrapped in', () => {
    const rsa = head('RSA');
    expect(findKnownSecrets(`key: |\n  ${rsa}\n  ${random(64)}\n`)).toMatchObject([
      { what: 'a private key' },
    ]);
    expect(findKnownSecrets(`"${rsa}\\n${random(64)}"`)).toMatchObject([{ what: 'a private key' }]);
    expect(findKnownSecrets(`${rsa}\r\n${random(64)}\r\n`)).toMatchObject([{ what: 'a private key' }]);
    const headers = 'Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,ABCDEF\n';
    expect(findKnownSecrets(`${rsa}\n${headers}\n${random(64)}`)).toMatchObject([{ what: 'a private key' }]);
    expect(findKnownSecrets(`${rsa}\n…\n`)).toEqual([]);
  });

  it.each([
    ['a Slack webhook', `https://hooks.slack.com/services/T0/B0/${random(24)}`, `T0/B0/${random(24)}`],
    ['a Discord webhook', `https://discord.com/api/webhooks/123456789012345678/${random(68)}`, random(68)],
    ['an Azure key', `AccountName=x;AccountKey=${random(86)}==;EndpointSuffix=a`, `${random(86)}==`],
    ['a signature in an address', `https://a.net/c?sv=1&sig=${random(43)}%3D`, `${random(43)}%3D`],
    ['a password in a connection string', `Server=db;User Id=app;Password=${random(9)};`, random(9)],
    [
      'a password in a connection string',
      `jdbc:postgresql://db/shop?user=a&password=${random(9)}`,
      random(9),
    ],
    ['a login in a header', `Authorization: Basic ${random(24)}`, random(24)],
    ['a login in a header', `{"authorization": "x", "Authorization": "Bearer ${random(40)}"}`, random(40)],
    ['a login of a registry', `{"auths":{"ghcr.io":{"auth":"${random(40)}"}}}`, random(40)],
    ['a password in an address', `redis://:${random(5)}@redis:6379`, random(5)],
  ])('is %s, and nothing around it: %s', (what, text, secret) => {
    const [found] = findKnownSecrets(text);
    expect(found?.what).toBe(what);
    expect(text.slice(found?.start, found?.end)).toBe(secret);
  });

  it('is found without trying long', () => {
    const text = `${head('RSA')}${' \\n'.repeat(50_000)}${'a://'.repeat(50_000)}${'eyJ'.repeat(50_000)}`;
    expect(findKnownSecrets(text)).toEqual([]);
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
    `AKIA${'IOSFODNN7'}EXAMPLE`,
    'Authorization: Bearer $github-token',
    'Authorization: Bearer <token>',
    '?password=${password}&token=1',
    'postgres://db.internal:5432/shop',
    'postgres://app@db.internal/shop',
    'redis://redis:6379/0',
    '{"auth": "required"}',
  ])('is not: %s', (text) => expect(findKnownSecrets(text)).toEqual([]));
});

describe('a value', () => {
  it.each([
    ['DB_PASSWORD', 'correct horse'],
    ['apiKey', 'abc123'],
    ['GITHUB_TOKEN', 'abc'],
    ['client.secret', 'abc'],
    ['DATABASE_PASS', 'hunter22'],
    ['DB_PWD', 'kjhkjh1'],
    ['PGPASSWORD', 's3cr3tpw'],
    ['MYSQL_ROOT_PASSWORD', '123456'],
    ['DB_PASSWORD_PROD', 'hunter22'],
    ['DB_PASSWORD', 'changeme'],
    ['DB_PASSWORD', 'secret'],
    ['ENCRYPTION_KEY', 'abcd1234'],
    ['SECRET_KEY_BASE', 'abc999'],
    ['PRIVATE_KEY_PEM', 'MIIE'],
    ['COOKIE_SECRETS', 'a,b'],
    ['api-key', 'k-9'],
    ['refreshToken', 'r1'],
    ['BASIC_AUTH', 'user:pass1'],
  ])('is a secret by its name: %s', (name, value) => expect(isSecretValue(name, value)).toBe('named'));

  it.each([
    random(32),
    random(20),
    'a3f19c0d7b42e85d6c1f09ab37e4d2c8',
    `${random(40)}==`,
    'pIIxsQTXRmVe3L8kG8x6hw==',
    '2dxqcr91h7pybtw1gvctq62qifcohf5v',
    'V6OY7QEG4AEHA2RGW5UN3RIJC3EFWZ7K',
    '1Gd6sUnIqQ$TWE1U4YSA1XA%9tQ1',
    'JNZhAoUz-HFJtOJZ3-kgDK1TEW-zV2PixqJ',
  ])('is a secret by its looks: %s', (value) => expect(isSecretValue('VALUE', value)).toBe('random'));

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
    ['token', '/var/run/secrets/kubernetes.io/serviceaccount/token'],
    ['GOOGLE_APPLICATION_CREDENTIALS', '/etc/gcp/key.json'],
    ['TOKEN', 'https://auth.acme.io/oauth/token'],
    ['PASSWORD_FILE', '/run/secrets/db'],
    ['CREDENTIALS', 'same-origin'],
    ['existingSecret', 'shop-database'],
    ['secretName', 'shop-tls'],
    ['PARTITION_KEY', 'customerId'],
    ['BYPASS', 'all'],
    ['TOKENIZER', 'wordpiece'],
    ['MAX_TOKENS', '4096'],
    ['CLIENT_ID', random(24)],
    ['PUBLIC_KEY', `${random(59)}=`],
    ['CERTIFICATE', 'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUJJakFOQmdrcWhraUc5dzBCQVFFRkFBT0NB'],
    ['ID', '550e8400-e29b-41d4-a716-446655440000'],
    ['INTEGRITY', `sha512-${random(86)}==`],
    ['CLASS', 'CheckoutServiceApplication2024Production'],
    ['GROUP', 'K8sClusterAutoscalerNodeGroup1'],
    ['ROLE', 'arn:aws:iam::123456789012:role/ShopServiceRoleProduction'],
    ['CIPHER', 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'],
    ['ALPHABET', 'abcdefghijklmnopqrstuvwxyz0123456789'],
    ['OPTIONS', '-XX:MaxRAMPercentage=75.0 -Dfile.encoding=UTF-8'],
    ['AGENT', 'Mozilla/5.0 (X11; Linux x86_64)'],
    ['BROKERS', 'kafka-0.kafka:9092,kafka-1.kafka:9092'],
    ['TYPE', 'application/vnd.docker.distribution.manifest.v2+json'],
    ['IMAGE', `ghcr.io/acme/shop@sha256:${'0123456789abcdef'.repeat(4)}`],
    ['MESSAGE', 'Hello, this is a sentence with 24 or more characters'],
  ])('is none: %s = %s', (name, value) => expect(isSecretValue(name, value)).toBe(undefined));
});

// Each of these took seconds to years; a test that hangs fails.
it.each([
  [
    'a key whose lines may be cut in many ways',
    `${head('RSA').replace('RSA ', '')}${'Aaa: b '.repeat(5000)}!`,
  ],
  ['keys in the lines of keys', `${head('X')}Aaa: `.repeat(10_000)],
  ['names of schemes', 'a.'.repeat(200_000)],
  ['beginnings of keys of OpenAI', 'sk-'.repeat(100_000)],
  ['beginnings of signed tokens', 'eyJ-'.repeat(100_000)],
])('looks through %s once', (_, text) => {
  expect(findKnownSecrets(text)).toEqual([]);
});

describe('a secret in a sentence', () => {
  it.each([
    [`with ghp_${random(36)}`, [`ghp_${random(36)}`]],
    ['moved to https://u:pw@db/x', ['pw']],
    [`redis://:${random(8)}@cache and postgres://a:b@[fe80::1]/x`, [random(8), random(8), 'b']],
    ['see https://example.com/x?key=ABC-1, or git@host:a/b', []],
    ['https://user:password@db and https://u:${PASSWORD}@db, redis://:pw@localhost:6379', []],
    ['at 12:30, mail to ada@example.com: http://a/b:c@d', []],
  ])('is found in %j', (text, secrets) => {
    expect(findTypedSecrets(text).map(({ start, end }) => text.slice(start, end))).toEqual(secrets);
  });
});
