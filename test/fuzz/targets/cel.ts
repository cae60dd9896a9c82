import { createPolicyCel, noLookups, type PolicyScope } from '../../../src/cel/kubernetes.ts';
import { compileStandard } from '../../../src/cel/standard.ts';
import { celProblem } from '../../../src/cel/triggers.ts';
import { runCel } from '../../../src/tekton/triggers/cel-interceptor.ts';
import { corpusOf, inputsOf, type FuzzTarget } from '../fuzz-target.ts';

const cel = createPolicyCel(noLookups);
const object = { metadata: { name: 'a', labels: { b: 'c' } }, spec: { replicas: 2n, list: ['a', 'b'] } };
const scope: PolicyScope = {
  object,
  oldObject: null,
  request: { operation: 'CREATE' },
  namespaceObject: null,
  variables: {},
  exceptions: {},
  params: null,
};

/** What is given, or the error that a compiler or an expression is documented to end with. */
function orProblem(evaluate: () => unknown): unknown {
  try {
    return evaluate();
  } catch (error) {
    if (isFaultOfCode((error as Error).cause ?? error)) throw error;
    return String(error);
  }
}

/** What the engine itself says is of classes of its own, and what functions say is an Error; these are mistakes in code. */
function isFaultOfCode(error: unknown): boolean {
  return (
    !(error instanceof Error) || [TypeError, RangeError, ReferenceError].some((each) => error instanceof each)
  );
}

const seeds = corpusOf('cel');
const words = [
  ...[
    'body',
    'header',
    'object',
    'variables',
    '.',
    'ref',
    'metadata',
    'name',
    'spec',
    'list',
    '[',
    ']',
    '(',
    ')',
    '{',
    '}',
  ],
  ...[
    '"a"',
    "'b'",
    "r'\\d'",
    'b"x"',
    '"""',
    '1',
    '-1',
    '1u',
    '1.5',
    '9223372036854775807',
    'true',
    'null',
    ', ',
    ': ',
  ],
  ...[
    ' + ',
    ' - ',
    ' * ',
    ' / ',
    ' % ',
    ' == ',
    ' < ',
    ' && ',
    ' || ',
    ' in ',
    ' ? ',
    '!',
    '-',
    '//',
    '\n',
    '.?',
    '[?',
  ],
  ...[
    'has(',
    'size(',
    '.all(x, ',
    '.map(x, ',
    '.filter(x, ',
    '.exists(x, ',
    'x',
    '.matches(',
    '.split(',
    '.format([',
  ],
  ...[
    'int(',
    'uint(',
    'double(',
    'string(',
    'duration("1s")',
    'timestamp("2026-01-01T00:00:00Z")',
    'quantity("1Gi")',
  ],
  ...[
    '.substring(',
    '.replace(',
    '.join(',
    '.truncate(',
    '.parseJSON()',
    '.decodeb64()',
    'type(',
    'dyn(',
    'optional.none()',
  ],
  ...[
    'ip("1.2.3.4")',
    'url("http://a")',
    'semver("1.0.0")',
    'json.unmarshal(',
    '.orValue(',
    '.flatten()',
    '.sort()',
    'math.greatest(',
  ],
];

/** Expressions of CEL in policies, in interceptors of triggers and in `when`. */
export const target: FuzzTarget = {
  name: 'cel',
  arbitrary: inputsOf(words, seeds),
  seeds,
  cases: 600,
  run: (input) => {
    const expression = input.toString('utf8');
    const event = {
      raw: Buffer.from('{"ref":"refs/heads/main","n":[1,2],"name":"a"}'),
      headers: new Map([['X-Test', ['1']]]),
      extensions: {},
      url: '/',
    };
    const interceptor = { kind: 'cel' as const, filter: '', overlays: [{ key: 'a', expression }] };
    return [
      celProblem(expression),
      runCel(interceptor as never, event as never, { secrets: {} }),
      orProblem(() => compileStandard(expression).evaluate({})),
      orProblem(() => String(cel.compile(expression).evaluate(scope))),
    ];
  },
};
