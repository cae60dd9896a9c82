import type { ErrorCode } from '../../model/error-catalogue/catalogue.ts';
import type { Finding } from '../../model/finding.ts';
import { placeOf, printKeyPath, type KeyPath, type YamlSource } from '../../yaml/source.ts';

/** A finding for each key that has another value than the one it must have; `say` makes its message of the key and what it is. */
export function checkExpected(
  source: YamlSource,
  expected: readonly (readonly [path: KeyPath, value: unknown])[],
  { code, say }: { readonly code: ErrorCode; readonly say: (key: string, is: string) => string },
): Finding[] {
  return expected.flatMap(([path, value]): Finding[] => {
    const found: unknown = source.document.getIn(path);
    if (found === value) return [];
    const is = found === undefined ? 'missing' : JSON.stringify(found);
    const message = say(printKeyPath(path), is);
    return [
      { code, severity: 'error', place: placeOf(source, path), message, fix: `It must be ${String(value)}.` },
    ];
  });
}
