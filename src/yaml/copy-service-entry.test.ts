import { describe, expect, it } from 'vitest';
import { copyServiceEntry } from './copy-service-entry.ts';
import { setServiceValue } from './set-service-value.ts';
import { parseYaml } from './source.ts';

const source = parseYaml(
  'services:\n- name: a\n  image: {tag: v1}\n# of b\n- name: b # here\n  image: {tag: v2}\n  text: |\n    one\n\n      two\n  # at the end of b\n\n# c is next\n- name: c\n  image: {tag: v3}\n',
  'from.yaml',
);
const b =
  '# of b\n- name: b # here\n  image: {tag: v2}\n  text: |\n    one\n\n      two\n  # at the end of b\n';
const deeper = b.replace(/^(?=.)/gm, '  ');
const copy = (text: string, at: number) =>
  copyServiceEntry(parseYaml(text, 'to.yaml'), { from: source, index: 1, at });

describe('a copied entry', () => {
  it.each([
    ['in an empty list', 'x: 1\nservices: [] # none\ny: 2\n', 0, `x: 1\nservices: # none\n${deeper}y: 2\n`],
    ['in front', 'services:\n  # of z\n  - name: z\n', 0, `services:\n${deeper}\n  # of z\n  - name: z\n`],
    ['at the end', 'services:\n  - name: z\ny: 1\n', 1, `services:\n  - name: z\n\n${deeper}y: 1\n`],
    ['after a blank end', 'services:\n  - name: z\n\n', 1, `services:\n  - name: z\n\n${deeper}`],
    ['without a last line end', 'services:\n- name: z', 1, `services:\n- name: z\n\n${b}`],
    [
      'between close entries',
      'services:\n- name: y\n- name: z\n',
      1,
      `services:\n- name: y\n${b}- name: z\n`,
    ],
    [
      'between entries that are apart',
      'services:\n- name: y\n\n- name: z\n',
      1,
      `services:\n- name: y\n\n${b}\n- name: z\n`,
    ],
    [
      'where the brackets are on a line of their own',
      'services:\n  []\ny: 2\n',
      0,
      `services:\n${deeper}y: 2\n`,
    ],
    [
      'with other line ends',
      'services:\r\n- name: z\r\n',
      1,
      `services:\r\n- name: z\r\n\r\n${b.replaceAll('\n', '\r\n')}`,
    ],
  ])('stands %s, and every other byte stays', (_, text, at, wanted) => {
    expect(copy(text, at)).toBe(wanted);
  });

  it('has its dash on a line of its own, and a text that only looks like a comment', () => {
    const entry =
      '  - # b\n    name: b\n    text: |\n      # a placeholder\n      x\n    # a placeholder\n    z: 1\n';
    const from = parseYaml(`services:\n  - name: a\n${entry}`, 'from.yaml');
    const copied = copyServiceEntry(parseYaml('services:\n  []\n', 'to.yaml'), { from, index: 1, at: 0 });
    expect(copied).toBe(`services:\n${entry.replace('x\n    # a placeholder\n', 'x\n')}`);
  });

  it.each(['services: [{name: z}]\n', 'services: &all\n  - name: z\n'])(
    'is refused where the list is %j',
    (text) => {
      expect(() => copy(text, 1)).toThrow(
        expect.objectContaining({ code: 'edit-unsupported' }) as unknown as Error,
      );
    },
  );
});

describe('a setting of a service', () => {
  const entry = (more: string) =>
    `services:\n  - name: a\n    image: # of a\n      tag: v1 # the tag\n${more}`;
  const set = (text: string, setting: string[], value: number | boolean) =>
    setServiceValue(parseYaml(text, 'v.yaml'), 0, { setting, value, after: 'image' });

  it.each([
    [['replicas'], 2, '    port: 1\n', '    replicas: 2\n    port: 1\n'],
    [['replicas'], 2, '    replicas: 1 # few\n', '    replicas: 2 # few\n'],
    [['budget', 'enabled'], true, '    budget:\n      enabled: no\n', '    budget:\n      enabled: true\n'],
    [
      ['budget', 'enabled'],
      true,
      '    budget:\n      min: 1\n',
      '    budget:\n      enabled: true\n      min: 1\n',
    ],
    [['budget', 'enabled'], true, '', '    budget:\n      enabled: true\n'],
  ])('%j is %j', (setting, value, before, after) => {
    expect(set(entry(before), setting, value)).toBe(entry(after));
  });

  it('is refused where it cannot be written on a line of its own', () => {
    expect(() => set(entry('    budget: {}\n'), ['budget', 'enabled'], true)).toThrow(
      expect.objectContaining({ code: 'edit-unsupported' }) as unknown as Error,
    );
  });
});
