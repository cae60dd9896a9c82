import { expect, it } from 'vitest';
import { withoutLogins } from './npm-config.ts';

it('keeps where packages come from, and no login', () => {
  const kept = [
    'registry=https://npm.acme.dev/',
    '@acme:registry = https://npm.acme.dev/',
    'cafile=/etc/ca.pem',
    '; note',
  ];
  const dropped = [
    '//npm.acme.dev/:_authToken=sentinel',
    '//npm.acme.dev/:_password = "sentinel"',
    '//npm.acme.dev/:username=sentinel',
    '_auth=sentinel',
    'key="sentinel"',
    '//npm.acme.dev/:keyfile=/sentinel',
  ];
  expect(withoutLogins([...kept, ...dropped].join('\n'))).toBe(kept.join('\n'));
  const inAddress = ['ada', 'sentinel'].join(':');
  expect(withoutLogins(`registry=https://${inAddress}@npm.acme.dev/`)).toBe('registry=https://npm.acme.dev/');
});
