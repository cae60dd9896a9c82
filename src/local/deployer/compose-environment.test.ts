import { describe, expect, it } from 'vitest';
import { composeEnvironment, expand } from './compose-environment.ts';
import type { EnvironmentEntry } from './rendering.ts';

function compose(environment: readonly EnvironmentEntry[], secrets: Record<string, string> = {}) {
  return composeEnvironment({
    workload: {
      service: 'a',
      repository: 'r',
      tag: 't',
      replicas: 1,
      environment,
      grace: 1,
      templateDigest: '',
    },
    imageEnvironment: ['PATH=/usr/local/bin', 'MODE=image', 'PEER=http://b', 'WITH=a=b'],
    secrets,
    peers: [{ host: 'b', port: 80, service: 'b' }],
    addressOf: () => '127.0.0.1:20001',
    host: { PATH: '/bin', HOME: '/home' },
    port: 20005,
  });
}

describe('composeEnvironment', () => {
  it('lets the Pod win over the image, and this machine over the image', () => {
    expect(compose([{ kind: 'value', name: 'MODE', value: 'pod' }])).toEqual({
      PATH: '/bin',
      HOME: '/home',
      MODE: 'pod',
      PEER: 'http://127.0.0.1:20001',
      WITH: 'a=b',
      PORT: '20005',
    });
  });

  it('gives secrets by key, and all of them under a prefix', () => {
    const secrets = { USER: 'shop', PASSWORD: '$(MODE) http://b' };
    const environment = compose(
      [
        { kind: 'all-secrets', prefix: 'DB_', optional: false },
        { kind: 'secret', name: 'LOGIN', key: 'USER', optional: false },
        { kind: 'secret', name: 'TOKEN', key: 'ABSENT', optional: true },
      ],
      secrets,
    );
    expect(environment).toMatchObject({ DB_USER: 'shop', DB_PASSWORD: '$(MODE) http://b', LOGIN: 'shop' });
    expect(environment).not.toHaveProperty('TOKEN');
  });
});

describe('expand', () => {
  it.each([
    ['http://$(HOST)/$(HOST)', 'http://b/b'],
    ['$$(HOST)', '$(HOST)'],
    ['$(UNKNOWN) $HOST', '$(UNKNOWN) $HOST'],
    ['$$$(HOST)', '$b'],
  ])('%s → %s', (text, expanded) => {
    expect(expand(text, { HOST: 'b' })).toBe(expanded);
  });
});
