import type { Environment } from '@marcbachmann/cel-js';

/** Adds `quantity` and what works with it. */
export function addQuantity(environment: Environment): void {
  const type = 'kubernetes.Quantity';
  const read = (text: string) => {
    const quantity = parseQuantity(text);
    if (quantity === undefined) throw new Error(`${JSON.stringify(text)} is not a quantity`);
    return quantity;
  };
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

const nano = 1_000_000_000n;
const form = /^([+-]?)(\d*(?:\.\d*)?)(?:([eE])([+-]?\d{1,3})|(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]))?$/;
const decimal: Record<string, number> = { n: -9, u: -6, m: -3, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const binary: Record<string, bigint> = { Ki: 10n, Mi: 20n, Gi: 30n, Ti: 40n, Pi: 50n, Ei: 60n };

/** A Kubernetes quantity such as `250m` or `64Mi`, held in billionths; what is finer is rounded away from zero, as Kubernetes does. */
class Quantity {
  readonly nanos: bigint;

  constructor(nanos: bigint) {
    this.nanos = nanos;
  }

  isWhole(): boolean {
    return this.nanos % nano === 0n;
  }

  /** Throws when it is not a whole number of 64 bits. */
  asInteger(): bigint {
    const whole = this.nanos / nano;
    if (!this.isWhole() || BigInt.asIntN(64, whole) !== whole)
      throw new Error('cannot convert value to integer');
    return whole;
  }

  asFloat(): number {
    return Number(this.nanos) / 1e9;
  }

  compare(other: Quantity): bigint {
    return this.nanos < other.nanos ? -1n : this.nanos > other.nanos ? 1n : 0n;
  }

  static fromInteger(value: bigint): Quantity {
    return new Quantity(value * nano);
  }
}

/** The quantity of a text, by the grammar of k8s.io/apimachinery's resource.Quantity; undefined for other texts. */
function parseQuantity(text: string): Quantity | undefined {
  const match = text === '' ? null : form.exec(text);
  if (!match) return undefined;
  const [, sign, digits = '', , exponent, suffix = ''] = match;
  const [whole = '', fraction = ''] = digits.split('.');
  const unscaled = BigInt(`${whole}${fraction}` || '0') << (binary[suffix] ?? 0n);
  const power = 9 - fraction.length + Number(exponent ?? decimal[suffix] ?? 0);
  const nanos = power >= 0 ? unscaled * 10n ** BigInt(power) : divideUp(unscaled, 10n ** BigInt(-power));
  return new Quantity(sign === '-' ? -nanos : nanos);
}

function divideUp(value: bigint, by: bigint): bigint {
  return (value + by - 1n) / by;
}
