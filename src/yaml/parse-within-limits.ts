import {
  isScalar,
  parseAllDocuments,
  parseDocument,
  visit,
  YAMLParseError,
  type Document,
  type DocumentOptions,
  type ParseOptions,
  type SchemaOptions,
} from 'yaml';
import { findBeyondLimits } from './limits.ts';

type Options = ParseOptions & DocumentOptions & SchemaOptions;

/** The document of a text as the library parses it; a text beyond the limits has that as its only error. */
export function parseWithinLimits(text: string, options: Options = {}): Document.Parsed {
  const beyond = beyondLimits(text, options);
  return beyond ?? withDuplicateKeys(parseDocument(text, { ...options, uniqueKeys: false }), options);
}

/** All documents of a text, as above. */
export function parseAllWithinLimits(text: string, options: Options = {}): Document.Parsed[] {
  const beyond = beyondLimits(text, options);
  if (beyond) return [beyond];
  const documents = parseAllDocuments(text, { ...options, uniqueKeys: false }) as Document.Parsed[];
  return documents.map((document) => withDuplicateKeys(document, options));
}

/** The value of a text; throws what is wrong with it. */
export function parseValueWithinLimits(text: string, options: Options = {}): unknown {
  const document = parseWithinLimits(text, { logLevel: 'error', ...options });
  const [fault] = document.errors;
  if (fault) throw fault;
  return document.toJS();
}

function beyondLimits(text: string, { lineCounter }: Options): Document.Parsed | undefined {
  const fault = findBeyondLimits(text);
  if (!fault) return undefined;
  lineCounter?.addNewLine(0);
  for (let at = text.indexOf('\n'); at >= 0 && at < fault.at; at = text.indexOf('\n', at + 1))
    lineCounter?.addNewLine(at + 1);
  const document = parseDocument('');
  document.errors.push(new YAMLParseError([fault.at, fault.at + 1], 'RESOURCE_EXHAUSTION', fault.message));
  return document;
}

/** The library compares each key of a map with all before it; a set is as quick for 100,000 keys as for ten. */
function withDuplicateKeys(document: Document.Parsed, { uniqueKeys }: Options): Document.Parsed {
  if (uniqueKeys === false || document.contents === null) return document;
  const found: YAMLParseError[] = [];
  visit(document, {
    Map: (_, { items }) => {
      const seen = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        const at = key.range?.[0] ?? 0;
        if (seen.has(key.value))
          found.push(new YAMLParseError([at, at + 1], 'DUPLICATE_KEY', 'Map keys must be unique'));
        seen.add(key.value);
      }
    },
  });
  if (found.length > 0) {
    document.errors.push(...found);
    document.errors.sort((a, b) => a.pos[0] - b.pos[0]);
  }
  return document;
}
