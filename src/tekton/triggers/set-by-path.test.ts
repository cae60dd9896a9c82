import { describe, expect, it } from 'vitest';
import { setByPath } from './set-by-path.ts';

function setAll(...settings: [path: string, value: unknown][]): unknown {
  const root = {};
  for (const [path, value] of settings) setByPath(root, path, value);
  return JSON.parse(JSON.stringify(root)) as unknown;
}

describe('setByPath', () => {
  it('nests names, and puts back what is not an object', () => {
    expect(setAll(['a.b.c', 1], ['a.d', 2], ['a\\.b', 3])).toEqual({ a: { b: { c: 1 }, d: 2 }, 'a.b': 3 });
    expect(setAll(['a', 'text'], ['a.b', 1])).toEqual({ a: { b: 1 } });
    expect(setAll(['a', 1], ['a', 2])).toEqual({ a: 2 });
  });

  it('makes and fills lists by numbers', () => {
    expect(setAll(['l.2', 'x'], ['l.0', 'y'], ['l.-1', 'z'])).toEqual({ l: ['y', null, 'x', 'z'] });
    expect(setAll(['l.0.a', 1], ['l.0.b', 2])).toEqual({ l: [{ a: 1, b: 2 }] });
    expect(setAll(['0', 'name'], ['a.:2', 'name'])).toEqual({ '0': 'name', a: { '2': 'name' } });
    expect(() => setAll(['a', []], ['a.b', 1])).toThrow("cannot set array element for non-numeric key 'b'");
    expect(() => setAll(['a.99999999999', 1])).toThrow('too long');
  });

  it('sets nothing by a path of more than names and numbers', () => {
    for (const path of ['a|b', '#', 'a.#', '@x', 'a*', 'a?']) expect(setAll([path, 1])).toEqual({});
    expect(setAll(['a\\*', 1])).toEqual({ 'a*': 1 });
  });

  it('sets names of JavaScript as keys of their own', () => {
    const root: Record<string, unknown> = {};
    setByPath(root, '__proto__.polluted', 1);
    setByPath(root, 'constructor.prototype.polluted', 1);
    expect(Object.keys(root)).toEqual(['__proto__', 'constructor']);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});
