import { fc } from '../../test/kit/fast-check.ts';
import { describe, expect, it } from 'vitest';
import { parseGoJson, printGoJson } from './go-json.ts';

const again = (json: string | Buffer) => printGoJson(parseGoJson(Buffer.from(json)));

describe('JSON as Go has it', () => {
  it.each([
    ['{"10":1,"9":2,"b":-0,"!":3,"__proto__":{"a":1}}', '{"!":3,"10":1,"9":2,"__proto__":{"a":1},"b":-0}'],
    ['[12345678901234567890, 1e21, 1e-7, 1E+2, 5e-324]', '[12345678901234567000,1e+21,1e-7,100,5e-324]'],
    ['{"a":1,"a":{"b":1},"a":{"c":1}}', '{"a":{"c":1}}'],
    [
      '["\\ud83d\\ude00", "\\ud83d", "\\ude00\\ud83d", "\\\\ud83d"]',
      '["😀","\ufffd","\ufffd\ufffd","\\\\ud83d"]',
    ],
    ['{"\\ud800":1,"\\udc00":2}', '{"\ufffd":2}'],
    ['{"\ud83d\ude00":1,"\uffee":2,"z":3,"zz":4,"é":5}', '{"z":3,"zz":4,"é":5,"\uffee":2,"😀":1}'],
    ['"<&>\u2028\\u0000\\/\\b\u007f"', '"\\u003c\\u0026\\u003e\\u2028\\u0000/\\b\u007f"'],
  ])('%s is %s', (json, wanted) => {
    expect(again(json)).toBe(wanted);
  });

  it('replaces wrong bytes one by one', () => {
    const bytes = [0x22, 0xe2, 0x82, 0x61, 0xff, 0xc3, 0xbc, 0xed, 0xa0, 0x80, 0x22];
    expect(parseGoJson(Buffer.from(bytes))).toBe('\ufffd\ufffda\ufffdü\ufffd\ufffd\ufffd');
  });

  it('reads and prints ten thousand levels', () => {
    const deep = `${'['.repeat(10_000)}${']'.repeat(10_000)}`;
    expect(again(deep)).toBe(deep);
    expect(() => parseGoJson(Buffer.from(`[${deep}]`))).toThrow('nested deeper than 10000');
    expect(() => parseGoJson(Buffer.from('[1e400]'))).toThrow('too large for a double');
  });

  it('reads what it has printed as the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const json = printGoJson(parseGoJson(Buffer.from(JSON.stringify(value))));
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(again(json)).toBe(json);
      }),
    );
  });
});
