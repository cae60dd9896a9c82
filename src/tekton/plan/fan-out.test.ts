import { fc } from '../../../test/kit/fast-check.ts';
import { describe, expect, it } from 'vitest';
import type { Matrix, Param, ParamValue } from '../types.ts';
import { countCombinations, fanOut } from './fan-out.ts';

const place = { file: 'x' };
const params = (values: Record<string, ParamValue>): Param[] =>
  Object.entries(values).map(([name, value]) => ({ name, value, place }));
const matrix = (values: Record<string, string[]>, ...include: Record<string, string>[]): Matrix => ({
  params: params(values),
  include: include.map((item) => ({ params: params(item) })),
});
const texts = (given: Matrix) =>
  fanOut(given).map((one) => one.map(({ name, value }) => `${name}=${value}`).join(' '));

describe('the combinations of a matrix', () => {
  it('let the first parameter vary fastest, and sort the names', () => {
    expect(texts(matrix({ os: ['l', 'm'], browser: ['c', 's'] }))).toEqual([
      'browser=c os=l',
      'browser=c os=m',
      'browser=s os=l',
      'browser=s os=m',
    ]);
  });

  it('take over what fits, and add what has a value of its own', () => {
    const given = matrix({ arch: ['a', 'b'] }, { all: 'x' }, { arch: 'b', flag: 'f' }, { arch: 'new' });
    expect(texts(given)).toEqual(['all=x arch=a', 'all=x arch=b flag=f', 'arch=new']);
  });

  it('are those of include alone when there are no others', () => {
    expect(texts(matrix({}, { a: '1' }, { a: '2', b: '3' }))).toEqual(['a=1', 'a=2 b=3']);
  });

  it('are none for an empty array', () => {
    expect(fanOut(matrix({ a: [], b: ['x'] }))).toEqual([]);
  });

  it('are only counted when there are more than are allowed', () => {
    const thousand = Array.from({ length: 1000 }, (_, index) => String(index));
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    const all = matrix(Object.fromEntries(names.map((name) => [name, thousand])), { i: 'x' });
    expect(countCombinations(all)).toBe(1e24);
    expect(countCombinations(matrix({ a: ['x', 'y'], b: ['z'] }, { a: 'new' }))).toBe(3);
  });

  it('are as many as the product, each another one', () => {
    const values = fc.uniqueArray(fc.string({ maxLength: 3 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(values, values, values, (a, b, c) => {
        const all = fanOut(matrix({ a, b, c })).map((one) => JSON.stringify(one));
        expect(new Set(all).size).toBe(a.length * b.length * c.length);
      }),
    );
  });
});
