import { fc } from '../../test/kit/fast-check.ts';
import { describe, expect, it } from 'vitest';
import { addListEntry, removeListEntries, type EntryData } from './list-entry.ts';
import { parseYaml } from './source.ts';

const file = 'holds.yaml';
const read = (text: string) => parseYaml(text, file, '1.2');
const add = (text: string, entry: EntryData) => addListEntry(read(text), 'holds', entry);
const remove = (text: string, ...indexes: number[]) => removeListEntries(read(text), 'holds', indexes);
const dataOf = (text: string) => read(text).document.toJS() as { holds: unknown[] };

const entry = { service: 'web', reason: 'it: "fails" # often', since: '2026-01-01T00:00:00Z' };

describe('an entry that is added', () => {
  it('takes the place of the brackets of an empty list', () => {
    expect(add('# head\nholds: [] # none\n\n# tail\n', entry)).toBe(
      '# head\nholds: # none\n  - service: web\n    reason: "it: \\"fails\\" # often"\n    since: 2026-01-01T00:00:00Z\n\n# tail\n',
    );
  });

  it('stands behind the last one, dashes in one column, and leaves every other byte as it is', () => {
    const text = "holds:\n- service: 'a'   # why\n\n- {service: b}   # flow\n# tail\nother: 1\n";
    expect(add(text, { service: 'web' })).toBe(text.replace('# flow\n', '# flow\n- service: web\n'));
  });

  it('comes to a list that is written as nothing, to CRLF and to a file without a last newline', () => {
    expect(add('holds:\n', { service: 'web' })).toBe('holds:\n  - service: web\n');
    expect(add('holds:\r\n  - service: a\r\n', { service: 'web' })).toBe(
      'holds:\r\n  - service: a\r\n  - service: web\r\n',
    );
    expect(add('holds:\n  - service: a', { service: 'web' })).toBe(
      'holds:\n  - service: a\n  - service: web',
    );
  });

  it('holds lists and maps', () => {
    const weekly = { days: ['Sat', 'Sun'], from: '16:00', to: '24:00' };
    const text = add('holds: []\n', { weekly });
    expect(text).toBe(
      'holds:\n  - weekly:\n      days: [Sat, Sun]\n      from: "16:00"\n      to: "24:00"\n',
    );
    expect(dataOf(text).holds).toEqual([{ weekly }]);
  });
});

describe('an entry that is removed', () => {
  const text =
    'holds: # all\n  # of Ada\n  - service: a\n    reason: |\n      two\n\n      lines\n  # of Bob\n  - reason: r # why\n    service: b\n\n# tail\n';

  it('takes its lines along and nothing else', () => {
    expect(remove(text, 0)).toBe(
      'holds: # all\n  # of Ada\n  # of Bob\n  - reason: r # why\n    service: b\n\n# tail\n',
    );
    expect(remove(text, 1)).toBe(
      'holds: # all\n  # of Ada\n  - service: a\n    reason: |\n      two\n\n      lines\n  # of Bob\n\n# tail\n',
    );
    expect(remove(text, 0, 1)).toBe('holds: [] # all\n  # of Ada\n  # of Bob\n\n# tail\n');
    expect(remove('holds:\n  - service: a\n  - service: b', 1)).toBe('holds:\n  - service: a');
  });

  it('takes the comments inside it along, which stand deeper than its dash', () => {
    const inside = 'holds:\n  - service: a\n    # until: 2027\n  - service: b\n    # by: Bob\n\n# tail\n';
    expect(remove(inside, 0)).toBe('holds:\n  - service: b\n    # by: Bob\n\n# tail\n');
    expect(remove(inside, 1)).toBe('holds:\n  - service: a\n    # until: 2027\n\n# tail\n');
    expect(add(inside, { service: 'c' })).toBe(inside.replace('Bob\n', 'Bob\n  - service: c\n'));
  });
});

it.each([
  ['holds: [{service: a}]\n', 'in brackets'],
  ['{holds: []}\n', 'not a map'],
  ['other: 1\n', 'no key holds'],
  ['holds: 1\n', 'not a list'],
  ['holds: ~\n', 'no list'],
  ['holds: &a\n  - service: a\n', 'anchored'],
  ['holds:\n  -\n    service: a\n', 'its dash'],
])('refuses %j', (text, why) => {
  expect(() => add(text, { service: 'web' })).toThrow(new RegExp(why));
});

it('leaves a file as it was when what was added is removed again, whatever the texts', () => {
  const texts = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.constantFrom('null', 'no', '1e3', '- a', 'a: b', '2026-01-01'),
  );
  const entries = fc.record({ service: texts, reason: texts, by: texts });
  const newline = fc.constantFrom('\n', '\r\n');
  const files = fc
    .tuple(fc.array(entries, { maxLength: 3 }), newline, fc.boolean())
    .map(([list, end, last]) => {
      const filled = list.reduce((text, each) => add(text, each), `# head${end}holds: []${end}`);
      return last ? filled : filled.replace(/\r?\n$/, '');
    });
  fc.assert(
    fc.property(files, entries, (text, fresh) => {
      const added = add(text, fresh);
      expect(dataOf(added).holds.at(-1)).toEqual(fresh);
      expect(dataOf(added).holds.slice(0, -1)).toEqual(dataOf(text).holds);
      expect(remove(added, dataOf(added).holds.length - 1)).toBe(text);
    }),
    { numRuns: 50 },
  );
});
