import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fc } from '../../test/kit/fast-check.ts';
import { parse, stringify } from 'yaml';
import { describe, expect, it } from 'vitest';
import { parsePlainYaml } from './parse-plain.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const golden = readFileSync(join(root, 'test/golden/chart/every-field.yaml'), 'utf8');

describe('parsePlainYaml', () => {
  it("reads nearly all of the chart's own documents, and as a whole parser does", () => {
    const documents = golden.split(/^---$/m).filter((text) => text.trim() !== '');
    const read = documents.map((text) => [parsePlainYaml(text), parse(text) as unknown] as const);
    for (const [fast, whole] of read) if (fast !== undefined) expect(fast).toEqual(whole);
    expect(read.filter(([fast]) => fast !== undefined).length).toBeGreaterThan(documents.length * 0.7);
  });

  it.each([
    ['a: 1\nb:\n- x\n- w\nc: z\n', { a: 1, b: ['x', 'w'], c: 'z' }],
    ['a:\n  - name: x\n    value: "1"\n  - name: w\n', { a: [{ name: 'x', value: '1' }, { name: 'w' }] }],
    ['a:\nb:\n', { a: null, b: null }],
    ['- - 1\n  - 2\n-\n  a: {}\n', [[1, 2], { a: {} }]],
    ['image: ghcr.io/acme/web:v1.0.0-1.gabc1234\n', { image: 'ghcr.io/acme/web:v1.0.0-1.gabc1234' }],
    ['cpu: 100m\nmemory: 64Mi\n', { cpu: '100m', memory: '64Mi' }],
    [
      'a: x # y\nb: "# z" # w\nc: # v\n  - 1 # u\nversion: 0.1.0\n',
      { a: 'x', b: '# z', c: [1], version: '0.1.0' },
    ],
    ['a:\n  - b: 1 # x\n    c: 2\n', { a: [{ b: 1, c: 2 }] }],
    ['# head\na: "\\u00e9 \\" #"\n\nb: x y\n', { a: 'é " #', b: 'x y' }],
  ])('reads %j', (text, value) => {
    expect(parsePlainYaml(text)).toEqual(value);
    expect(parse(text)).toEqual(value);
    expect(parse(text, { version: '1.1' })).toEqual(value);
  });

  it.each([
    ['a block scalar', 'a: |\n  x\n'],
    ['a scalar over two lines', 'a: x\n  y\n'],
    ['a quoted scalar over two lines', 'a: "x\n  y"\n'],
    ['a flow map', 'a: {b: 1}\n'],
    ['an anchor', 'a: &x 1\nb: *x\n'],
    ['a tag', 'a: !!str 1\n'],
    ['a key twice', 'a: 1\na: 2\n'],
    ['an octal number', 'a: 0o17\n'],
    ['a float', 'a: 1e3\n'],
    ['a tab', 'a:\n\t- x\n'],
    ['a word that YAML versions read differently', 'a: yes\n'],
    ['a key that is not a text', 'null: 1\n'],
    ['a key with an exponent', '1e-3: x\n'],
    ['a key of underscores', '1_000: x\n'],
    ['a binary key', '0b1: x\n'],
    ['a key that is a date', '2026-01-01: x\n'],
    ['a second document', 'a: 1\n---\nb: 2\n'],
    ['a merge key', 'a:\n  <<: x\n'],
    ['a key deeper than its siblings', 'a: 1\n  b: 2\n'],
    ['a key less deep than its siblings', '  a: 1\n b: 2\n'],
    ['a list and a map side by side', 'a:\n  - x\n  b: 1\n'],
    ['a value that is a map on one line', 'a: b: c\n'],
    ['the end of a line by carriage return', 'a: x\r\nb: y\r\n'],
    ['nothing', ''],
  ])('leaves %s to a parser', (_, text) => {
    expect(parsePlainYaml(text)).toBeUndefined();
  });

  it('never reads another value than a whole parser', () => {
    const scalar = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 12 }),
      fc.string({ unit: fc.constantFrom(...'ab01.-: #"\'[]{}&*!|>%@`,?~x\n\t\\eE+y'), maxLength: 8 }),
      fc.constantFrom('true', 'null', 'yes', '1', '0x1', '1e3', '.5', '-', '---', '100m', 'a: b', '- a', '~'),
      fc.integer(),
      fc.double({ noNaN: true }),
      fc.boolean(),
      fc.constant(null),
    );
    const key = fc.oneof(fc.stringMatching(/^[a-z][a-zA-Z.]{0,6}$/), fc.string({ maxLength: 5 }));
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small' },
        scalar,
        fc.array(tie('tree'), { maxLength: 4 }),
        fc.dictionary(key, tie('tree'), { maxKeys: 4 }),
      ),
    }));
    let read = 0;
    fc.assert(
      fc.property(tree, fc.boolean(), (value, indentSeq) => {
        const text = stringify(value, { indentSeq, lineWidth: 0 });
        const fast = parsePlainYaml(text);
        if (fast === undefined) return;
        read++;
        expect(fast).toEqual(parse(text));
        expect(fast).toEqual(parse(text, { version: '1.1' }));
      }),
      { numRuns: 1500 },
    );
    expect(read).toBeGreaterThan(50);
  });

  it('never takes for text what could be a number or a date', () => {
    const numeric = fc.string({
      unit: fc.constantFrom(...'0127_.-+eExobnaif:TZs'),
      minLength: 1,
      maxLength: 7,
    });
    const date = fc.stringMatching(
      /^20[0-9]{2}-[01]?[0-9]-[0-9]{1,2}([Tt ][0-9]{1,2}:[0-9]{2}:[0-9]{2}Z?)?$/,
    );
    const text = fc.oneof(
      { weight: 9, arbitrary: numeric },
      { weight: 1, arbitrary: date },
      { weight: 1, arbitrary: fc.constant('x') },
    );
    let read = 0;
    fc.assert(
      fc.property(text, text, (key, value) => {
        const document = `${key}: ${value}\n`;
        const fast = parsePlainYaml(document);
        if (fast === undefined) return;
        read++;
        expect(fast).toEqual(parse(document));
        expect(fast).toEqual(parse(document, { version: '1.1' }));
      }),
      { numRuns: 5000 },
    );
    expect(read).toBeGreaterThan(50);
  });

  // They are read in many versions, by every command.
  it.each([
    'bitiq.yaml',
    'helm/bitiq/Chart.yaml',
    'helm/bitiq/values-dev.yaml',
    'helm/bitiq/values-prod.yaml',
    'environments/dev/application.yaml',
    'environments/prod/application.yaml',
  ])('reads %s of this repository', (file) => {
    const text = readFileSync(join(root, file), 'utf8');
    expect(parsePlainYaml(text)).toEqual(parse(text));
  });

  it('never reads what a whole parser refuses', () => {
    const line = fc.stringMatching(/^ {0,4}(- )?([ab]:)? ?["'x1 #&:-]{0,5}$/);
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 6 }), (lines) => {
        const text = lines.join('\n');
        const fast = parsePlainYaml(text);
        if (fast === undefined) return;
        expect(fast).toEqual(parse(text));
        expect(fast).toEqual(parse(text, { version: '1.1' }));
      }),
      { numRuns: 5000 },
    );
  });
});
