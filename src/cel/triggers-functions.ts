import { timingSafeEqual } from 'node:crypto';
import type { Environment } from '@marcbachmann/cel-js';
import type { Tags } from 'yaml';
import { messageOf } from '../model/errors.ts';
import { parseWithinLimits } from '../yaml/parse-within-limits.ts';
import { parseGoJson, printGoJson } from './go-json.ts';
import { parseGoQuery, parseGoUrl } from './go-url.ts';
import { asCel, toJson } from './json-values.ts';
import { groupIndex, replaceFinds } from './regex.ts';
import { entriesOf } from './values.ts';

/** The value of a key of a Secret, when it is given. */
type CelSecrets = (name: string, key: string) => string | undefined;

type Dictionary = Record<string, unknown>;

/** Adds the functions that Tekton Triggers itself has in CEL. */
export function addTriggersFunctions(environment: Environment, secrets: CelSecrets): void {
  const compare = (text: string, key: string, name: string) => {
    const secret = secrets(name, key);
    if (secret === undefined)
      throw new Error(`failed to find secret: the key "${key}" of the Secret "${name}" is not given`);
    const [a, b] = [Buffer.from(text), Buffer.from(secret)];
    return a.length === b.length && timingSafeEqual(a, b);
  };
  environment
    .registerFunction(
      'map.match(string, string): bool',
      (header: Dictionary, key: string, value: string) => headerValue(header, key) === value,
    )
    .registerFunction('map.canonical(string): string', headerValue)
    .registerFunction('string.truncate(int): string', (text: string, bytes: bigint) => {
      if (bytes < 0n) throw new Error(`slice bounds out of range: ${bytes}`);
      return truncate(Buffer.from(text), Number(bytes));
    })
    .registerFunction('string.compareSecret(string, string): bool', compare)
    .registerFunction('string.compareSecret(string, string, string): bool', compare)
    .registerFunction('string.parseJSON(): map', (text: string) => dictionaryOf('parseJSON', parseJson(text)))
    .registerFunction('string.parseYAML(): map', (text: string) => dictionaryOf('parseYAML', parseYaml(text)))
    .registerFunction('string.parseURL(): map', (text: string) => asCel(urlMap(text)))
    .registerFunction('map.marshalJSON(): string', marshalMap)
    .registerFunction('list.marshalJSON(): string', (value: unknown) => printGoJson(toJson(value)))
    .registerFunction('list.first(): dyn', (list: readonly unknown[]) => list[0] ?? null)
    .registerFunction('list.last(): dyn', (list: readonly unknown[]) => list.at(-1) ?? null)
    .registerFunction('string.translate(string, string): string', translate);
}

/** `X-Github-Event` of `x-gitHub-event`: the name of a header as Go spells it; a name with other characters stays. */
export function canonicalHeader(name: string): string {
  if (!/^[-!#$%&'*+.^_`|~0-9A-Za-z]+$/.test(name)) return name;
  return name
    .toLowerCase()
    .replace(/(^|-)([a-z])/g, (_, dash: string, letter: string) => dash + letter.toUpperCase());
}

/** The first value of a header, however its name is spelt; empty when there is none. */
function headerValue(header: Dictionary, key: string): string {
  const name = canonicalHeader(key);
  if (!Object.values(header).every(Array.isArray)) throw new Error('failed to convert to http.Header');
  const values = Object.hasOwn(header, name) ? header[name] : [];
  return Array.isArray(values) ? String(values[0] ?? '') : '';
}

function marshalMap(map: unknown): string {
  if (entriesOf(map).some(([key]) => typeof key !== 'string'))
    throw new Error('marshalJSON takes maps whose keys are texts');
  return printGoJson(toJson(map));
}

/** The first bytes of a text; those of a character that is cut in two become U+FFFD each, as Go prints them. */
function truncate(text: Buffer, length: number): string {
  let whole = Math.min(length, text.length);
  while (whole < text.length && whole > 0 && (text[whole]! & 0xc0) === 0x80) whole--;
  const rest = Math.min(length, text.length) - whole;
  return text.subarray(0, whole).toString('utf8') + '\ufffd'.repeat(rest);
}

function parseJson(text: string): unknown {
  try {
    return parseGoJson(Buffer.from(text));
  } catch (error) {
    throw new Error(`failed to decode in parseJSON: ${messageOf(error)}`);
  }
}

/** The map that `parseURL` returns; in `query`, several values of a name are joined with a comma. */
function urlMap(text: string): Dictionary {
  const { scheme, auth, host, path, rawQuery, fragment } = parseGoUrl(text);
  const fields = [...parseGoQuery(rawQuery)];
  return {
    ...{ scheme, host, path, rawQuery, fragment },
    queryStrings: Object.fromEntries(fields),
    query: Object.fromEntries(fields.map(([name, values]) => [name, values.join(',')])),
    ...(auth && { auth }),
  };
}

/** Replaces every find, with `$1`, `$name` and `${name}` in the replacement as Go's Regexp.ReplaceAllString has them. */
function translate(text: string, pattern: string, replacement: string): string {
  return replaceFinds(text, pattern, ({ groups }) =>
    // `$$` is a dollar, the longest name counts, and a dollar that begins nothing stays.
    replacement.replace(/\$(?:\$|\{(\w+)\}|(\w+))/g, (found, braced?: string, plain?: string) => {
      if (found === '$$') return '$';
      const index = groupIndex(pattern, braced ?? plain ?? '');
      return index === undefined ? '' : (groups[index] ?? '');
    }),
  );
}

function dictionaryOf(name: string, value: unknown): Dictionary {
  if (value === null || value === undefined) return {};
  if (typeof value === 'object' && !Array.isArray(value)) return asCel(value) as Dictionary;
  throw new Error(`failed to decode in ${name}: it reads objects only`);
}

/** The first document, by the rules of YAML 1.1 that Kubernetes has: `yes` is true, 017 is 15; dates and times stay texts. */
function parseYaml(text: string): unknown {
  const [first = ''] = text.split(/^---$/m).filter((part, index) => index > 0 || part.trim() !== '');
  const document = parseWithinLimits(first, {
    version: '1.1',
    uniqueKeys: false,
    customTags: kubernetesTags,
  });
  const [problem] = document.errors;
  if (problem) throw new Error(`failed to decode in parseYAML: ${problem.message.split('\n')[0]}`);
  return asInGo(document.toJS());
}

/** The value as Kubernetes has it as JSON: bytes are texts, and there is no infinity. */
function asInGo(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (Array.isArray(value)) return value.map(asInGo);
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Error(`unsupported value: ${value}`);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asInGo(item)]));
}

function kubernetesTags(tags: Tags): Tags {
  const kept = tags.filter(
    (tag) =>
      typeof tag === 'string' || !(/timestamp/.test(tag.tag) || ('format' in tag && tag.format === 'TIME')),
  );
  return [octal, ...kept];
}

/** `0o17`, which YAML 1.1 itself has not. */
const octal: Tags[number] = {
  tag: 'tag:yaml.org,2002:int',
  default: true,
  format: 'OCT12',
  test: /^0o[0-7]+$/,
  resolve: (text: string) => Number(text),
};
