import { describe, expect, it } from 'vitest';
import type { ParamSpec, ParamValue } from '../types.ts';
import { bindTaskParams, checkTaskDefaults } from './bind-task-params.ts';

const place = { file: 'f' };
const spec = (name: string, fallback?: ParamValue): ParamSpec => ({
  name,
  type: typeof fallback === 'object' ? (Array.isArray(fallback) ? 'array' : 'object') : 'string',
  properties: [],
  default: fallback,
  place,
});
const given = (values: Record<string, ParamValue>) =>
  Object.entries(values).map(([name, value]) => ({ name, value, place }));

const declared = [
  spec('given'),
  spec('both', 'b'),
  spec('plain', 'p'),
  spec('list', ['$(params.plain)', 'y']),
  spec('object', { k: '$(params.plain)', other: 'o' }),
  spec('from-given', 'x$(params.given)'),
  spec('from-both', 'x$(params.both)'),
  spec('from-plain', 'x$(params.plain)'),
  spec('two', '$(params.plain)-$(params.both)'),
  spec('two-given', '$(params.plain)-$(params.given)'),
  spec('chain', 'c$(params.from-plain)'),
  spec('early', 'e$(params.late)'),
  spec('late', 'l$(params.plain)'),
  spec('item', '$(params.list[1])'),
  spec('key', '$(params.object.k)'),
  spec('quoted', 'q$(params["plain"])'),
];
const params = given({ given: 'G', both: 'B' });

describe('the parameters of a Task', () => {
  it('have the values that a cluster gave them', () => {
    expect(Object.fromEntries(bindTaskParams(declared, params))).toEqual({
      given: 'G',
      both: 'B',
      plain: 'p',
      list: ['$(params.plain)', 'y'],
      object: { k: '$(params.plain)', other: 'o' },
      'from-both': 'xb',
      'from-plain': 'xp',
      two: '$(params.plain)-b',
      'two-given': 'p-$(params.given)',
      chain: 'cxp',
      late: 'lp',
      item: 'y',
      key: '$(params.plain)',
      quoted: 'q$(params["plain"])',
    });
  });

  it('take the keys of an object that are not given from its default, and keep what is not declared', () => {
    expect(
      Object.fromEntries(
        bindTaskParams([spec('o', { a: '1', b: '2' })], given({ o: { a: '9' }, extra: 'e' })),
      ),
    ).toEqual({ o: { a: '9', b: '2' }, extra: 'e' });
  });

  it('are warned of where a default is not what it says, and is needed', () => {
    const warned = (values: Record<string, ParamValue>) =>
      checkTaskDefaults([spec('who', 'nobody'), spec('hello', 'hello $(params.who)')], given(values), {
        what: 'It',
        place,
      }).map(({ severity, message }) => `${severity}: ${message}`);
    expect(warned({})).toEqual([]);
    expect(warned({ who: 'you', hello: 'hi' })).toEqual([]);
    expect(warned({ who: 'you' })).toEqual([
      'warning: The default of "hello", "hello $(params.who)", names other parameters, and Tekton makes "hello nobody" of it: in a Task only the last variable of a text counts, and only a default is put in.',
    ]);
    expect(
      checkTaskDefaults([spec('who'), spec('hello', '$(params.who)')], given({ who: 'you' }), {
        what: 'It',
        place,
      })[0]!.message,
    ).toContain('Tekton leaves $(params.hello) as it is');
  });
});
