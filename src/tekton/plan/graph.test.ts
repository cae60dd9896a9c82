import { describe, expect, it } from 'vitest';
import { childName } from './child-name.ts';
import { findCircle } from './graph.ts';

describe('findCircle', () => {
  it('gives the names on a circle, and nothing for a graph without one', () => {
    expect(
      findCircle(
        new Map([
          ['a', ['b']],
          ['b', ['c']],
          ['c', ['b']],
        ]),
      ),
    ).toEqual(['b', 'c', 'b']);
    expect(findCircle(new Map([['a', ['a']]]))).toEqual(['a', 'a']);
    expect(
      findCircle(
        new Map([
          ['a', ['b', 'c']],
          ['b', ['c']],
          ['c', []],
        ]),
      ),
    ).toBeUndefined();
  });
});

describe('childName', () => {
  it('keeps short names and cuts long ones to 63 characters that differ', () => {
    expect(childName('run', '-task')).toBe('run-task');
    const long = childName('r'.repeat(60), '-task');
    expect(long).toHaveLength(63);
    expect(long).toMatch(/-task$/);
    expect(long).not.toBe(childName('r'.repeat(61), '-task'));
  });
});
