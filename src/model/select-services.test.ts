import { expect, it } from 'vitest';
import { selectServices } from './select-services.ts';

const tag = (n: number) => `v1.0.0-${n}.gabcdef0`;
const source = new Map([
  ['a', tag(2)],
  ['b', tag(2)],
  ['c', tag(2)],
]);
const target = new Map([
  ['a', tag(1)],
  ['b', tag(1)],
  ['c', tag(1)],
]);

it.each([
  [{}, { a: 2, b: 2, c: 2 }],
  [{ only: ['a', 'c'] }, { a: 2, b: 1, c: 2 }],
  [{ except: ['a'] }, { a: 1, b: 2, c: 2 }],
  [
    { only: [], set: new Map([['b', tag(7)]]) },
    { a: 1, b: 7, c: 1 },
  ],
  [
    { only: ['a'], set: new Map([['b', tag(7)]]) },
    { a: 2, b: 7, c: 1 },
  ],
  [{ set: new Map([['b', tag(7)]]) }, { a: 2, b: 7, c: 2 }],
])('%j selects %j', (selection, expected) => {
  const found = Object.fromEntries(selectServices(source, target, selection));
  expect(found).toEqual(Object.fromEntries(Object.entries(expected).map(([name, n]) => [name, tag(n)])));
});

it('keeps what only the target has, and takes what only the source has when it is selected', () => {
  const more = new Map([...source, ['new', tag(2)]]);
  const old = new Map([...target, ['old', tag(1)]]);
  expect([...selectServices(more, old, { only: ['a'] }).keys()].sort()).toEqual(['a', 'b', 'c', 'old']);
  expect([...selectServices(more, old, { except: ['a', 'old'] }).keys()].sort()).toEqual([
    'a',
    'b',
    'c',
    'new',
    'old',
  ]);
});

it.each([
  [{ only: ['a'], except: ['b'] }, 'usage'],
  [{ except: ['a'], set: new Map([['a', tag(1)]]) }, 'usage'],
  [{ only: ['x'] }, 'service-missing'],
  [{ set: new Map([['x', tag(1)]]) }, 'service-missing'],
  [{ set: new Map([['a', 'latest']]) }, 'name-invalid'],
])('refuses %j', (selection, code) => {
  expect(() => selectServices(source, target, selection)).toThrow(expect.objectContaining({ code }) as Error);
});
