import { describe, expect, it } from 'vitest';
import { closest, suggestion } from './did-you-mean.ts';

describe('closest', () => {
  it.each([
    ['taskz', 'tasks'],
    ['taks', 'tasks'],
    ['runafter', 'runAfter'],
    ['stpes', 'steps'],
    ['production', 'prod'],
    ['stag', 'staging'],
  ])('takes %s for %s', (word, meant) => {
    expect(closest(word, ['tasks', 'runAfter', 'steps', 'prod', 'staging'])).toBe(meant);
  });

  it.each(['', 'x', 'workspaces'])('has nothing near %j', (word) => {
    expect(closest(word, new Set(['steps', 'prod']))).toBeUndefined();
  });
});

describe('suggestion', () => {
  it('names the near word, else what there is', () => {
    expect(suggestion('porduct', ['product', 'other'])).toBe('Did you mean product?');
    expect(suggestion('zzz', ['a', 'b'])).toBe('There are: a, b.');
    expect(suggestion('zzz', ['a'])).toBe('There is: a.');
    expect(suggestion('zzz', [])).toBe('There is none yet.');
  });
});
