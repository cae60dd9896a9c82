import { fc } from '../../test/kit/fast-check.ts';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { BitiqError } from '../model/errors.ts';
import { applyChanges, planEdits } from './edit.ts';
import { parseYaml } from './source.ts';
import { tagPath } from './values-file.ts';

const file = 'values.yaml';
const to = 'v9.9.9-9.gfffffff';

function edit(text: string, service: string): string {
  const source = parseYaml(text, file);
  return applyChanges(source, [{ path: tagPath(source, service) ?? [], value: to }]);
}

const before = `# head

services:
  - name:   web   # a comment
    image: {repository: ghcr.io/x/web, tag: v1.0.0-1.gabc1234}   # flow
    note: "tag: v1.0.0-2.gabc1234"

  - name: api
    image:
        tag:    'v1.0.0-2.gabc1234'  # quoted
        repository: ghcr.io/x/api
  - image: { tag: "v1.0.0-3.gabc1234" }
    name: üñï-note
`.replace('üñï-note', 'last');

describe('a byte-exact edit', () => {
  it.each([
    ['web', 'tag: v1.0.0-1.gabc1234}', `tag: ${to}}`],
    ['api', "'v1.0.0-2.gabc1234'", `'${to}'`],
    ['last', '"v1.0.0-3.gabc1234"', `"${to}"`],
  ])('changes only the tag of %s', (service, old, fresh) => {
    expect(edit(before, service)).toBe(before.replace(old, fresh));
  });

  it('leaves an equal value, and the whole file, alone', () => {
    const source = parseYaml(before, file);
    const same = [{ path: tagPath(source, 'web')!, value: 'v1.0.0-1.gabc1234' }];
    expect(applyChanges(source, same)).toBe(before);
    expect(planEdits(source, same)).toEqual([]);
  });

  it('says where it changes what', () => {
    const source = parseYaml(before, file);
    expect(planEdits(source, [{ path: tagPath(source, 'api')!, value: to }])).toEqual([
      { path: file, keyPath: 'services[1].image.tag', line: 10, before: 'v1.0.0-2.gabc1234', after: to },
    ]);
  });

  it.each([
    [
      'an alias',
      'services:\n  - name: a\n    image: {tag: &t v1.0.0-1.gabc1234}\n  - name: b\n    image: {tag: *t}\n',
      'b',
      /alias \*t/,
    ],
    ['an anchor', 'services:\n  - name: a\n    image: {tag: &t v1.0.0-1.gabc1234}\n', 'a', /anchored as &t/],
    [
      'a tag inside of what an alias says again',
      'services:\n  - name: a\n    image: &i {tag: v1.0.0-1.gabc1234}\nagain: *i\n',
      'a',
      /an alias says it in another place/,
    ],
    [
      'a folded block',
      'services:\n  - name: a\n    image:\n      tag: >-\n        v1.0.0-1.gabc1234\n',
      'a',
      /block of several lines/,
    ],
    [
      'a tagged value',
      'services:\n  - name: a\n    image:\n      tag: !!str v1.0.0-1.gabc1234\n',
      'a',
      /carries the tag/,
    ],
  ])('refuses %s, with the place', (_, text, service, why) => {
    const refusal = catchError(() => editByIndex(text, service));
    expect(refusal.code).toBe('edit-unsupported');
    expect(refusal.message).toMatch(why);
    expect(refusal.place?.line).toBeGreaterThan(1);
  });

  it('refuses a value that would read as something else without quotes', () => {
    const source = parseYaml('a: text\n', file);
    for (const value of ['yes: no', '1.20', 'null', '', ' x', 'a #b', 'true', '0x10', '- a', 'a\nb']) {
      expect(catchError(() => applyChanges(source, [{ path: ['a'], value }])).code).toBe('edit-unsupported');
    }
  });

  it('changes nothing but the meant scalar in files of every shape', () => {
    const eol = fc.constantFrom('\n', '\r\n');
    const quote = fc.constantFrom('', "'", '"');
    const filler = fc.constantFrom(
      '',
      '# comment é ü 漢字 😀',
      '   ',
      'other: "x: y"',
      'list: [a, b,   c]',
      'text: |\n  services:\n    - tag',
    );
    const service = fc.record({ quote, comment: fc.boolean(), flow: fc.boolean(), blank: fc.nat(2) });
    const shape = fc.record({
      eol,
      bom: fc.boolean(),
      head: filler,
      services: fc.array(service, { minLength: 1, maxLength: 6 }),
      final: fc.boolean(),
      pick: fc.nat(5),
    });
    fc.assert(
      fc.property(shape, ({ eol, bom, head, services, final, pick }) => {
        const index = pick % services.length;
        const mark = (i: number) => `v1.0.${i}-1.gabc1234`;
        const lines = [...head.split('\n'), 'services:'];
        services.forEach((each, i) => {
          const tag = `${each.quote}${mark(i)}${each.quote}`;
          lines.push(`  - name: s${i}${each.comment ? ' # tag: v7.7.7-7.gabc1234' : ''}`);
          if (each.flow) lines.push(`    image: { repository: "r/s${i}",   tag: ${tag} }`);
          else
            lines.push(
              '    image:',
              `      repository: r/s${i}`,
              `      tag:   ${tag}  ${each.comment ? '# ü' : ''}`,
            );
          for (let n = 0; n < each.blank; n++) lines.push('');
        });
        const text = (bom ? '\uFEFF' : '') + lines.join(eol) + (final ? eol : '');
        const edited = edit(text, `s${index}`);
        const quoted = services[index]!.quote;
        expect(edited).toBe(
          text.replace(`tag: ${services[index]!.flow ? '' : '  '}${quoted}${mark(index)}`, (m) =>
            m.replace(mark(index), to),
          ),
        );
        expect(edited).not.toBe(text);
        expect((parse(edited) as { services: { image: { tag: string } }[] }).services[index]!.image.tag).toBe(
          to,
        );
      }),
      { numRuns: 300 },
    );
  });
});

describe('reading YAML', () => {
  it.each([
    ['a tab as indentation', 'a:\n\tb: 1\n'],
    ['a key twice', 'a: 1\na: 2\n'],
    ['two documents', 'a: 1\n---\nb: 2\n'],
    ['an open quote', 'a: "x\n'],
    ['an alias without an anchor', 'a: *x\nb: &x 1\n'],
    ['a merge of what is not a map', 'a: &x 1\nb:\n  <<: *x\n'],
    ['a document of endless aliases', `${bomb()}\n`],
  ])('refuses %s with its place', (_, text) => {
    const refusal = catchError(() => parseYaml(text, file));
    expect(refusal.code).toBe('yaml-invalid');
    expect(refusal.place?.line).toBeGreaterThan(0);
  });

  it('refuses an alias inside of what it names, which never ends', () => {
    const refusal = catchError(() => parseYaml('a: 1\nb: &b\n  c: [1, *b]\n', file));
    expect(refusal).toMatchObject({ code: 'yaml-invalid', place: { line: 3, column: 10 } });
    expect(refusal.message).toContain('inside what it names');
  });

  it('shows the merge that is at fault, and not a sound one after it', () => {
    const text = 'a: &x 1\nm: &m { k: 1 }\nb:\n  <<: *x\nc:\n  <<: [*m, *m]\n';
    expect(catchError(() => parseYaml(text, file)).place?.line).toBe(4);
    expect(() => parseYaml(text.replace('<<: *x', '<<: *m'), file)).not.toThrow();
  });
});

function editByIndex(text: string, service: string): string {
  const source = parseYaml(text, file);
  const names = (source.document.toJS() as { services: { name: string }[] }).services.map(
    (each) => each.name,
  );
  return applyChanges(source, [{ path: ['services', names.indexOf(service), 'image', 'tag'], value: to }]);
}

function catchError(run: () => unknown): BitiqError {
  try {
    run();
  } catch (error) {
    if (error instanceof BitiqError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

/** Few bytes that stand for a billion values. */
function bomb(): string {
  const lists = Array.from(
    { length: 9 },
    (_, n) => `l${n + 1}: &l${n + 1} [${Array(10).fill(`*l${n}`).join(',')}]`,
  );
  return ['l0: &l0 [x]', ...lists].join('\n');
}

describe('a key beside another', () => {
  const digest = `sha256:${'a'.repeat(64)}`;
  const change = (value: string | undefined) => [
    { path: ['services', 0, 'image', 'digest'], value, after: 'tag' },
  ];
  const apply = (text: string, value: string | undefined) =>
    applyChanges(parseYaml(text, file), change(value));
  const block = (more: string, newline = '\n') =>
    [
      'services:',
      '  - name: a',
      '    image:',
      '      tag: v1 # its tag',
      more,
      '      repository: r',
      '    port: 1',
      '',
    ]
      .filter((line, index, all) => line !== '' || index === all.length - 1)
      .join(newline);

  it.each([
    ['a block map, behind the comment', block(''), block(`      digest: ${digest}`)],
    ['CRLF', block('', '\r\n'), block(`      digest: ${digest}`, '\r\n')],
    [
      'the last line without an end',
      'services:\n  - image:\n      tag: v1',
      `services:\n  - image:\n      tag: v1\n      digest: ${digest}`,
    ],
    [
      'a flow map',
      'services: [{image: {tag: v1, a: b}}] # c\n',
      `services: [{image: {tag: v1, digest: ${digest}, a: b}}] # c\n`,
    ],
    [
      'a flow map that ends with it',
      'services: [{image: { tag: "v1" }}]',
      `services: [{image: { tag: "v1", digest: ${digest} }}]`,
    ],
  ])('comes and goes in %s, to the byte', (_, without, withIt) => {
    expect(apply(without, digest)).toBe(withIt);
    expect(apply(withIt, undefined)).toBe(without);
    expect(apply(withIt, digest)).toBe(withIt);
    expect(apply(without, undefined)).toBe(without);
    const other = `sha256:${'b'.repeat(64)}`;
    expect(apply(withIt, other)).toBe(withIt.replace(digest, other));
  });

  it('says where it comes and goes', () => {
    const keyPath = 'services[0].image.digest';
    expect(planEdits(parseYaml(block(''), file), change(digest))).toEqual([
      { path: file, keyPath, line: 5, before: '', after: digest },
    ]);
    expect(planEdits(parseYaml(block(`      digest: ${digest}`), file), change(undefined))).toEqual([
      { path: file, keyPath, line: 5, before: digest, after: '' },
    ]);
  });

  it.each([
    ['an anchored map', 'services:\n  - image: &i {tag: v1}\n  - image: *i\n'],
    ['an alias', 'x: &i {tag: v1}\nservices:\n  - image: *i\n'],
    ['no key to follow', 'services:\n  - image: {repository: r}\n'],
  ])('is refused beside %s', (_, text) => {
    expect(() => apply(text, digest)).toThrow(BitiqError);
  });

  it('moves together with its tag, in one pass', () => {
    const source = parseYaml(block(`      digest: ${digest}`), file);
    const both = [{ path: ['services', 0, 'image', 'tag'], value: 'v2' }, ...change(undefined)];
    expect(applyChanges(source, both)).toBe(block('').replace('v1', 'v2'));
  });
});
