import { fc } from '../../test/kit/fast-check.ts';
import { describe, expect, it } from 'vitest';
import { addServiceEntry, removeServiceEntry } from './service-entry.ts';
import { parseYaml } from './source.ts';

const entry = { name: 'cart', image: { repository: 'ghcr.io/acme/cart', tag: 'v0.0.0-0.g0000000' } };
const source = (text: string) => parseYaml(text, 'values-dev.yaml');

describe('an entry of services', () => {
  it('goes to the end, apart as the others are, with its comment', () => {
    const text =
      'services:\n  - name: a\n    image: x\n\n  # about b\n  - name: b\n    image: y\n\nafter: 1\n';
    expect(addServiceEntry(source(text), entry, [{ above: ['image', 'tag'], text: 'A placeholder.' }])).toBe(
      text.replace(
        'image: y\n',
        [
          'image: y',
          '',
          '  - name: cart',
          '    image:',
          '      repository: ghcr.io/acme/cart',
          '      # A placeholder.',
          '      tag: v0.0.0-0.g0000000',
          '',
        ].join('\n'),
      ),
    );
  });

  it('stands close to the others where they do', () => {
    const text = 'services:\n- name: a\n- name: b\n';
    expect(addServiceEntry(source(text), { name: 'c' })).toBe('services:\n- name: a\n- name: b\n- name: c\n');
  });

  it.each([
    [0, 'services:\n  # b\n  - name: b\n\n  # c\n  - name: c\n'],
    [1, 'services:\n  # a\n  - name: a\n\n  # c\n  - name: c\n'],
    [2, 'services:\n  # a\n  - name: a\n\n  # b\n  - name: b\n'],
  ])('takes its comment and one blank line along when number %i goes', (index, left) => {
    const text = 'services:\n  # a\n  - name: a\n\n  # b\n  - name: b\n\n  # c\n  - name: c\n';
    expect(removeServiceEntry(source(text), index)).toBe(left);
  });

  it('leaves, when it is removed again, every byte as it was before it was added', () => {
    const newline = fc.constantFrom('\n', '\r\n');
    const entries = fc.array(
      fc.record({
        comment: fc.constantFrom('', '# why', '# two\n# lines'),
        body: fc.constantFrom(
          '',
          'image:\n  tag: v1 # its tag',
          'env:\n  # inside\n  A: "1"',
          'list:\n  - 1\n  - 2',
          'image: x\n# update: { range: ~1 }',
          'image: x\n\n# below',
        ),
        apart: fc.boolean(),
      }),
      { maxLength: 4 },
    );
    fc.assert(
      fc.property(
        entries,
        newline,
        fc.constantFrom(0, 2, 4),
        fc.boolean(),
        fc.boolean(),
        fc.boolean(),
        (list, nl, indent, before, after, end) => {
          const pad = ' '.repeat(indent);
          const lines = [
            ...(before ? ['# a file', 'environment: dev', ''] : []),
            list.length === 0 ? 'services: []' : 'services:',
          ];
          for (const [index, { comment, body, apart }] of list.entries()) {
            if (apart && index > 0) lines.push('');
            if (comment !== '') lines.push(...comment.split('\n').map((line) => pad + line));
            lines.push(`${pad}- name: s${index}`);
            if (body !== '') lines.push(...body.split('\n').map((line) => `${pad}  ${line}`));
          }
          if (after) lines.push('', '# the end', 'after: 1');
          const text = lines.join(nl) + (end ? nl : '');
          const added = addServiceEntry(source(text), entry, [
            { above: ['image', 'tag'], text: 'A placeholder.' },
          ]);
          expect(parseYaml(added, 'f').document.getIn(['services', list.length, 'image', 'tag'])).toBe(
            entry.image.tag,
          );
          expect(removeServiceEntry(source(added), list.length)).toBe(text);
        },
      ),
      { numRuns: 500 },
    );
  });
});
