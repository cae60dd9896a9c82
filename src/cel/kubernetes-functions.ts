import type { Environment } from '@marcbachmann/cel-js';
import semver from 'semver';
import { Duration } from '@marcbachmann/cel-js/evaluator';
import { addAddresses } from './addresses.ts';
import { hostnameOf, isGoRequestUrl, parseGoQuery, parseGoRequestUrl, portOf, type GoUrl } from './go-url.ts';
import { addFormats } from './named-formats.ts';
import { addQuantity } from './quantity.ts';
import { compareValues, equalValues, LibraryValue } from './values.ts';

/** Adds what the API server gives to CEL: lists, quantity, ip, cidr, url, format and semver (k8s.io/apiserver/pkg/cel/library). */
export function addKubernetesFunctions(environment: Environment): void {
  addLists(environment);
  addQuantity(environment);
  addAddresses(environment);
  addUrl(environment);
  addFormats(environment);
  addSemver(environment);
}

type List = readonly unknown[];

function addLists(environment: Environment): void {
  const extreme = (name: string, sign: number) => (list: List) => {
    if (list.length === 0) throw new Error(`${name} called on empty list`);
    return list.reduce((best, item) => (compareValues(item, best) * sign > 0 ? item : best));
  };
  environment
    .registerFunction('list.isSorted(): bool', (list: List) =>
      list.every((item, index) => index === 0 || compareValues(list[index - 1], item) <= 0),
    )
    .registerFunction('list.sum(): dyn', sum)
    .registerFunction('list.min(): dyn', extreme('min', -1))
    .registerFunction('list.max(): dyn', extreme('max', 1))
    .registerFunction('list.indexOfGo(dyn): int', (list: List, value: unknown) =>
      BigInt(list.findIndex((item) => equalValues(item, value))),
    )
    .registerFunction('list.lastIndexOfGo(dyn): int', (list: List, value: unknown) =>
      BigInt(list.findLastIndex((item) => equalValues(item, value))),
    );
}

function sum(list: List): unknown {
  if (list.length === 0) return 0n;
  return list.reduce((total, item) => {
    if (typeof total === 'bigint' && typeof item === 'bigint') return total + item;
    if (typeof total === 'number' && typeof item === 'number') return total + item;
    if (total instanceof Duration && item instanceof Duration) return total.addDuration(item);
    throw new Error('no such overload: sum of values that cannot be added');
  });
}

/** A URL with the text that it was read from. */
class ParsedUrl extends LibraryValue {
  readonly text: string;
  readonly parts: GoUrl;

  constructor(text: string) {
    super();
    this.text = text;
    this.parts = parseGoRequestUrl(text);
  }

  toString(): string {
    return this.text;
  }
}

function addUrl(environment: Environment): void {
  const type = 'kubernetes.URL';
  environment
    .registerType(type, ParsedUrl)
    .registerFunction(`url(string): ${type}`, (text: string) => new ParsedUrl(text))
    .registerFunction('isURL(string): bool', isGoRequestUrl)
    .registerFunction(`${type}.getScheme(): string`, ({ parts }: ParsedUrl) => parts.scheme)
    .registerFunction(`${type}.getHost(): string`, ({ parts }: ParsedUrl) => parts.host)
    .registerFunction(`${type}.getHostname(): string`, ({ parts }: ParsedUrl) => hostnameOf(parts))
    .registerFunction(`${type}.getPort(): string`, ({ parts }: ParsedUrl) => portOf(parts))
    .registerFunction(`${type}.getEscapedPath(): string`, ({ parts }: ParsedUrl) => parts.escapedPath)
    .registerFunction(`${type}.getQuery(): map<string, list<string>>`, ({ parts }: ParsedUrl) =>
      parseGoQuery(parts.rawQuery),
    )
    .registerOperator(`${type} == ${type}`, (a: ParsedUrl, b: ParsedUrl) => a.text === b.text);
}

function addSemver(environment: Environment): void {
  const type = 'kubernetes.Semver';
  const read = (text: string) => {
    const version = parseVersion(text);
    if (version === undefined) throw new Error(`${JSON.stringify(text)} is not a semantic version`);
    return version;
  };
  environment
    .registerType(type, semver.SemVer)
    .registerFunction(`semver(string): ${type}`, read)
    .registerFunction(`semver(string, bool): ${type}`, (text: string, isLoose: boolean) =>
      read(isLoose ? normalizeVersion(text) : text),
    )
    .registerFunction('isSemver(string): bool', (text: string) => parseVersion(text) !== undefined)
    .registerFunction(
      'isSemver(string, bool): bool',
      (text: string, isLoose: boolean) => parseVersion(isLoose ? normalizeVersion(text) : text) !== undefined,
    )
    .registerFunction(`${type}.major(): int`, (a: semver.SemVer) => BigInt(a.major))
    .registerFunction(`${type}.minor(): int`, (a: semver.SemVer) => BigInt(a.minor))
    .registerFunction(`${type}.patch(): int`, (a: semver.SemVer) => BigInt(a.patch))
    .registerFunction(`${type}.compareTo(${type}): int`, (a: semver.SemVer, b: semver.SemVer) =>
      BigInt(a.compare(b)),
    )
    .registerFunction(
      `${type}.isLessThan(${type}): bool`,
      (a: semver.SemVer, b: semver.SemVer) => a.compare(b) < 0,
    )
    .registerFunction(
      `${type}.isGreaterThan(${type}): bool`,
      (a: semver.SemVer, b: semver.SemVer) => a.compare(b) > 0,
    )
    .registerOperator(`${type} == ${type}`, (a: semver.SemVer, b: semver.SemVer) => a.compare(b) === 0);
}

function parseVersion(text: string): semver.SemVer | undefined {
  return /^\d/.test(text) && text === text.trim() ? (semver.parse(text) ?? undefined) : undefined;
}

/** What `semver(text, true)` reads: without a leading v, zeros in front, and with what is missing filled up. */
function normalizeVersion(text: string): string {
  const parts = text.replace(/^v/, '').split('.');
  const [major = '', minor, ...rest] = parts;
  const numbers = [
    major,
    ...(minor === undefined ? [] : [minor]),
    ...(rest.length > 0 ? [rest.join('.')] : []),
  ].map((part) => part.replace(/^0+(?=\d)/, ''));
  // A version that is filled up may say nothing behind its numbers.
  if (numbers.length < 3 && /[+-]/.test(numbers.at(-1) ?? '')) return '';
  while (numbers.length < 3) numbers.push('0');
  return numbers.join('.');
}
