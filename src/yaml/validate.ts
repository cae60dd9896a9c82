import type { z } from 'zod';
import { BitiqError } from '../model/errors.ts';
import type { ErrorCode } from '../model/error-catalogue/catalogue.ts';
import { suggestion } from '../model/did-you-mean.ts';
import type { Finding } from '../model/finding.ts';
import { placeOf, placeOfKey, printKeyPath, type YamlSource } from './source.ts';

/** Every fault of a file against a schema, each at its place; `value` when there is none. */
export type Validated<T> =
  | { readonly value: T; readonly findings: readonly [] }
  | { readonly value?: undefined; readonly findings: readonly Finding[] };

/** Checks a parsed file against a schema and gives its data or all findings with the given code. */
export function validateYaml<T extends z.ZodType>(
  source: YamlSource,
  schema: T,
  code: ErrorCode,
): Validated<z.infer<T>> {
  const parsed = schema.safeParse(source.document.toJS() ?? {});
  if (parsed.success) return { value: parsed.data, findings: [] };
  const findings = parsed.error.issues.flatMap((issue) => findingsOf(source, schema, issue, code));
  return { findings };
}

/** The data of a file, or one error that names the first fault and counts the rest. */
export function requireValid<T extends z.ZodType>(
  source: YamlSource,
  schema: T,
  code: ErrorCode,
): z.infer<T> {
  const validated = validateYaml(source, schema, code);
  if (validated.value !== undefined) return validated.value;
  const [first, ...rest] = validated.findings;
  throw new BitiqError({
    code,
    message: `${first?.message ?? `${source.file} is invalid.`}${rest.length > 0 ? ` (and ${rest.length} more in this file)` : ''}`,
    fix: first?.fix ?? 'Correct the file.',
    place: first?.place,
  });
}

function findingsOf(
  source: YamlSource,
  schema: z.ZodType,
  issue: z.core.$ZodIssue,
  code: ErrorCode,
): Finding[] {
  const path = issue.path.map((key) => (typeof key === 'symbol' ? String(key) : key));
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const place = placeOfKey(source, [...path, key]);
      const where = printKeyPath(path) || 'the top';
      return {
        code,
        severity: 'error' as const,
        place,
        message: `${source.file}: there is no key ${JSON.stringify(key)} at ${where}.`,
        fix: suggestion(key, keysAt(schema, path)),
      };
    });
  }
  return [
    {
      code,
      severity: 'error',
      place: placeOf(source, path),
      message: `${source.file}: ${printKeyPath(path) || 'the document'} ${faultOf(issue)}.`,
      fix: 'Correct the value at the place shown.',
    },
  ];
}

function faultOf(issue: z.core.$ZodIssue): string {
  const text = issue.message.replace(/^Invalid input: /, '').replace(/\.$/, '');
  if (issue.code === 'invalid_type') {
    return text.endsWith('received undefined') ? 'is missing' : `has the wrong type: ${text}`;
  }
  return /^(must|needs|is|has|stands|`)/.test(text) ? text : `is wrong: ${text}`;
}

/** The keys that a schema allows at a path; empty where it allows any. */
function keysAt(schema: z.ZodType, path: readonly (string | number)[]): string[] {
  const inner = unwrap(schema);
  const [key, ...rest] = path;
  if (key === undefined) return 'shape' in inner ? Object.keys(inner.shape as object) : [];
  if ('options' in inner) return (inner.options as z.ZodType[]).flatMap((option) => keysAt(option, path));
  const next =
    'element' in inner
      ? inner.element
      : 'shape' in inner
        ? (inner.shape as Record<string, unknown>)[key]
        : 'valueType' in inner
          ? inner.valueType
          : undefined;
  return next === undefined ? [] : keysAt(next as z.ZodType, rest);
}

function unwrap(schema: z.ZodType): z.ZodType {
  let inner = schema;
  while (('unwrap' in inner && !('element' in inner)) || 'in' in inner)
    inner = 'in' in inner ? (inner.in as z.ZodType) : (inner.unwrap as () => z.ZodType)();
  return inner;
}
