import { Optional, type Environment } from '@marcbachmann/cel-js';
import semver from 'semver';
import { Cidr, IpAddress, parseCidr, parseIp } from './addresses.ts';
import { NamedFormat, namedFormats } from './named-format.ts';
import { ParsedUrl, parseUrl } from './parsed-url.ts';
import { parseQuantity, Quantity } from './quantity.ts';
import { addNamespace, order, required } from './values.ts';

/** Adds what the API server gives to CEL: quantity, ip, cidr, url, format and semver (k8s.io/apiserver/pkg/cel/library). */
export function addKubernetesFunctions(environment: Environment): void {
  addQuantity(environment);
  addAddresses(environment);
  addUrl(environment);
  addFormat(environment);
  addSemver(environment);
}

function addQuantity(environment: Environment): void {
  const type = 'kubernetes.Quantity';
  const read = (text: string) => required(parseQuantity(text), `${JSON.stringify(text)} is not a quantity`);
  environment
    .registerType(type, Quantity)
    .registerFunction(`quantity(string): ${type}`, read)
    .registerFunction('isQuantity(string): bool', (text: string) => parseQuantity(text) !== undefined)
    .registerFunction(
      `${type}.isInteger(): bool`,
      (a: Quantity) =>
        a.isWhole() && BigInt.asIntN(64, a.nanos / 1_000_000_000n) === a.nanos / 1_000_000_000n,
    )
    .registerFunction(`${type}.asInteger(): int`, (a: Quantity) => a.asInteger())
    .registerFunction(`${type}.asApproximateFloat(): double`, (a: Quantity) => a.asFloat())
    .registerFunction(`sign(${type}): int`, (a: Quantity) => a.compare(new Quantity(0n)))
    .registerFunction(`${type}.compareTo(${type}): int`, (a: Quantity, b: Quantity) => a.compare(b))
    .registerFunction(`${type}.isLessThan(${type}): bool`, (a: Quantity, b: Quantity) => a.compare(b) < 0n)
    .registerFunction(`${type}.isGreaterThan(${type}): bool`, (a: Quantity, b: Quantity) => a.compare(b) > 0n)
    .registerOperator(`${type} == ${type}`, (a: Quantity, b: Quantity) => a.compare(b) === 0n);
  for (const [name, sign] of [
    ['add', 1n],
    ['sub', -1n],
  ] as const) {
    environment
      .registerFunction(
        `${type}.${name}(${type}): ${type}`,
        (a: Quantity, b: Quantity) => new Quantity(a.nanos + sign * b.nanos),
      )
      .registerFunction(
        `${type}.${name}(int): ${type}`,
        (a: Quantity, b: bigint) => new Quantity(a.nanos + sign * Quantity.fromInteger(b).nanos),
      );
  }
}

function addAddresses(environment: Environment): void {
  const readIp = (text: string) => required(parseIp(text), `${JSON.stringify(text)} is not an IP address`);
  const readCidr = (text: string) => required(parseCidr(text), `${JSON.stringify(text)} is not a CIDR`);
  const ranges: Record<string, readonly (readonly [base: string, length: number])[]> = {
    isUnspecified: [
      ['0.0.0.0', 32],
      ['::', 128],
    ],
    isLoopback: [
      ['127.0.0.0', 8],
      ['::1', 128],
    ],
    isLinkLocalMulticast: [
      ['224.0.0.0', 24],
      ['ff02::', 16],
    ],
    isLinkLocalUnicast: [
      ['169.254.0.0', 16],
      ['fe80::', 10],
    ],
  };
  const isIn = (ip: IpAddress, name: string) =>
    (ranges[name] ?? []).some(([base, length]) => ip.inRange(base, length));
  environment
    .registerType('net.IP', IpAddress)
    .registerType('net.CIDR', Cidr)
    .registerFunction(
      `${addNamespace(environment, 'ip')}.isCanonical(string): bool`,
      (_: unknown, text: string) => String(readIp(text)) === text,
    )
    .registerFunction('ip(string): net.IP', readIp)
    .registerFunction('isIP(string): bool', (text: string) => parseIp(text) !== undefined)
    .registerFunction('net.IP.family(): int', (ip: IpAddress) => BigInt(ip.family))
    .registerOperator('net.IP == net.IP', (a: IpAddress, b: IpAddress) => String(a) === String(b))
    .registerFunction(
      'net.IP.isGlobalUnicast(): bool',
      (ip: IpAddress) =>
        !['isUnspecified', 'isLoopback', 'isLinkLocalUnicast'].some((name) => isIn(ip, name)) &&
        !ip.inRange('224.0.0.0', 4) &&
        !ip.inRange('255.255.255.255', 32) &&
        !ip.inRange('ff00::', 8),
    )
    .registerFunction('cidr(string): net.CIDR', readCidr)
    .registerFunction('isCIDR(string): bool', (text: string) => parseCidr(text) !== undefined)
    .registerFunction('net.CIDR.containsIP(net.IP): bool', (a: Cidr, b: IpAddress) => a.contains(b))
    .registerFunction('net.CIDR.containsIP(string): bool', (a: Cidr, b: string) => a.contains(readIp(b)))
    .registerFunction('net.CIDR.containsCIDR(net.CIDR): bool', containsCidr)
    .registerFunction('net.CIDR.containsCIDR(string): bool', (a: Cidr, b: string) =>
      containsCidr(a, readCidr(b)),
    )
    .registerFunction('net.CIDR.ip(): net.IP', (a: Cidr) => a.ip)
    .registerFunction('net.CIDR.masked(): net.CIDR', (a: Cidr) => a.masked())
    .registerFunction('net.CIDR.prefixLength(): int', (a: Cidr) => BigInt(a.length))
    .registerOperator('net.CIDR == net.CIDR', (a: Cidr, b: Cidr) => String(a) === String(b));
  for (const name of Object.keys(ranges)) {
    environment.registerFunction(`net.IP.${name}(): bool`, (ip: IpAddress) => isIn(ip, name));
  }
}

function containsCidr(a: Cidr, b: Cidr): boolean {
  return a.length <= b.length && a.contains(b.ip);
}

function addUrl(environment: Environment): void {
  const type = 'kubernetes.URL';
  environment
    .registerType(type, ParsedUrl)
    .registerFunction(`url(string): ${type}`, (text: string) =>
      required(parseUrl(text), `${JSON.stringify(text)} is not a URL`),
    )
    .registerFunction('isURL(string): bool', (text: string) => parseUrl(text) !== undefined)
    .registerFunction(`${type}.getScheme(): string`, (url: ParsedUrl) => url.scheme)
    .registerFunction(`${type}.getHost(): string`, (url: ParsedUrl) => url.host)
    .registerFunction(`${type}.getHostname(): string`, (url: ParsedUrl) => url.hostname)
    .registerFunction(`${type}.getPort(): string`, (url: ParsedUrl) => url.port)
    .registerFunction(`${type}.getEscapedPath(): string`, (url: ParsedUrl) => url.escapedPath)
    .registerFunction(`${type}.getQuery(): map<string, list<string>>`, (url: ParsedUrl) => url.query)
    .registerOperator(`${type} == ${type}`, (a: ParsedUrl, b: ParsedUrl) => a.text === b.text);
}

function addFormat(environment: Environment): void {
  const type = 'kubernetes.NamedFormat';
  environment.registerType(type, NamedFormat);
  const space = addNamespace(environment, 'format');
  environment
    .registerFunction(`${space}.named(string): optional<${type}>`, (_: unknown, name: string) =>
      optionalOf(namedFormats.get(name)),
    )
    .registerFunction(
      `${type}.validate(string): optional<list<string>>`,
      (format: NamedFormat, text: string) => {
        const faults = format.faults(text);
        return optionalOf(faults.length === 0 ? undefined : faults);
      },
    );
  for (const [name, format] of namedFormats) {
    environment.registerFunction(`${space}.${name}(): ${type}`, () => format);
  }
}

function addSemver(environment: Environment): void {
  const type = 'kubernetes.Semver';
  const read = (text: string) =>
    required(parseVersion(text), `${JSON.stringify(text)} is not a semantic version`);
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
      (a: semver.SemVer, b: semver.SemVer) => order(a.compare(b)) < 0,
    )
    .registerFunction(
      `${type}.isGreaterThan(${type}): bool`,
      (a: semver.SemVer, b: semver.SemVer) => order(a.compare(b)) > 0,
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

function optionalOf<T>(value: T | undefined): Optional {
  return value === undefined ? Optional.none() : Optional.of(value);
}
