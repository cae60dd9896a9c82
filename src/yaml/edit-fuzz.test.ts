import { fc } from '../../test/kit/fast-check.ts';
import { isDeepStrictEqual } from 'node:util';
import { expect, it } from 'vitest';
import { BitiqError } from '../model/errors.ts';
import { applyChanges } from './edit.ts';
import { parseYaml } from './source.ts';
import { readCombination, tagPath } from './values-file.ts';

const to = 'v9.9.9-9.gfffffff';
const old = (index: number) => `v1.0.${index}-1.gabc1234`;

// How a tag may be written: what is in for TAG, whether in a line of its own or inside braces.
const scalars = [
  'TAG',
  "'TAG'",
  '"TAG"',
  '&a TAG',
  '*a',
  '!!str TAG',
  '"TA\\x47"',
  '',
  '[TAG]',
  '{ x: TAG }',
];
const blocks = ['>-\n        TAG', '|-\n        TAG', '|\n        TAG', '\n        TAG', '# ü\n        TAG'];
const fillers = [
  '',
  '   ',
  '# 漢字 😀 tag: v7.7.7-7.gabc1234',
  'note: "tag: TAG"',
  'base: &a v1.0.0-1.gabc1234',
  'base: &b { pull: Always }',
  'list: [ a,b , "c" ]',
  'text: |\n  services:\n    - name: s0\n      image: { tag: TAG }',
  'text: >+\n  folded\n\n\n',
  '? complex\n: key',
  'naïve: "é\\u00e9"',
];
const bounds = ['', '---', '...', '---\nother: document', '%YAML 1.1\n---'];

const service = fc.record({
  shape: fc.constantFrom('block', 'block', 'anchored', 'flow', 'one-line'),
  scalar: fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...scalars.slice(0, 3)) },
    { weight: 1, arbitrary: fc.constantFrom(...scalars, ...blocks) },
  ),
  nameLast: fc.boolean(),
  quotedName: fc.boolean(),
  merged: fc.nat(9),
  comment: fc.constantFrom('', '', ' # tag: TAG', '\t# é'),
  blank: fc.nat(2),
});
const file = fc.record({
  services: fc.array(service, { minLength: 1, maxLength: 5 }),
  head: fc.array(fc.constantFrom(...fillers), { maxLength: 3 }),
  // The last keys say once more what an anchored image says.
  tail: fc.constantFrom(...fillers, 'again: *i', 'again: { <<: *i, pull: Always }'),
  start: fc.constantFrom(...Array<string>(20).fill(''), ...bounds),
  end: fc.constantFrom(...Array<string>(20).fill(''), ...bounds),
  eol: fc.constantFrom(...Array<string>(5).fill('\n'), ...Array<string>(5).fill('\r\n'), '\r'),
  bom: fc.boolean(),
  final: fc.boolean(),
  pick: fc.nat(4),
  /** One character anywhere that somebody typed by mistake. */
  slip: fc.oneof(
    { weight: 5, arbitrary: fc.constant(undefined) },
    {
      weight: 1,
      arbitrary: fc.record({
        at: fc.nat(600),
        text: fc.constantFrom(':', '"', "'", '\t', '-', ' ', '{', 'ü', '\u0000'),
      }),
    },
  ),
});
type File = typeof file extends fc.Arbitrary<infer T> ? T : never;

it(
  'of 10,000 fuzzed values files changes the meant scalar and no other byte, or refuses and says where',
  { timeout: 600_000 },
  () => {
    let edited = 0;
    let refused = 0;
    fc.assert(
      fc.property(file, (shape) => {
        const text = print(shape);
        const name = `s${shape.pick % shape.services.length}`;
        let result: string;
        try {
          const source = parseYaml(text, 'values.yaml');
          readCombination(source);
          const path = tagPath(source, name);
          if (path === undefined) return;
          result = applyChanges(source, [{ path, value: to }]);
        } catch (error) {
          // Anything but a refusal is a fault of ours.
          if (!(error instanceof BitiqError)) throw error;
          expect(error.place?.file).toBe('values.yaml');
          expect(error.place?.line).toBeGreaterThan(0);
          expect(error.fix).not.toBe('');
          refused++;
          return;
        }
        edited++;
        expectOneScalar(text, result, name);
      }),
      { numRuns: 10_000 },
    );
    // Neither branch may be the only one that runs.
    expect(edited).toBeGreaterThan(1000);
    expect(refused).toBeGreaterThan(1000);
  },
);

/** The bytes around one old tag are as before, and it is the value of that service's tag and of nothing else in the file. */
function expectOneScalar(before: string, after: string, name: string): void {
  const [was, is] = [read(before), read(after)];
  const image = was.services.find((each) => each.name === name)!.image;
  const places = [...before.matchAll(new RegExp(image.tag.replaceAll('.', '\\.'), 'g'))].map(
    ({ index }) => index,
  );
  const changed = places.filter(
    (at) => before.slice(0, at) + to + before.slice(at + image.tag.length) === after,
  );
  const what = `${JSON.stringify(before)}\nbecame\n${JSON.stringify(after)}`;
  expect(changed, what).toHaveLength(1);
  image.tag = to;
  expect(isDeepStrictEqual(is, was), what).toBe(true);
}

/** What a file says, each place by itself: what an alias repeats stands there twice. */
function read(text: string): { services: { name: string; image: { tag: string } }[] } {
  const said: unknown = parseYaml(text, 'values.yaml').document.toJS();
  return JSON.parse(JSON.stringify(said)) as ReturnType<typeof read>;
}

function print(shape: File): string {
  const lines = [...shape.head, 'services:'];
  shape.services.forEach((each, index) => {
    const fill = (text: string) => text.replaceAll('TAG', old(index));
    const name = each.quotedName ? `"s${index}"` : `s${index}`;
    const merge = each.merged === 0 ? '<<: *b, ' : '';
    const tag = fill(each.scalar);
    const comment = fill(each.comment);
    const anchor = each.shape === 'anchored' ? ' &i' : '';
    const block = [
      `    image:${anchor}`,
      `      repository: r/s${index}${comment}`,
      `      tag: ${tag}${comment}`,
    ];
    const image =
      each.shape === 'flow'
        ? [`    image: { ${merge}repository: "r/s${index}",   tag: ${tag} }${comment}`]
        : block;
    if (each.shape === 'one-line')
      lines.push(`  - { name: ${name}, image: { tag: ${tag}, repository: r/s${index} } }`);
    else if (each.nameLast)
      lines.push(
        ...image.map((line, i) => (i === 0 ? line.replace('    ', '  - ') : line)),
        `    name: ${name}`,
      );
    else lines.push(`  - name: ${name}${comment}`, ...image);
    for (let n = 0; n < each.blank; n++) lines.push('');
  });
  const parts = [shape.start, ...lines, shape.tail, shape.end].filter(
    (part, i, all) => part !== '' || (i > 0 && i < all.length - 1),
  );
  let text = parts.join('\n').replaceAll('\n', shape.eol) + (shape.final ? shape.eol : '');
  if (shape.slip) {
    const at = shape.slip.at % text.length;
    text = text.slice(0, at) + shape.slip.text + text.slice(at);
  }
  return (shape.bom ? '\uFEFF' : '') + text;
}
