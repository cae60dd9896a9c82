import { timingSafeEqual } from 'node:crypto';
import type { Environment } from '@marcbachmann/cel-js';
import { parse } from 'yaml';
import { canonicalHeader } from './headers.ts';
import { printGoJson } from './go-json.ts';

/** The value of a key of a Secret, when it is given. */
export type CelSecrets = (name: string, key: string) => string | undefined;

type Dictionary = Record<string, unknown>;

/** Adds the functions of Tekton Triggers and those of cel-go's strings extension that the engine lacks. */
export function celFunctions(environment: Environment, secrets: CelSecrets): Environment {
  const compare = (text: string, key: string, name: string) => isEqual(text, secrets(name, key));
  return environment
    .registerFunction('map.match(string, string): bool', (header: Dictionary, key: string, value: string) =>
      headerValues(header, key).includes(value),
    )
    .registerFunction('map.canonical(string): string', (header: Dictionary, key: string) =>
      String(headerValues(header, key)[0] ?? ''),
    )
    .registerFunction('string.truncate(int): string', (text: string, bytes: bigint) =>
      Buffer.from(text).subarray(0, Number(bytes)).toString('utf8'),
    )
    .registerFunction('string.compareSecret(string, string): bool', compare)
    .registerFunction('string.compareSecret(string, string, string): bool', compare)
    .registerFunction('string.parseJSON(): map', parseJson)
    .registerFunction('string.parseYAML(): map', parseYaml)
    .registerFunction('string.parseURL(): map', parseUrl)
    .registerFunction('map.marshalJSON(): string', (value: unknown) => printGoJson(toJson(value)))
    .registerFunction('list.marshalJSON(): string', (value: unknown) => printGoJson(toJson(value)))
    .registerFunction('list.first(): dyn', (list: readonly unknown[]) => list[0] ?? null)
    .registerFunction('list.last(): dyn', (list: readonly unknown[]) => list.at(-1) ?? null)
    .registerFunction('string.translate(string, string): string', translate)
    .registerFunction('string.replace(string, string): string', (text: string, from: string, to: string) =>
      text.replaceAll(from, () => to),
    )
    .registerFunction(
      'string.replace(string, string, int): string',
      (text: string, from: string, to: string, limit: bigint) => replaceSome(text, from, to, Number(limit)),
    )
    .registerFunction('string.charAt(int): string', (text: string, index: bigint) => {
      const chars = [...text];
      if (index < 0n || index > BigInt(chars.length)) throw new Error(`index out of range: ${index}`);
      return chars[Number(index)] ?? '';
    })
    .registerFunction('string.reverse(): string', (text: string) => [...text].reverse().join(''));
}

/** A value of the engine as plain JSON: whole numbers beyond 2^53 become texts, bytes base64. */
export function toJson(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(toJson);
  if (value instanceof Map)
    return Object.fromEntries([...value].map(([key, item]) => [String(key), toJson(item)]));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toJson(item)]));
}

function headerValues(header: Dictionary, key: string): readonly unknown[] {
  const values = Object.hasOwn(header, canonicalHeader(key)) ? header[canonicalHeader(key)] : [];
  return Array.isArray(values) ? values : [];
}

function isEqual(text: string, secret: string | undefined): boolean {
  if (secret === undefined) throw new Error('the secret is not given');
  const a = Buffer.from(text);
  const b = Buffer.from(secret);
  return a.length === b.length && timingSafeEqual(a, b);
}

function parseJson(text: string): Dictionary {
  const value: unknown = JSON.parse(text);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Dictionary;
  throw new Error('parseJSON reads objects only');
}

function parseYaml(text: string): Dictionary {
  const value: unknown = parse(text);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Dictionary;
  throw new Error('parseYAML reads objects only');
}

function parseUrl(text: string): Dictionary {
  const url = new URL(text);
  const queryStrings: Record<string, string[]> = {};
  for (const [key, value] of url.searchParams) (queryStrings[key] ??= []).push(value);
  return {
    scheme: url.protocol.slice(0, -1),
    host: url.host,
    path: url.pathname,
    rawQuery: url.search.slice(1),
    fragment: url.hash.slice(1),
    queryStrings,
    query: Object.fromEntries(Object.entries(queryStrings).map(([key, values]) => [key, values.join(',')])),
    ...(url.username ? { auth: { username: url.username, password: url.password } } : {}),
  };
}

/** Replaces by a regular expression, with Go's `$1` and `${1}` in the replacement. */
function translate(text: string, expression: string, replacement: string): string {
  return text.replace(new RegExp(expression, 'gu'), (...found: unknown[]) => {
    const names = typeof found.at(-1) === 'object' ? (found.at(-1) as Record<string, string>) : {};
    return replacement.replace(/\$(?:\{(\w+)\}|(\w+)|\$)/g, (_, braced?: string, plain?: string) => {
      const name = braced ?? plain;
      if (name === undefined) return '$';
      const group = /^\d+$/.test(name) ? found[Number(name)] : names[name];
      return typeof group === 'string' ? group : '';
    });
  });
}

function replaceSome(text: string, from: string, to: string, limit: number): string {
  if (limit < 0) return text.replaceAll(from, () => to);
  let left = limit;
  return text.replaceAll(from, (found) => (left-- > 0 ? to : found));
}
