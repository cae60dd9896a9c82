import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compileTriggerExpression } from '../../src/cel/triggers.ts';
import { entriesOf, nameOfType, typeOf, uint } from '../../src/cel/values.ts';

const folder = join(import.meta.dirname, '../../tools/conformance/triggers');
const read = (file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as unknown;
const { body, header, requestURL } = read('expressions.json') as Record<string, unknown>;
const expected = read('expected.json') as Record<string, { value?: unknown; isError?: true }>;

interface Typed {
  plain(value: unknown, ours: object): unknown;
  revive(value: unknown, forEngine: boolean): unknown;
}
const { plain, revive } = (await import(join(folder, 'cel.js'))) as Typed;

/** The page of the conformance says why. */
const differing = new Set([
  'sets.contains([[1]], [[1.0]])',
  "{1: 'x'}.marshalJSON()",
  'body.big == 9007199254740993',
  `'{"a":"\\\\ud800"}'.parseJSON().a`,
]);

describe('an expression has the value that the CEL of Tekton Triggers 0.36.0 gave it', () => {
  it.each(Object.entries(expected).filter(([expression]) => !differing.has(expression)))(
    '%s',
    (expression, { value, isError }) => {
      const evaluate = () =>
        plain(compileTriggerExpression(expression)({ body, header, requestURL, extensions: {} }, {}), {
          entriesOf,
          nameOfType,
          typeOf,
          uint,
        });
      if (isError) expect(evaluate).toThrow();
      else expect(evaluate()).toEqual(revive(value, false));
    },
  );
});
