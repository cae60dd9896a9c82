import { fc } from '../../../test/kit/fast-check.ts';
import { describe, expect, it } from 'vitest';
import { maskDeep, secretMask } from './mask-secrets.ts';

describe('secretMask', () => {
  it('replaces secrets, each line of one, and its base64; short texts are left', () => {
    const mask = secretMask(['line-one\nline-two', 'abc', 'longer-secret']);
    expect(mask('x line-two y')).toBe('x *** y');
    expect(mask(Buffer.from('longer-secret').toString('base64'))).toBe('***');
    expect(mask('abc')).toBe('abc');
  });

  it('replaces a secret that contains another as a whole', () => {
    expect(secretMask(['word', 'password'])('a password')).toBe('a ***');
  });

  it('finds a secret as it stands in an address and in JSON', () => {
    const mask = secretMask(['p@ss/wörd "x"']);
    const address = 'https://me:p%40ss%2Fw%C3%B6rd%20%22x%22@host'; // not-a-secret
    expect(mask(address)).toBe('https://me:***@host');
    expect(mask(JSON.stringify({ password: 'p@ss/wörd "x"' }))).toBe('{"password":"***"}');
  });

  it('finds a secret in the base64 of any text around it', () => {
    const base64 = (text: string) => Buffer.from(text).toString('base64');
    const mask = secretMask(['the-token-of-a-user']);
    expect(mask(base64('the-token-of-a-user\n'))).toBe('***go=');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (before, after) => {
        const masked = mask(base64(`${before}the-token-of-a-user${after}`));
        // What is left are letters of what is around it, and one with bits of it at each end.
        expect(masked.length).toBeLessThanOrEqual(base64(before).length + 3 + base64(after).length + 4);
        expect(masked).toContain('***');
      }),
    );
  });

  it('reaches every text of a value', () => {
    const mask = secretMask(['hidden']);
    expect(maskDeep({ a: ['hidden', 1, null], b: { c: 'is hidden' } }, mask)).toEqual({
      a: ['***', 1, null],
      b: { c: 'is ***' },
    });
  });
});
