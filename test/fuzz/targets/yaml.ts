import { isDeepStrictEqual } from 'node:util';
import { isScalar, parse, visit } from 'yaml';
import { BitiqError } from '../../../src/model/errors.ts';
import { applyChanges } from '../../../src/yaml/edit.ts';
import { parseYamlDocuments } from '../../../src/yaml/parse-documents.ts';
import { parsePlainYaml } from '../../../src/yaml/parse-plain.ts';
import { readCombinationText } from '../../../src/yaml/read-quickly.ts';
import { parseYaml, type KeyPath, type YamlSource } from '../../../src/yaml/source.ts';
import { corpusOf, inputsOf, type FuzzTarget } from '../fuzz-target.ts';

const file = 'values.yaml';

/** What a reader gives, or the BitiqError that it throws. */
function orRefusal(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    if (error instanceof BitiqError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

/** The paths of the first scalars that maps and lists lead to. */
function pathsOf(source: YamlSource): KeyPath[] {
  const paths: KeyPath[] = [];
  visit(source.document, {
    Scalar: (key, _, ancestors) => {
      if (key === 'key' || ancestors.length < 2 || paths.length === 5) return;
      const path = [...ancestors, undefined].flatMap((each, at): (string | number)[] => {
        const next = ancestors[at + 1];
        if (typeof each !== 'object' || !('items' in each)) {
          const name = typeof each === 'object' && 'key' in each ? each.key : undefined;
          return isScalar(name) ? [String(name.value)] : [];
        }
        const index = (each.items as readonly unknown[]).indexOf(next);
        return next === undefined || (typeof next === 'object' && 'key' in next) ? [] : [index];
      });
      paths.push(path);
    },
  });
  return paths;
}

const seeds = corpusOf('yaml');
const words = [
  ...[
    'a',
    'b',
    'services',
    'name',
    'image',
    'tag',
    'v1.0.0',
    ': ',
    ':',
    '- ',
    '\n',
    '\n  ',
    '\n    ',
    ' ',
    '\t',
    '\r\n',
  ],
  ...[
    '{',
    '}',
    '[',
    ']',
    ', ',
    '"',
    "'",
    '|',
    '>-',
    '&a ',
    '*a',
    '<<: ',
    '!!str ',
    '? ',
    '#',
    '---\n',
    '...\n',
    '%YAML 1.1\n',
  ],
  ...[
    'yes',
    'null',
    '~',
    '0x1f',
    '1e3',
    '0o7',
    '2026-01-01',
    '__proto__',
    'constructor',
    '\uFEFF',
    '1_000',
    '.inf',
  ],
];

/** Texts of YAML: both parsers agree, and an edit changes what is meant or is refused. */
export const target: FuzzTarget = {
  name: 'yaml',
  arbitrary: inputsOf(words, seeds),
  seeds,
  cases: 150,
  run: (input) => {
    const text = input.toString('utf8');
    const plain = parsePlainYaml(text);
    if (plain !== undefined) {
      for (const version of ['1.1', '1.2'] as const)
        if (!isDeepStrictEqual(plain, parse(text, { version, logLevel: 'error' })))
          throw new Error(`the quick reader and a whole parser of YAML ${version} read other things`);
    }
    const documents = orRefusal(() => parseYamlDocuments(text, file).length);
    const combination = orRefusal(() => readCombinationText(text, file));
    const source = parseYaml(text, file);
    const edits = pathsOf(source).map((path) =>
      orRefusal(() => applyChanges(source, [{ path, value: 'v9.9.9-9.gfffffff' }])),
    );
    return [plain, documents, combination, edits];
  },
};
