import { fc } from '../../test/kit/fast-check.ts';
import { describe, expect, it } from 'vitest';
import { BitiqError } from './errors.ts';
import { parseImageReference, parseImageRepository, printImageReference } from './image-reference.ts';

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;

describe('parseImageReference', () => {
  it.each([
    ['node', 'docker.io/library/node'],
    ['node:22-alpine', 'docker.io/library/node:22-alpine'],
    ['index.docker.io/node', 'docker.io/library/node'],
    ['bitiq/node', 'docker.io/bitiq/node'],
    ['localhost/x', 'localhost/x'],
    ['localhost:5000/x', 'localhost:5000/x'],
    ['localhost:5000/x:5000', 'localhost:5000/x:5000'],
    ['[::1]:5000/x', '[::1]:5000/x'],
    ['GHCR.io/a/b', 'ghcr.io/a/b'],
    ['ghcr.io/bitiq-io/toy-service:v0.1.0-3.gabc1234', 'ghcr.io/bitiq-io/toy-service:v0.1.0-3.gabc1234'],
    [`a.b/c__d/e---f@${digest}`, `a.b/c__d/e---f@${digest}`],
    [`a.b/c:t@${digest}`, `a.b/c:t@${digest}`],
  ])('%s is %s', (text, printed) => {
    expect(printImageReference(parseImageReference(text))).toBe(printed);
  });

  it.each([
    '',
    ':',
    '@',
    'a:',
    'a@',
    'a:-x',
    'a: b',
    'a b',
    'A',
    'ghcr.io/A',
    'GHCR/a',
    'a/',
    '/a',
    'a//b',
    'a..b',
    'a_.b',
    '-a',
    'a-',
    '../a',
    'a.b/../c',
    'https://ghcr.io/a',
    'ghcr.io:port/a',
    'a@sha256:0123',
    `a@${digest}@${digest}`,
    `a:${'x'.repeat(129)}`,
    'x'.repeat(256),
    'localhost:123456/a',
    'user:pw@ghcr.io/a',
  ])('%j is refused', (text) => {
    expect(() => parseImageReference(text)).toThrowError(
      expect.objectContaining({ code: 'name-invalid' }) as Error,
    );
  });

  it('gives again what it printed, and never anything but a BitiqError', () => {
    const piece = fc.constantFrom(
      'a',
      'B',
      '0',
      '.',
      '-',
      '_',
      '/',
      ':',
      '@',
      'localhost',
      'ghcr.io',
      digest,
      ' ',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        try {
          const reference = parseImageReference(pieces.join(''));
          expect(parseImageReference(printImageReference(reference))).toEqual(reference);
        } catch (error) {
          if (!(error instanceof BitiqError)) throw error;
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('parseImageRepository', () => {
  it('takes no tag and no digest', () => {
    expect(parseImageRepository('ghcr.io/a/b')).toEqual({ registry: 'ghcr.io', repository: 'a/b' });
    for (const text of ['ghcr.io/a/b:1', `ghcr.io/a/b@${digest}`]) {
      expect(() => parseImageRepository(text)).toThrowError(/without tag and digest/);
    }
  });
});
