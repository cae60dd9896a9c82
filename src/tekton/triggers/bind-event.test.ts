import { describe, expect, it } from 'vitest';
import { bindEvent, evaluateExpression, findExpressions, relaxed } from './bind-event.ts';
import type { TriggerTemplate } from './types.ts';

const body = {
  a: 'v\r\n烈',
  empty: '',
  number: 42,
  large: 1e21,
  bool: true,
  nothing: null,
  html: '<a & "b">',
  'dotted.key': 'dot',
  'sp ace': 'space',
  list: ['', 'some', null, 3],
  numbered: { a: 3, '9': 2, '10': -0, '!': 1 },
  short: 'aü',
  inner: { deep: 1, empty: {} },
  items: [{ n: 'x' }, { n: 'y' }],
  rated: [
    { m: 'a', r: 1 },
    { m: 'b', r: 2, ok: true },
  ],
  z: { b: 1, a: '<' },
};
const template = (params: TriggerTemplate['params'] = []): TriggerTemplate => ({
  params,
  resources: [],
  escapesQuotes: false,
});
const event = {
  header: { 'X-Github-Event': 'push', 'One-Two': 'a,b' },
  body,
  extensions: { changed: { files: 'x' } },
  context: { eventID: 'id-1' },
};
const bind = (value: string, params?: TriggerTemplate['params']) =>
  bindEvent([{ name: 'p', value }], template(params), event).get('p');

describe('bindEvent', () => {
  it.each([
    ['$(body.a)', 'v\\r\\n烈'],
    ['$(.body.a)$({.body.a})$({body.a})', 'v\\r\\n烈v\\r\\n烈v\\r\\n烈'],
    ['$(body.empty)', ''],
    ['$(body.number) $(body.large) $(body.bool) $(body.nothing)', '42 1e+21 true null'],
    ['$(body.html)', '\\u003ca \\u0026 \\"b\\"\\u003e'],
    ['$(body.dotted\\.key)', 'dot'],
    ["$(body['dotted\\.key'])", 'dot'],
    ["$(body['sp\\ ace'])", 'space'],
    ['$(body.list)', '["","some",null,3]'],
    ['$(body.list[1]) $(body.list[-1])', 'some 3'],
    ['$(body.list[:2])', '["","some"]'],
    ['$(body.list[0:4:2])', '["",null]'],
    ['$(body.list[1,3])', '["some",3]'],
    ['$(body.items[*].n)', '["x","y"]'],
    ['$(body..n)', '["x","y"]'],
    ["$(body.items[?(@.n == 'y')].n)", 'y'],
    ["$(body.items[?(@.n != 'y')])", '{"n":"x"}'],
    ["$(body.items[?(@.n >= 'x')].n)", '["x","y"]'],
    ['$(body.rated[?(@.r > 1.5)].m) $(body.rated[?(@.ok)].m)', 'b b'],
    ["$(body.rated[?(@.m == 'b')].r)", '2'],
    ["$(body['a','number'])", '["v\\r\\n烈",42]'],
    ['$(body.z)', '{"a":"\\u003c","b":1}'],
    ['$(body.numbered)', '{"!":1,"10":-0,"9":2,"a":3}'],
    ["$(body.items[?(@.n == 'none')].n)", '[]'],
    ['$(body.items[?(@.none)])', '[]'],
    ['$(body.items[?(@.n[5])].n)', '["x","y"]'],
    ['$(body.list[])', ''],
    ['$(body.short.*)', '[97,195,188]'],
    ['$(body..deep)', '1'],
    ['$(body.list[?(1==1)])', '["","some",null,3]'],
    ['$(Context) $(context.EventID)', '{"eventID":"id-1"} id-1'],
    ["$(body 'quoted' 7)", '7'],
    ['start:$(header.x-github-event)//$(header.ONE-TWO)-end', 'start:push//a,b-end'],
    ['$(extensions.changed.files) $(context.eventID)', 'x id-1'],
    ['($(body.number))-$(not-closed', '(42)-$(not-closed'],
    ['$()static', 'static'],
    ['static', 'static'],
  ])('%s is %s', (value, wanted) => {
    expect(bind(value)).toBe(wanted);
  });

  it.each([
    ['$(body.missing)', 'missing is not found'],
    ['$(body.a[0])', 'not array or slice'],
    ["$(body['dotted.key'])", 'dotted is not found'],
    ["$(body['sp ace'])", 'sp is not found'],
    ['$(body["a"])', 'invalid array index'],
    ['$(body.rated[?(@.r == 1)])', 'incompatible types for comparison'],
    ["$(body.rated[?(@.m = 'a')])", 'unrecognized filter operator ='],
    ['$(body.nothing.a)', 'a is not found'],
    ['$(body....a)', 'invalid multiple recursive descent'],
    ["$(body 'a\\q')", 'invalid syntax'],
    ['$(body.list[9])', 'out of bounds'],
    ['$({.hello)', 'unexpected path string'],
    ['$(body.a})', 'unexpected path string'],
    ['$(body.list[1)', 'unterminated array'],
    ['$(body.constructor)', 'constructor is not found'],
    ['$(header.X-None)', 'X-None is not found'],
  ])('%s fails: %s', (value, message) => {
    expect(() => bind(value)).toThrow(message);
    expect(() => bind(value)).toThrow(`failed to replace JSONPath value for param p: ${value}`);
  });

  it('takes the default of the template for what is missing, in place of that expression only', () => {
    expect(bind('<$(body.missing)> $(body.number)', [{ name: 'p', default: 'd' }])).toBe('<d> 42');
  });

  it('gives the defaults of parameters that no binding has', () => {
    expect([...bindEvent([], template([{ name: 'q', default: 'd' }, { name: 'r' }]), event)]).toEqual([
      ['q', 'd'],
    ]);
  });
});

describe('an expression', () => {
  it('is the innermost of nested ones, with header names in their usual spelling', () => {
    expect(findExpressions('a$($(body.x))$(header.one-two)$(open')).toEqual([
      { original: '$(body.x)', path: 'body.x' },
      { original: '$(header.one-two)', path: 'header.One-Two' },
    ]);
  });

  it('may stand in braces and begin with a dot', () => {
    expect(['a.b', '.a.b', '{a.b}', '{.a.b}'].map(relaxed)).toEqual(Array(4).fill('a.b'));
    expect(() => relaxed('{a}{b}')).toThrow('unexpected path string');
  });

  it('must not have an index after a dot', () => {
    expect(() => evaluateExpression('body.[0]', { body: ['a'] })).toThrow(' is not found');
    expect(evaluateExpression('body[0]', { body: ['a'] })).toBe('a');
  });
});

it('refuses a path that finds more in a payload than an event may have, also where the parameter has a default', () => {
  let deep: unknown = 'x'.repeat(1000);
  for (let level = 0; level < 9000; level++) deep = { a: deep, b: [deep] };
  let chain: unknown = 1;
  for (let level = 0; level < 9000; level++) chain = { a: chain };
  const bindIn = (value: string, root: unknown) =>
    bindEvent([{ name: 'p', value }], template([{ name: 'p', default: 'none' }]), { ...event, body: root });
  expect(() => bindIn('$(body..a)', chain)).toThrow('it is longer than 33554432 characters');
  expect(() => bindIn('$(body..a)', deep)).toThrow('finds more than 500000 values');
  expect(() => bindIn('$(body..a..a..a)', chain)).toThrow('finds more than 500000 values');
});
