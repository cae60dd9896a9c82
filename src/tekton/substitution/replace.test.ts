import { fc } from '../../../test/kit/fast-check.ts';
import { describe, expect, it } from 'vitest';
import { paramReplacements, resultReplacements } from './param-replacements.ts';
import { replaceList, replaceText, replaceValue, texts } from './replace.ts';

const params = paramReplacements([
  ['name', 'world'],
  ['dotted.name', 'dotted'],
  ['list', ['a', 'b']],
  ['map', { key: 'value', other: 'x' }],
]);

describe('replaceText', () => {
  it.each([
    ['hello $(params.name)', 'hello world'],
    ['$(params["name"])$(params[\'name\'])', 'worldworld'],
    ['$(params["dotted.name"])', 'dotted'],
    ['$(params.list[1])$(params["list"][0])', 'ba'],
    ['$(params.map.key)', 'value'],
    ['$(params.unknown) $(date) $( params.name )', '$(params.unknown) $(date) $( params.name )'],
    ['$$(params.name)', '$world'],
    ['$(echo $(params.name))', '$(echo world)'],
    ['$(params.list[*])', '$(params.list[*])'],
    ['$(params.list[7])', '$(params.list[7])'],
    ['$params.name $((1+1))', '$params.name $((1+1))'],
  ])('%s becomes %s', (text, wanted) => {
    expect(replaceText(text, params)).toBe(wanted);
  });

  it('does not look again at what it put in, in the same phase; a later phase does', () => {
    const first = texts([
      ['params.a', '$(params.b) $(context.x)'],
      ['params.b', 'never'],
    ]);
    const once = replaceText('$(params.a)', first);
    expect(once).toBe('$(params.b) $(context.x)');
    expect(replaceText(once, texts([['context.x', 'later']]))).toBe('$(params.b) later');
  });

  it('puts any value in byte for byte', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (before, value, after) => {
        fc.pre(![before, after].some((text) => text.includes('$') || text.includes('(')));
        const replaced = replaceText(`${before}$(params.p)${after}`, paramReplacements([['p', value]]));
        expect(replaced).toBe(before + value + after);
      }),
    );
  });
});

describe('replaceList', () => {
  it('gives a whole array as its items only when it stands alone', () => {
    expect(replaceList(['x', '$(params.list[*])', '$(params.list)', 'a$(params.list[*])'], params)).toEqual([
      'x',
      'a',
      'b',
      'a',
      'b',
      'a$(params.list[*])',
    ]);
  });

  it('gives no item for an empty array', () => {
    expect(replaceList(['$(params.none[*])'], paramReplacements([['none', []]]))).toEqual([]);
  });
});

describe('replaceValue', () => {
  it('takes over the type of a whole array or object', () => {
    expect(replaceValue('$(params.list[*])', params)).toEqual(['a', 'b']);
    expect(replaceValue('$(params.map[*])', params)).toEqual({ key: 'value', other: 'x' });
    expect(replaceValue({ k: '$(params.name)' }, params)).toEqual({ k: 'world' });
  });

  it('puts in results in each spelling', () => {
    const results = resultReplacements([
      { task: 't', result: 'r', value: 'one' },
      { task: 't', result: 'o', value: { k: 'v' } },
    ]);
    const text = '$(tasks.t.results.r)$(tasks.t.results["r"])$(tasks.t.results[\'r\'])$(tasks.t.results.o.k)';
    expect(replaceValue(text, results)).toBe('oneoneonev');
  });
});
