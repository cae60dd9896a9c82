import { fc } from '../../../test/kit/fast-check.ts';
import { describe, expect, it } from 'vitest';
import { goJsonProblem } from './go-json-problem.ts';

const problem = (text: string) => goJsonProblem(Buffer.from(text));

describe('goJsonProblem', () => {
  it.each([
    ['', 'unexpected end of JSON input'],
    ['{"a": [1', 'unexpected end of JSON input'],
    ['<a>', "invalid character '<' looking for beginning of value"],
    ['payload=%7B', "invalid character 'p' looking for beginning of value"],
    ['{a}', "invalid character 'a' looking for beginning of object key string"],
    ['{"a"}', "invalid character '}' after object key"],
    ['{"a":1 "b"}', "invalid character '\"' after object key:value pair"],
    ['[1 2]', "invalid character '2' after array element"],
    ['{} x', "invalid character 'x' after top-level value"],
    ['{"a":tru}', "invalid character '}' in literal true (expecting 'e')"],
    ['{"a":1.}', "invalid character '}' after decimal point in numeric literal"],
    ['{"a":01}', "invalid character '1' after object key:value pair"],
    ['{"a":1e}', "invalid character '}' in exponent of numeric literal"],
    ['{"a":-}', "invalid character '}' in numeric literal"],
    ['{"a\n"', "invalid character '\\n' in string literal"],
    ['{"\\x"', "invalid character 'x' in string escape code"],
    ['{"\\u12g4"', "invalid character 'g' in \\u hexadecimal character escape"],
    ['é', "invalid character 'Ã' looking for beginning of value"],
    ["'", "invalid character '\\'' looking for beginning of value"],
    ['[1]', 'json: cannot unmarshal array into Go value of type map[string]interface {}'],
    ['"a"', 'json: cannot unmarshal string into Go value of type map[string]interface {}'],
    ['1', 'json: cannot unmarshal number into Go value of type map[string]interface {}'],
    ['{"a":[1e400]}', 'json: cannot unmarshal number 1e400 into Go value of type float64'],
    ['[1e400]', 'json: cannot unmarshal array into Go value of type map[string]interface {}'],
    ['{"a":tr', "invalid character ' ' in literal true (expecting 'u')"],
    ['{"a":-', "invalid character ' ' in numeric literal"],
    ['{"a":1.', "invalid character ' ' after decimal point in numeric literal"],
    ['{"a', 'unexpected end of JSON input'],
    ['true', 'json: cannot unmarshal bool into Go value of type map[string]interface {}'],
  ])('says of %j: %s', (text, message) => {
    expect(problem(text)).toBe(message);
  });

  it('takes null and every object, and what it takes JSON.parse takes', () => {
    expect(problem('null')).toBeUndefined();
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        expect(problem(JSON.stringify(value, null, 1))).toBeUndefined();
      }),
    );
    const near = fc.stringMatching(/^[{}[\]",:0-9.eE+\-trufalsn \\]{0,12}$/);
    fc.assert(
      fc.property(near, (text) => {
        if (problem(text) === undefined) expect(() => JSON.parse(text) as unknown).not.toThrow();
        else if (problem(text)!.startsWith('invalid')) expect(() => JSON.parse(text) as unknown).toThrow();
      }),
      { numRuns: 2000 },
    );
  });

  it('reads brackets ten thousand deep and no deeper', () => {
    const nested = (depth: number) => `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`;
    expect(problem(nested(9_999))).toBeUndefined();
    expect(problem(nested(10_000))).toBe("invalid character '[' exceeded max depth");
  });
});
