import { isIPv4, isIPv6 } from 'node:net';

/** An IP address as a number of 32 or 128 bits. */
export class IpAddress {
  readonly family: 4 | 6;
  readonly value: bigint;

  constructor(family: 4 | 6, value: bigint) {
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
export class Cidr {
  readonly ip: IpAddress;
  readonly length: number;

  constructor(ip: IpAddress, length: number) {
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

/** The address that a text says; undefined for none, one with a zone, and an IPv4 address written as IPv6, as in Kubernetes. */
export function parseIp(text: string): IpAddress | undefined {
  if (isIPv4(text)) return new IpAddress(4, valueOfIpv4(text));
  if (!isIPv6(text) || text.includes('%')) return undefined;
  const value = valueOfIpv6(text);
  return value >> 32n === 0xffffn ? undefined : new IpAddress(6, value);
}

/** The range that a text says, such as `10.0.0.0/8`; undefined for none. */
export function parseCidr(text: string): Cidr | undefined {
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
