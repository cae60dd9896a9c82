import { expect, it } from 'vitest';
import { stripSecrets } from './run.ts';

it('strips secrets and the users of addresses, in one pass however long a line is', () => {
  const long = 'a'.repeat(3_000_000);
  const text = `${long} https://me:hunter2@host/x token abcd (git+ssh://u:p@h) abc`; // not-a-secret
  expect(stripSecrets(text, ['abcd', 'abc'])).toBe(
    `${long} https://***@host/x token *** (git+ssh://***@h) abc`,
  );
});

const token = `ghp_${'q7Rz4Kp9Xb2Wm5Tn8Vc1Lh6Jd3Fg0Sy'.repeat(2).slice(0, 36)}`;

it.each([
  [`https://${token}@host/acme/x.git`, 'https://***@host/acme/x.git'],
  ['https://anything@host/x', 'https://***@host/x'],
  ['https://me:p@ss:word@host/x', 'https://***@host/x'],
  ['HTTPS://me:word@host/x', 'HTTPS://***@host/x'],
  ['https%3A%2F%2Fme%3Aword%40host%2Fx', 'https%3A%2F%2F***%40host%2Fx'],
  ['https://host/x?a=1&access_token=word&b=2', 'https://host/x?a=1&access_token=***&b=2'],
  ['https://host/x?X-Amz-Signature=abc', 'https://host/x?X-Amz-Signature=***'],
  ['Authorization: Basic YWRhOndvcmQ=', 'Authorization: Basic ***'],
  ['authorization: opaque', 'authorization: ***'],
  [`it said ${token}.`, 'it said ***.'],
  ['ssh://git@host/x.git', 'ssh://git@host/x.git'],
  ['git@host:x.git', 'git@host:x.git'],
  ['git+ssh://ada@host/x', 'git+ssh://ada@host/x'],
  ['Ada <ada@example.com> https://host/x', 'Ada <ada@example.com> https://host/x'],
])('hides the login in %s', (text, shown) => expect(stripSecrets(text, [])).toBe(shown));
