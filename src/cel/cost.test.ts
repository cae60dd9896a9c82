import { describe, expect, it } from 'vitest';
import { createPolicyCel, noLookups, toCel, type PolicyScope } from './kubernetes.ts';
import { compileStandard } from './standard.ts';
import { compileTriggerExpression } from './triggers.ts';

const cel = createPolicyCel(noLookups);
const body = { text: 'x'.repeat(200_000), list: Array.from({ length: 1000 }, (_, at) => `item ${at}`) };
const activation = { object: toCel(body) } as unknown as PolicyScope;

const policy = (expression: string) => cel.compile(expression).evaluate(activation);
const trigger = (expression: string) =>
  compileTriggerExpression(expression)({ body, header: {}, extensions: {}, requestURL: '' }, {});
const condition = (expression: string) => compileStandard(expression).evaluate({});

const ten = '[1,2,3,4,5,6,7,8,9,10]';

/** The expression in as many loops over ten items as are said. */
function looped(depth: number, loop: string, inside: string): string {
  const at = (level: number): string =>
    level === depth ? inside : `${ten}.${loop}(x${level}, ${at(level + 1)})`;
  return at(0);
}

/** A value that is made twice as large again and again. */
function doubled(times: number, first: string, twice: (name: string) => string, last: string): string {
  const at = (level: number): string =>
    level === times
      ? last.replaceAll('END', `x${level - 1}`)
      : `cel.bind(x${level}, ${level === 0 ? first : twice(`x${level - 1}`)}, ${at(level + 1)})`;
  return at(0);
}

const everywhere: readonly [what: string, expression: string][] = [
  ['loops inside of loops', looped(12, 'all', 'x0 > 0')],
  ['loops that make lists', looped(12, 'map', '1')],
  ['loops whose errors are passed over', looped(12, 'exists', '1 / 0 == 1')],
  ['an error beside what is true', `${looped(12, 'all', 'x0 > 0')} || true`],
];

const policies: readonly [what: string, expression: string][] = [
  ...everywhere,
  [
    'loops over two variables',
    looped(1, 'map', `${'[1,2,3,4,5,6,7,8,9,10].all(i, v, '.repeat(9)}v > 0${')'.repeat(9)}`),
  ],
  ['a text made twice as long', doubled(60, "'aaaaaaaaaa'", (x) => `${x} + ${x}`, "END.contains('b')")],
  ['a list made twice as long', doubled(60, '[1]', (x) => `${x} + ${x}`, 'END.size() > 0')],
  [
    'lists that hold one twice, compared',
    `${doubled(60, '[1]', (x) => `[${x}, ${x}]`, 'END')} == ${doubled(60, '[1]', (x) => `[${x}, ${x}]`, 'END')}`,
  ],
  ['lists that hold one twice, printed', doubled(60, '[1]', (x) => `[${x}, ${x}]`, "'%s'.format([END])")],
  [
    'lists that hold one twice, made flat',
    doubled(60, '[1]', (x) => `[${x}, ${x}]`, 'END.flatten(99).size() > 0'),
  ],
  ['a long range', 'lists.range(2000000000).size() > 0'],
  ['a long text at each place', "object.text.replace('', object.text).size() > 0"],
  ['a long text at each find', "regex.replace(object.text, 'x', object.text).size() > 0"],
  ['a text sought at each place', "(object.text + 'y').indexOf(object.text + 'z') > 0"],
  ['a regular expression with many states', "object.text.matches('(x{0,30}){0,30}y')"],
  ['finds that each look at all', "object.text.findAll('x(?:x*y)?').size() > 0"],
  ['each item with each other one', 'lists.range(100000).distinct().size() > 0'],
  ['the length of a long text, often', 'lists.range(1000).all(x, object.text.size() > 0)'],
];

const triggers: readonly [what: string, expression: string][] = [
  ...everywhere,
  ['a long text at each place', "body.text.replace('', body.text).size() > 0"],
  ['a long text at each find', "body.text.translate('x', body.text).size() > 0"],
  ['a text sought at each place', "(body.text + 'y').indexOf(body.text + 'z') > 0"],
  ['a sort in each turn', 'lists.range(100000).sortBy(x, lists.range(1000).size()).size() > 0'],
  ['each item with each other one', 'lists.range(100000).distinct().size() > 0'],
];

describe('an expression that would take for ever', () => {
  const wanted = /needs more than \d+ steps and was stopped: loop over fewer items/;
  it.each(policies)('is stopped in a policy: %s', (_what, expression) => {
    expect(() => policy(expression)).toThrow(wanted);
  });

  it.each(triggers)('is stopped in a trigger: %s', (_what, expression) => {
    expect(() => trigger(expression)).toThrow(wanted);
  });

  it.each(everywhere)('is stopped in a condition: %s', (_what, expression) => {
    expect(() => condition(expression)).toThrow(wanted);
  });

  it('costs the next one nothing', () => {
    expect(() => policy(looped(12, 'all', 'x0 > 0'))).toThrow(wanted);
    expect(policy(looped(3, 'all', 'x0 > 0'))).toBe(true);
  });
});

describe('what a policy does with much', () => {
  it.each([
    ['object.list.all(a, object.list.size() > 0 && a.startsWith("item"))'],
    ['object.list.distinct().size() == 1000'],
    ['object.list.exists(a, object.list.exists(b, a == b))'],
    ['object.list.all(a, a.matches("^[a-z0-9]{1,63}( [0-9]{1,63}){1,3}$"))'],
    ['object.text.replace("x", "y").size() == 200000'],
    ['object == object'],
  ])('%s', (expression) => {
    expect(policy(expression)).toBe(true);
  });
});
