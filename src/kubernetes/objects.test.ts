import { describe, expect, it } from 'vitest';
import { readManifests } from './objects.ts';

const two = `---
# Source: bitiq/templates/services.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  labels:
    name: wrong
  name: "first"
data:
  text: |
    apiVersion: nested
    kind: Nested
---
---
# only a comment
---
kind: ExternalSecret
apiVersion: external-secrets.io/v1
metadata: { name: second }
`;

describe('readManifests', () => {
  it('reads the head of each document, whatever its style', () => {
    expect(
      readManifests(two).map(({ apiVersion, kind, name, key }) => [apiVersion, kind, name, key]),
    ).toEqual([
      ['v1', 'ConfigMap', 'first', 'ConfigMap/first'],
      ['external-secrets.io/v1', 'ExternalSecret', 'second', 'ExternalSecret.external-secrets.io/second'],
    ]);
  });

  it('gives the whole object when it is asked for, and the same one each time', () => {
    const [first] = readManifests(two);
    expect(first?.object['data']).toEqual({ text: 'apiVersion: nested\nkind: Nested\n' });
    expect(first?.object).toBe(first?.object);
    expect(first?.text.startsWith('apiVersion: v1')).toBe(true);
  });

  it('reads the labels of an object', () => {
    expect(readManifests(two)[0]?.object.metadata.labels).toEqual({ name: 'wrong' });
  });

  it.each([
    [
      'YAML',
      'apiVersion: v1\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata:\n    name: one\n- {apiVersion: v1, kind: Pod, metadata: {name: two}}\nkind: List\nmetadata:\n  resourceVersion: ""\n',
    ],
    [
      'JSON',
      '{\n  "apiVersion": "v1",\n  "items": [\n    {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "one"}},\n    {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "two"}}\n  ],\n  "kind": "List"\n}\n',
    ],
  ])('takes a List in %s, as kubectl prints it, for its items', (_, text) => {
    const items = readManifests(text, 'objects.yaml');
    expect(items.map(({ key }) => key)).toEqual(['Pod/one', 'Pod/two']);
    expect(items.map(({ object }) => object.metadata.name)).toEqual(['one', 'two']);
    for (const item of items) expect(text).toContain(item.text);
  });

  it('tells an item of a List that is not an object at its line', () => {
    const text =
      'apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod, metadata: {name: one}}\n- {kind: Pod}\n';
    expect(() => readManifests(text, 'objects.yaml')).toThrowError(
      expect.objectContaining({ code: 'render-failed', place: { file: 'objects.yaml', line: 5 } }),
    );
  });

  it.each([
    ['an alias in itself', 'a: &a\n  b: *a\napiVersion: v1\nkind: Pod\nmetadata: { name: a }\nx: { y: 1 }\n'],
    ['a list', '- a\n- b\n'],
    ['a map without kind', 'apiVersion: v1\nmetadata: { name: a }\n'],
    ['broken YAML', 'apiVersion: v1\nkind: [\n'],
  ])('refuses %s and shows where it begins', (_, text) => {
    expect(() => readManifests(text).map(({ object }) => object)).toThrowError(
      expect.objectContaining({
        code: 'render-failed',
        message: expect.stringContaining(`| ${text.split('\n')[0]}`),
      }),
    );
  });

  it.each([
    ['a sentence', 'just words\n', 6, 'it is not a map'],
    ['broken YAML', 'apiVersion: v1\nkind: ["a\n', 8, 'Missing closing'],
  ])('says in which line of a file %s stands', (_, document, line, why) => {
    const first = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n';
    expect(() => readManifests(`${first}  name: a\n---\n${document}`, 'objects.yaml')).toThrowError(
      expect.objectContaining({
        message: expect.stringMatching(new RegExp(`A document of objects.yaml .*${why}`)),
        place: { file: 'objects.yaml', line },
      }),
    );
  });
});
