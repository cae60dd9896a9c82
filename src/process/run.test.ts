import { expect, it } from 'vitest';
import { stripSecrets } from './run.ts';

it('strips secrets and the users of addresses, in one pass however long a line is', () => {
  const long = 'a'.repeat(3_000_000);
  const text = `${long} https://me:hunter2@host/x token abcd (git+ssh://u:p@h) abc`; // not-a-secret
  expect(stripSecrets(text, ['abcd', 'abc'])).toBe(
    `${long} https://***@host/x token *** (git+ssh://***@h) abc`,
  );
});
