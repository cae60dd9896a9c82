import { evaluateExpression, findExpressions } from '../../../src/tekton/triggers/bind-event.ts';
import { TooMuch } from '../../../src/cel/go-json.ts';
import { JsonPathError } from '../../../src/tekton/triggers/json-path/nodes.ts';
import { corpusOf, inputsOf, type FuzzTarget } from '../fuzz-target.ts';

const list = [
  { id: 1, name: 'a' },
  { id: 2, name: 'b', deep: [[1], [2, [3]]] },
];
const data = {
  body: { ref: 'refs/heads/main', list, empty: {}, nothing: null, "it's": -0.5 },
  header: { Host: 'a' },
};

const seeds = corpusOf('json-path');
const words = [
  ...[
    'body',
    '.',
    '..',
    'list',
    'ref',
    'id',
    'deep',
    'empty',
    'nothing',
    '[',
    ']',
    '*',
    '[*]',
    '[0]',
    '[-1]',
    '[0:2]',
    '[::2]',
  ],
  ...[
    '[?(',
    '@',
    '@.id',
    ')]',
    ' == ',
    ' != ',
    ' < ',
    ' >= ',
    '1',
    '"a"',
    "'ref'",
    '\\',
    '\\u0041',
    ',',
    '(',
    ')',
    '{',
    '}',
    '$(',
  ],
  ...[
    'range ',
    'end',
    ' ',
    '&&',
    '1e9',
    '99999999999999999999',
    '-',
    '+',
    'true',
    'null',
    '__proto__',
    'constructor',
    'length',
  ],
];

/** Paths of bindings: they find something or say why not. */
export const target: FuzzTarget = {
  name: 'json-path',
  arbitrary: inputsOf(words, seeds),
  seeds,
  cases: 1000,
  run: (input) => {
    const text = input.toString('utf8');
    return [findExpressions(text), evaluateExpression(text, data)];
  },
  mayThrow: (error) => error instanceof JsonPathError || error instanceof TooMuch,
};
