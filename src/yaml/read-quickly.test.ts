import { describe, expect, it } from 'vitest';
import { readCombinationText, readTextAt } from './read-quickly.ts';

const values = (tag: string, name = 'web') =>
  `# dev\nservices:\n  - name: ${name} # the web\n    image:\n      tag: ${tag} # its tag\n    args: [a]\n`;

describe('readCombinationText', () => {
  it('reads plain text, and what only a parser can read, alike', () => {
    const plain = values('v1.0.0-1.gabc1234').replace('[a]', '[]');
    expect(readCombinationText(plain, 'f')).toEqual(new Map([['web', 'v1.0.0-1.gabc1234']]));
    expect(readCombinationText(values('v1.0.0-1.gabc1234'), 'f')).toEqual(readCombinationText(plain, 'f'));
  });

  it.each([
    [values('latest').replace('[a]', '[]'), 'services[0].image.tag'],
    [values('1').replace('[a]', '[]'), 'services[0].image.tag'],
    [values('v1.0.0-1.gabc1234', 'Web').replace('[a]', '[]'), 'services[0].name'],
    ['services:\n  - x\n', 'services[0]'],
    ['a: 1\n', 'services'],
  ])('finds the place of a fault in %j', (text, keyPath) => {
    expect(() => readCombinationText(text, 'f.yaml')).toThrow(
      expect.objectContaining({
        code: 'values-invalid',
        place: expect.objectContaining({ keyPath }) as object,
      }),
    );
  });
});

describe('readTextAt', () => {
  it.each([
    ['spec:\n  source:\n    targetRevision: prod/3 # it\n', 'prod/3'],
    ['spec: {source: {targetRevision: prod/3}}\n', 'prod/3'],
    ['spec:\n  source:\n    targetRevision: 3\n', undefined],
    ['spec: {source: {targetRevision: 3}}\n', undefined],
    ['spec:\n', undefined],
    ['x: 1\n', undefined],
  ])('of %j', (text, value) => {
    expect(readTextAt(text, 'f', ['spec', 'source', 'targetRevision'])).toBe(value);
  });
});
