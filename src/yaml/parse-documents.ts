import { LineCounter, parseAllDocuments, type Document } from 'yaml';
import { BitiqError } from '../model/errors.ts';
import { placeAtOffset, refuseHuge, type YamlSource } from './source.ts';

/** Every document of a YAML file that has content, read as `parseYaml` reads one; a fault is a `yaml-invalid` error at its place. */
export function parseYamlDocuments(text: string, file: string): YamlSource[] {
  const lines = new LineCounter();
  refuseHuge(text, file);
  const options = { lineCounter: lines, prettyErrors: false, version: '1.1', logLevel: 'error' } as const;
  const documents = parseAllDocuments(text, options) as Document.Parsed[];
  return documents.flatMap((document) => {
    const source: YamlSource = { file, text, document, lines };
    const [fault] = document.errors;
    if (!fault) return document.contents === null ? [] : [source];
    throw new BitiqError({
      code: 'yaml-invalid',
      message: `${file} is not valid YAML: ${fault.message.split('\n')[0]!.replace(/\.$/, '')}.`,
      fix: 'Correct the file at the place shown.',
      place: placeAtOffset(source, fault.pos[0]),
    });
  });
}
