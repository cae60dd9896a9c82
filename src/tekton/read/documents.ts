import { LineCounter, parseAllDocuments } from 'yaml';
import type { TektonFinding } from '../finding.ts';
import { Cursor, type SourceDocument } from './cursor.ts';
import { resolvePlainScalars } from './plain-scalars.ts';

/** A file that was read: its name as it is to be shown, and its text. */
export interface SourceFile {
  readonly file: string;
  readonly text: string;
}

/** The documents of YAML files that are objects with a kind; syntax errors become findings. */
export function readDocuments(files: readonly SourceFile[], findings: TektonFinding[]): Cursor[] {
  return files.flatMap(({ file, text }) => {
    const lineCounter = new LineCounter();
    const source: SourceDocument = { file, lines: text.split('\n'), lineCounter, findings };
    const documents = parseAllDocuments(text, {
      ...{ lineCounter, uniqueKeys: true, prettyErrors: false },
      schema: 'failsafe',
    });
    if (!Array.isArray(documents)) return [];
    return documents.flatMap((document) => {
      for (const error of document.errors) {
        const { line, col } = lineCounter.linePos(error.pos[0]);
        findings.push({
          code: 'tekton-invalid',
          severity: 'error',
          message: `The file is not valid YAML: ${error.message}.`,
          fix: 'Correct the YAML at this place.',
          place: { file, line, column: col, sourceLine: source.lines[line - 1] },
        });
      }
      for (const scalar of resolvePlainScalars(document)) {
        const { line, col } = lineCounter.linePos(scalar.range?.[0] ?? 0);
        findings.push({
          code: 'tekton-invalid',
          severity: 'error',
          message: `${String(scalar.source)} is a number that JSON does not have.`,
          fix: 'Put it in quotes.',
          place: { file, line, column: col, sourceLine: source.lines[line - 1] },
        });
      }
      if (document.errors.length > 0 || document.contents === null) return [];
      return [new Cursor(source, document.contents, '')];
    });
  });
}
