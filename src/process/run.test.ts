import { expect, it } from 'vitest';
import { run, stripSecrets } from './run.ts';

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

it('tells a working directory that is not there from a program that is not there', async () => {
  await expect(
    run('git', ['--version'], { to: 'say its version', cwd: '/nowhere/at-all' }),
  ).rejects.toMatchObject({
    code: 'system-error',
    message:
      'git could not be started to say its version: its working directory /nowhere/at-all is not a folder, or does not exist any more.',
  });
  await expect(
    run('git', ['--version'], { to: 'say its version', cwd: '/etc/passwd' }),
  ).rejects.toMatchObject({
    code: 'system-error',
  });
  await expect(run('no-such-tool', [], { to: 'try', cwd: '/' })).rejects.toMatchObject({
    code: 'tool-missing',
  });
});

it('allows the exit codes that it is told, or any', async () => {
  const exit = (code: number): string[] => ['-c', `exit ${code}`];
  await expect(run('sh', exit(3), { to: 'try' })).rejects.toMatchObject({ code: 'tool-failed' });
  expect(await run('sh', exit(3), { to: 'try', allow: [3] })).toMatchObject({ code: 3 });
  expect(await run('sh', exit(255), { to: 'try', allow: 'any' })).toMatchObject({ code: 255 });
  expect(await run('sh', ['-c', 'kill -9 $$'], { to: 'try', allow: 'any' })).toMatchObject({
    code: 128,
    signal: 'SIGKILL',
  });
});
