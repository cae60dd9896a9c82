import { describe, expect, it } from 'vitest';
import { celProblem } from '../../cel/triggers.ts';
import { runCel } from './cel-interceptor.ts';
import { readHeaders } from './headers.ts';

const body = {
  value: 'testing',
  sha: 'ec26c3e57ca3a959ca5aad62de7213c562f8c821',
  ref: 'refs/heads/main',
  commits: 2,
  deleted: false,
  json: '{"testing":"value","number":2}',
  yaml: 'key1: value1\n',
  url: 'https://user:pass@example.com/path/to?query=search&query=results#f',
  upper: 'THIS',
  object: { string: 'value', integer: 2 },
  list: ['a', 'b'],
  none: [],
  emoji: 'é!',
};
const event = {
  raw: Buffer.from(JSON.stringify(body)),
  headers: readHeaders({ 'x-test-header': ['value', 'second'] }),
  extensions: { before: 'there' },
  url: 'https://listener.example/testing?a=b',
};
const secrets = { 'test-secret': { token: 'secrettoken' } };

/** The value of an expression, by an overlay. */
function valueOf(expression: string): unknown {
  const overlays = [{ key: 'v', expression }];
  const answer = runCel({ kind: 'cel', name: 'c', overlays }, event, { secrets });
  return 'stopped' in answer ? `stopped: ${answer.stopped}` : answer.extensions['v'];
}

function filter(expression: string): string {
  const answer = runCel({ kind: 'cel', name: 'c', filter: expression, overlays: [] }, event, { secrets });
  return 'stopped' in answer ? answer.stopped : 'passed';
}

describe('CEL of Triggers', () => {
  it.each<[string, unknown]>([
    ['body.value', 'testing'],
    ["body.value == 'testing'", true],
    ['body.sha.truncate(7)', 'ec26c3e'],
    ['body.value.truncate(45)', 'testing'],
    ['body.emoji.truncate(2)', 'é'],
    ["body.ref.split('/')", ['refs', 'heads', 'main']],
    ["body.ref.split('/')[2].truncate(2)", 'ma'],
    ["header.canonical('X-Test-Header')", 'value'],
    ["header.canonical('x-test-header')", 'value'],
    ["header.canonical('none')", ''],
    ["header.match('x-test-header', 'value')", true],
    ["header.match('x-test-header', 'second')", false],
    ["header.match('x-test-header', 'VALUE')", false],
    ['int(body.commits) + 1', 3],
    ['body.commits == 2', true],
    ['body.commits > 1 && body.commits < 3', true],
    ["'secrettoken'.compareSecret('token', 'test-secret', 'ns')", true],
    ["'nomatch'.compareSecret('token', 'test-secret')", false],
    ["body.json.parseJSON().testing == 'value'", true],
    ['body.json.parseJSON().number == body.object.integer', true],
    ["body.yaml.parseYAML().key1 == 'value1'", true],
    ['body.url.parseURL().path', '/path/to'],
    ["body.url.parseURL().query['query']", 'search,results'],
    ["body.url.parseURL().queryStrings['query']", ['search', 'results']],
    ['body.url.parseURL().auth.username', 'user'],
    ['requestURL.parseURL().path', '/testing'],
    ['body.upper.lowerAscii()', 'this'],
    ['body.object.marshalJSON()', '{"integer":2,"string":"value"}'],
    ['body.list.marshalJSON()', '["a","b"]'],
    ['body.list.first() + body.list.last()', 'ab'],
    ["body.ref.translate('^refs/heads/(.+)$', 'branch-$1')", 'branch-main'],
    ["body.ref.translate('[^a-z]+', '')", 'refsheadsmain'],
    ["body.ref.replace('refs/heads/', '')", 'main'],
    ["'a-b-c'.replace('-', '+', 1)", 'a+b-c'],
    ["'tacocat'.charAt(3) + 'ab'.reverse()", 'oba'],
    ['has(body.missing)', false],
    ["body.list.exists(x, x == 'b')", true],
    ['extensions.before', 'there'],
    ['9007199254740993', '9007199254740993'],
    ["b'hi'", 'aGk='],
  ])('%s', (expression, wanted) => {
    expect(valueOf(expression)).toEqual(wanted);
    expect(celProblem(expression)).toBeUndefined();
  });

  it.each([
    ['body.missing == 1', 'No such key: missing'],
    ['body.commits + 1', 'no such overload'],
    ["'x'.compareSecret('none', 'test-secret')", 'the key "none" of the Secret "test-secret" is not given'],
    ['body.value.parseJSON().a == 1', 'JSON'],
    ["body.ref.translate('(', '')", 'regular expression'],
    ['body.none.first()', 'null'],
    ["body.constructor == 'x'", 'No such key'],
  ])('%s stops the event: %s', (expression, message) => {
    expect(valueOf(expression)).toContain(message);
  });

  it('lets an event through only when the filter is exactly true', () => {
    expect(filter("body.ref == 'refs/heads/main' && !body.deleted")).toBe('passed');
    expect(filter("body.ref == 'x'")).toBe("expression body.ref == 'x' did not return true");
    expect(filter("'true'")).toContain('did not return true');
  });

  it('evaluates each overlay on the event as it came, and nests keys at dots', () => {
    const overlays = [
      { key: 'a.b', expression: 'body.value' },
      { key: 'a.c\\.d', expression: 'has(extensions.a)' },
      { key: '__proto__', expression: '1' },
    ];
    const answer = runCel({ kind: 'cel', name: 'c', overlays }, event, { secrets });
    expect(JSON.stringify(answer)).toBe('{"extensions":{"a":{"b":"testing","c.d":false},"__proto__":1}}');
  });

  it.each([
    ['foo == 1', 'Unknown variable: foo'],
    ["body.value = 'x'", 'Unexpected'],
    ["b'{}'.json()", "undeclared reference to 'json'"],
    ['cel.bind(x, 1, x)', "undeclared reference to 'bind'"],
  ])('%s is refused before any event: %s', (expression, message) => {
    expect(celProblem(expression)).toContain(message);
  });

  it('trims a text in one pass, however long a row of spaces is in it', () => {
    const inside = `x${' '.repeat(2_000_000)}x`;
    const overlays = [{ key: 'v', expression: `body.text.trim()` }];
    const raw = Buffer.from(JSON.stringify({ text: `\u00a0\t ${inside}\u2003\n` }));
    expect(runCel({ kind: 'cel', name: 'c', overlays }, { ...event, raw }, { secrets })).toEqual({
      extensions: { v: inside },
    });
  });

  it('does not take the name of a function inside a text for the function', () => {
    expect(celProblem("body.value == 'x.json( .split('")).toBeUndefined();
  });

  it('reads a payload whose keys are names of JavaScript', () => {
    const payload =
      '{"constructor":{"a":1},"o":{"constructor":5,"l":[{"constructor":"x"}]},"__proto__":{"y":1},"valueOf":2}';
    const value = (expression: string) => {
      const overlays = [{ key: 'v', expression }];
      const raw = Buffer.from(payload);
      const extensions = { constructor: 'e' };
      return runCel({ kind: 'cel', name: 'c', overlays }, { ...event, raw, extensions }, { secrets });
    };
    expect(value('body.constructor.a')).toEqual({ extensions: { v: 1 } });
    expect(value('body.o.l[0].constructor + extensions.constructor')).toEqual({ extensions: { v: 'xe' } });
    expect(value('has(body.__proto__.y) && !has(body.toString) && body.valueOf == 2')).toEqual({
      extensions: { v: true },
    });
    expect(value('body.marshalJSON()')).toEqual({
      extensions: {
        v: '{"__proto__":{"y":1},"constructor":{"a":1},"o":{"constructor":5,"l":[{"constructor":"x"}]},"valueOf":2}',
      },
    });
    expect(value('"http://x/?constructor=1".parseURL().query.constructor')).toEqual({
      extensions: { v: '1' },
    });
  });

  it('refuses an overlay that is not JSON', () => {
    expect(valueOf('1.0 / 0.0')).toContain('invalid Infinity value');
  });
});
