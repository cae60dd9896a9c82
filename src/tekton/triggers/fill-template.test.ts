import { describe, expect, it } from 'vitest';
import { fillTemplate, fillText } from './fill-template.ts';

const fill = (resource: object, params: Record<string, string>, escapesQuotes = false) =>
  fillTemplate(
    { params: [], resources: [JSON.stringify({ apiVersion: 'v1', kind: 'X', ...resource })], escapesQuotes },
    new Map(Object.entries(params)),
    { uid: 'u-1', labels: { added: 'yes' }, namespace: 'ns' },
  )[0]!;

it('puts escaped values into texts, and labels, namespace and uid on the object', () => {
  const filled = fill(
    { metadata: { labels: { own: '$(uid)' } }, text: '<$(tt.params.a)>' },
    { a: 'line\\nquote\\"' },
  );
  expect(filled).toMatchObject({
    metadata: { namespace: 'ns', labels: { own: 'u-1', added: 'yes' } },
    text: '<line\nquote">',
  });
});

it('doubles the dollar of $( in a value, so that Pipelines does not take it for a variable', () => {
  expect(fill({ text: '$(tt.params.a) $(params.x)' }, { a: '$(params.secret)' })['text']).toBe(
    '$$(params.secret) $(params.x)',
  );
});

it('puts in nothing that could be a pattern of a replacement', () => {
  expect(fill({ text: '$(tt.params.a)' }, { a: "$& $' $1" })['text']).toBe("$& $' $1");
});

it('leaves JSON alone that breaks out of its text only by an unescaped quote, which is refused', () => {
  expect(() => fill({ text: '$(tt.params.a)' }, { a: '", "kind": "Y' })).not.toThrow();
  expect(() => fill({ text: '$(tt.params.a)' }, { a: '{"a":1}' })).toThrow();
  expect(fill({ text: '$(tt.params.a)' }, { a: '{"a":1}' }, true)['text']).toBe('{"a":1}');
});

describe('fillText', () => {
  it('changes nothing but parameters and the id, whatever the text is', () => {
    const params = new Map([['p', 'a"$(x)']]);
    expect(fillText('{broken $(tt.params.p) $(tt.params.q) $(uid)', params, false, 'id')).toBe(
      '{broken a"$$(x) $(tt.params.q) id',
    );
    expect(fillText('$(tt.params.p)', params, true, 'id')).toBe('a\\"$$(x)');
  });
});

describe('what is created', () => {
  const create = (resource: object) =>
    fillTemplate(
      { params: [], resources: [JSON.stringify(resource)], escapesQuotes: false },
      new Map([['none', '']]),
      { uid: 'u', namespace: 'of-the-trigger', labels: {} },
    )[0]!;

  it('stands in the namespace of the trigger where it names none', () => {
    for (const namespace of ['', null, 1, '$(tt.params.none)'])
      expect(create({ kind: 'K', metadata: { namespace } }).metadata['namespace']).toBe('of-the-trigger');
    expect(create({ kind: 'K' }).metadata['namespace']).toBe('of-the-trigger');
  });

  it('has a kind, and labels that are texts', () => {
    for (const kind of ['', '$(tt.params.none)'])
      expect(() => create({ kind, metadata: {} })).toThrow("Object 'Kind' is missing");
    for (const labels of [null, [], 'x', { a: 1 }])
      expect(() => create({ kind: 'K', metadata: { labels } })).toThrow('.metadata.labels accessor error');
  });
});
