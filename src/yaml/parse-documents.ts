import { LineCounter } from 'yaml';
import { BitiqError } from '../model/errors.ts';
import { parseAllWithinLimits } from './parse-within-limits.ts';
import { placeAtOffset, type YamlSource } from './source.ts';

/** Every document of a YAML file that has content, read as `parseYaml` reads one; a fault is a `yaml-invalid` error at its place. */
export function parseYamlDocuments(text: string, file: string): YamlSource[] {
  const lines = new LineCounter();
  const options = { lineCounter: lines, prettyErrors: false, version: '1.1', logLevel: 'error' } as const;
  return parseAllWithinLimits(text, options).flatMap((document) => {
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
