import { type Document, isMap, isSeq, LineCounter, type Node, type Scalar, visit } from 'yaml';
import type { TektonFinding } from '../finding.ts';
import { Cursor, type SourceDocument } from './cursor.ts';
import { parseAllWithinLimits } from '../../yaml/parse-within-limits.ts';
import { resolvePlainScalars } from './plain-scalars.ts';

/** A file that was read: its name as it is to be shown, and its text. */
export interface SourceFile {
  readonly file: string;
  readonly text: string;
  /** False for a file whose bytes are not text in UTF-8. */
  readonly isText?: boolean | undefined;
}

/** The objects of YAML files, those of a List one by one; what cannot be read as one becomes a finding. */
export function readDocuments(files: readonly SourceFile[], findings: TektonFinding[]): Cursor[] {
  return files.flatMap(({ file, text, isText }) => {
    if (isText === false) {
      findings.push({
        code: 'tekton-invalid',
        severity: 'error',
        message: 'The file is not a text in UTF-8.',
        fix: 'Save it as UTF-8, or leave it out.',
        place: { file },
      });
      return [];
    }
    const lineCounter = new LineCounter();
    const source: SourceDocument = { file, lines: text.split('\n'), lineCounter, findings };
    const documents = parseAllWithinLimits(text, {
      ...{ lineCounter, uniqueKeys: true, prettyErrors: false },
      schema: 'failsafe',
    });
    return documents.flatMap((document) => {
      // After a fault of syntax most others are its consequences; a key that stands twice is a fault by itself.
      const errors = document.errors.filter(({ code }, index) => index === 0 || code === 'DUPLICATE_KEY');
      for (const error of errors) {
        const { line, col } = lineCounter.linePos(error.pos[0]);
        findings.push({
          code: 'tekton-invalid',
          severity: 'error',
          message: `The file is not valid YAML: ${error.message}.`,
          fix: 'Correct the YAML at this place.',
          place: { file, line, column: col, sourceLine: source.lines[line - 1] },
        });
      }
      const { withoutValue, renamedKeys } = resolvePlainScalars(document);
      const tell = (scalar: Scalar, severity: TektonFinding['severity'], message: string) => {
        const { line, col } = lineCounter.linePos(scalar.range?.[0] ?? 0);
        findings.push({
          code: 'tekton-invalid',
          severity,
          message,
          fix: 'Put it in quotes.',
          place: { file, line, column: col, sourceLine: source.lines[line - 1] },
        });
      };
      for (const scalar of withoutValue)
        tell(scalar, 'error', `${String(scalar.source)} is a number that JSON does not have.`);
      for (const scalar of renamedKeys)
        tell(
          scalar,
          'warning',
          `The key ${String(scalar.source)} without quotes is read as "${String(scalar.value)}".`,
        );
      const nested = firstKeyOfKeys(document);
      if (nested) {
        const { line, col } = lineCounter.linePos(nested.range?.[0] ?? 0);
        findings.push({
          code: 'tekton-invalid',
          severity: 'error',
          message: 'A map or a list is the key of a map here, which Kubernetes does not read.',
          fix: 'If it is a placeholder of a template such as {{ revision }}, render the template first, or put it in quotes.',
          place: { file, line, column: col, sourceLine: source.lines[line - 1] },
        });
        return [];
      }
      if (document.errors.length > 0 || document.contents === null) return [];
      return objectsOf(new Cursor(source, document.contents, ''));
    });
  });
}

/** The first map or list of a document that is a key: `{{ x }}` without quotes is a map with a map as its key. */
function firstKeyOfKeys(document: Document): Node | undefined {
  let found: Node | undefined;
  visit(document, {
    Pair(_, { key }) {
      if (!isMap(key) && !isSeq(key)) return undefined;
      found = key;
      return visit.BREAK;
    },
  });
  return found;
}

function objectsOf(document: Cursor): Cursor[] {
  if (!document.exists) return [];
  if (!document.isObject) {
    document.fault('A document of the file is not an object.', 'Write apiVersion, kind, metadata and spec.');
    return [];
  }
  const isList = document.at('apiVersion').text() === 'v1' && document.at('kind').text() === 'List';
  return isList ? document.at('items').items() : [document];
}
