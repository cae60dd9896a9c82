import { describe, expect, it } from 'vitest';
import { loadTektonObjects } from '../load-objects.ts';
import { resolvePlain } from './plain-scalars.ts';

/** What sigs.k8s.io/yaml 1.6 makes of them, printed by it. */
const known: readonly (readonly [string, unknown])[] = [
  ...['yes', 'Yes', 'YES', 'y', 'Y', 'on', 'ON', 'true', 'TRUE'].map((text) => [text, true] as const),
  ...['no', 'No', 'n', 'N', 'off', 'OFF', 'false', 'False'].map((text) => [text, false] as const),
  ...['~', 'null', 'Null', 'NULL', ''].map((text) => [text, null] as const),
  ['0755', 493],
  ['0o755', 493],
  ['-0755', -493],
  ['0x1F', 31],
  ['-0x1F', -31],
  ['0b101', 5],
  ['1_000', 1000],
  ['0_7', 7],
  ['08', 8],
  ['0779', 779],
  ['1e3', 1000],
  ['1.50', 1.5],
  ['.5', 0.5],
  ['5.', 5],
  ['+1.5', 1.5],
  ['+1', 1],
  ['1e-7', 1e-7],
  ...[
    '12:30',
    '12:30:45',
    '2001-01-01',
    '._5',
    '1e',
    '0x',
    '0xg',
    '=',
    '<<',
    '1,000',
    'yEs',
    'v1.0',
    '1.2.3',
  ].map((text) => [text, text] as const),
];

describe('resolvePlain', () => {
  it.each(known)('%j is %j', (text, value) => {
    expect(resolvePlain(text)).toBe(value);
  });
});

const param = (value: string) =>
  loadTektonObjects([
    {
      file: 'f',
      text: `apiVersion: tekton.dev/v1
kind: TaskRun
metadata: { name: r }
spec:
  taskRef: { name: t }
  params: [{ name: p, value: ${value} }]
`,
    },
  ]).taskRuns[0]!.params[0]!.value;

describe('the value of a parameter', () => {
  it.each([
    ['yes', 'true'],
    ['0755', '493'],
    ['1.50', '1.5'],
    ['12:30', '12:30'],
    ['12345678901234567890', '12345678901234567890'],
    ['100000000000000000000', '100000000000000000000'],
    ['1e21', '1e+21'],
    ['"yes"', 'yes'],
    ["'0755'", '0755'],
    ['!!str yes', 'yes'],
    ['[1, 2]', '[1,2]'],
    ['{ a: 1 }', '{"a":1}'],
  ])('%s is the text %s', (written, text) => {
    expect(param(written)).toBe(text);
  });
});

describe('a field of a type', () => {
  const messages = (step: string) =>
    loadTektonObjects([
      {
        file: 'f',
        text: `apiVersion: tekton.dev/v1
kind: Task
metadata: { name: t }
spec:
  steps: [{ image: i, ${step} }]
`,
      },
    ]).findings.map(({ message, place }) => `${place.line}: ${message}`);

  it.each([
    ['args: [1]', '5: spec.steps[0].args[0] must be a text, and is 1.'],
    ['args: ["1"]', undefined],
    ['env: [{ name: A, value: on }]', '5: spec.steps[0].env[0].value must be a text, and is true.'],
    ['script: yes', '5: spec.steps[0].script must be a text, and is true.'],
    ['workingDir: .inf', '5: .inf is a number that JSON does not have.'],
  ])('%s', (step, message) => {
    expect(messages(step)[0]).toBe(message);
  });
});

describe('a key', () => {
  it('is told when it has another name without quotes', () => {
    const { configMaps, findings } = loadTektonObjects([
      {
        file: 'f',
        text: 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: c }\ndata:\n  y: a\n  "n": b\n  "on": d\n  x: e\n',
      },
    ]);
    expect(configMaps['c']).toEqual({ true: 'a', n: 'b', on: 'd', x: 'e' });
    expect(findings).toMatchObject([
      { severity: 'warning', message: 'The key y without quotes is read as "true".', place: { line: 5 } },
    ]);
  });
});
