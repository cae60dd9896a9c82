import { isIPv4, isIPv6 } from 'node:net';
import type { Environment } from '@marcbachmann/cel-js';
import { addNamespace } from './engine.ts';
import { LibraryValue } from './values.ts';

/** Adds `ip` and `cidr` and what works with them. */
export function addAddresses(environment: Environment): void {
  const readIp = (text: string) => {
    const ip = parseIp(text);
    if (ip === undefined) throw new Error(`${JSON.stringify(text)} is not an IP address`);
    return ip;
  };
  const readCidr = (text: string) => {
    const cidr = parseCidr(text);
    if (cidr === undefined) throw new Error(`${JSON.stringify(text)} is not a CIDR`);
    return cidr;
  };
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

/** An IP address as a number of 32 or 128 bits. */
class IpAddress extends LibraryValue {
  readonly family: 4 | 6;
  readonly value: bigint;

  constructor(family: 4 | 6, value: bigint) {
    super();
    this.family = family;
    this.value = value;
  }

  /** The canonical text: RFC 5952 for version 6. */
  toString(): string {
    return this.family === 4 ? printIpv4(this.value) : printIpv6(this.value);
  }

  inRange(base: string, length: number): boolean {
    const range = parseIp(base);
    return range?.family === this.family && maskOf(this, length) === maskOf(range, length);
  }
}

/** A range of addresses, with the address as it was written. */
class Cidr extends LibraryValue {
  readonly ip: IpAddress;
  readonly length: number;

  constructor(ip: IpAddress, length: number) {
    super();
    this.ip = ip;
    this.length = length;
  }

  contains(ip: IpAddress): boolean {
    return ip.family === this.ip.family && maskOf(ip, this.length) === maskOf(this.ip, this.length);
  }

  masked(): Cidr {
    const bits = BigInt(bitsOf(this.ip.family) - this.length);
    return new Cidr(new IpAddress(this.ip.family, maskOf(this.ip, this.length) << bits), this.length);
  }

  toString(): string {
    return `${this.ip}/${this.length}`;
  }
}

/** The address of a text; undefined for other texts, one with a zone, and an IPv4 address written as IPv6, as in Kubernetes. */
function parseIp(text: string): IpAddress | undefined {
  if (isIPv4(text)) return new IpAddress(4, valueOfIpv4(text));
  if (!isIPv6(text) || text.includes('%')) return undefined;
  const value = valueOfIpv6(text);
  return value >> 32n === 0xffffn ? undefined : new IpAddress(6, value);
}

/** The range of a text such as `10.0.0.0/8`; undefined for other texts. */
function parseCidr(text: string): Cidr | undefined {
  const match = /^([^/]+)\/(0|[1-9]\d{0,2})$/.exec(text);
  const ip = match ? parseIp(match[1]!) : undefined;
  const length = Number(match?.[2]);
  return ip && length <= bitsOf(ip.family) ? new Cidr(ip, length) : undefined;
}

function bitsOf(family: 4 | 6): number {
  return family === 4 ? 32 : 128;
}

function maskOf(ip: IpAddress, length: number): bigint {
  return ip.value >> BigInt(bitsOf(ip.family) - length);
}

function valueOfIpv4(text: string): bigint {
  return text.split('.').reduce((value, part) => (value << 8n) + BigInt(part), 0n);
}

function valueOfIpv6(text: string): bigint {
  const embedded = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  if (embedded) {
    const low = valueOfIpv4(embedded[2]!);
    return valueOfIpv6(`${embedded[1]}${(low >> 16n).toString(16)}:${(low & 0xffffn).toString(16)}`);
  }
  const [head = '', tail] = text.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? [] : Array<string>(8 - left.length - right.length).fill('0');
  return [...left, ...zeros, ...right].reduce((value, part) => (value << 16n) + BigInt(`0x${part}`), 0n);
}

function printIpv4(value: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join('.');
}

function printIpv6(value: bigint): string {
  const parts = Array.from({ length: 8 }, (_, index) =>
    ((value >> BigInt(112 - index * 16)) & 0xffffn).toString(16),
  );
  let best = { start: -1, length: 1 };
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (parts[start + length] === '0') length++;
    if (length > best.length) best = { start, length };
  }
  if (best.start < 0) return parts.join(':');
  return `${parts.slice(0, best.start).join(':')}::${parts.slice(best.start + best.length).join(':')}`;
}
