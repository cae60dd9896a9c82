import type { Environment } from '@marcbachmann/cel-js';
import type { UnsignedInt } from '@marcbachmann/cel-js/evaluator';
import { addNamespace } from './engine.ts';
import { compareValues, int, numberOf, typeOf, uint } from './values.ts';

/** Adds cel-go's math extension, and its encoders, which are base64 only. */
export function addMath(environment: Environment): void {
  const math = addNamespace(environment, 'math');
  for (const [name, sign] of [
    ['greatest', 1],
    ['least', -1],
  ] as const) {
    for (let arity = 1; arity <= 12; arity++) {
      const parameters = Array<string>(arity).fill('dyn').join(', ');
      environment.registerFunction(`${math}.${name}(${parameters}): dyn`, (_: unknown, ...given: unknown[]) =>
        extremeOf(name, given, sign),
      );
    }
  }
  const add = (signature: string, apply: (...values: never[]) => unknown) =>
    environment.registerFunction(`${math}.${signature}`, (_: unknown, ...values: unknown[]) =>
      apply(...(values as never[])),
    );
  add('ceil(double): double', Math.ceil);
  add('floor(double): double', Math.floor);
  add('trunc(double): double', Math.trunc);
  add('round(double): double', round);
  add('abs(double): double', Math.abs);
  add('abs(int): int', (value: bigint) => int(value < 0n ? -value : value));
  add('abs(uint): uint', (value: UnsignedInt) => value);
  add('sign(double): double', Math.sign);
  add('sign(int): int', (value: bigint) => (value > 0n ? 1n : value < 0n ? -1n : 0n));
  add('sign(uint): uint', ({ value }: UnsignedInt) => uint(value > 0n ? 1n : 0n));
  add('isNaN(double): bool', Number.isNaN);
  add('isInf(double): bool', (value: number) => value === Infinity || value === -Infinity);
  add('isFinite(double): bool', Number.isFinite);
  add('sqrt(double): double', Math.sqrt);
  add('sqrt(int): double', (value: bigint) => Math.sqrt(Number(value)));
  add('sqrt(uint): double', ({ value }: UnsignedInt) => Math.sqrt(Number(value)));
  addBits(add);
  addBase64(environment);
}

type Add = (signature: string, apply: (...values: never[]) => unknown) => unknown;

function addBits(add: Add): void {
  const pairs: Record<string, (a: bigint, b: bigint) => bigint> = {
    bitAnd: (a, b) => a & b,
    bitOr: (a, b) => a | b,
    bitXor: (a, b) => a ^ b,
  };
  for (const [name, apply] of Object.entries(pairs)) {
    add(`${name}(int, int): int`, apply);
    add(`${name}(uint, uint): uint`, (a: UnsignedInt, b: UnsignedInt) => uint(apply(a.value, b.value)));
  }
  add('bitNot(int): int', (value: bigint) => ~value);
  add('bitNot(uint): uint', ({ value }: UnsignedInt) => uint(BigInt.asUintN(64, ~value)));
  add('bitShiftLeft(int, int): int', (value: bigint, by: bigint) =>
    shift(by, () => BigInt.asIntN(64, value << by)),
  );
  add('bitShiftLeft(uint, int): uint', ({ value }: UnsignedInt, by: bigint) =>
    uint(shift(by, () => BigInt.asUintN(64, value << by))),
  );
  add('bitShiftRight(int, int): int', (value: bigint, by: bigint) =>
    shift(by, () => BigInt.asIntN(64, BigInt.asUintN(64, value) >> by)),
  );
  add('bitShiftRight(uint, int): uint', ({ value }: UnsignedInt, by: bigint) =>
    uint(shift(by, () => value >> by)),
  );
}

function shift(by: bigint, apply: () => bigint): bigint {
  if (by < 0n) throw new Error(`math.bitShift() negative offset: ${by}`);
  return by >= 64n ? 0n : apply();
}

function extremeOf(name: string, given: readonly unknown[], sign: 1 | -1): unknown {
  const [first] = given;
  const values = given.length === 1 && Array.isArray(first) ? (first as readonly unknown[]) : given;
  if (values.length === 0) throw new Error(`math.${name}() argument must not be empty`);
  const other = values.find((value) => numberOf(value) === undefined);
  if (other !== undefined) throw new Error(`no such overload: math.${name}() of ${typeOf(other)}`);
  return values.reduce((best, value) => (compareValues(value, best) * sign > 0 ? value : best));
}

/** Half away from zero, as Go does it. */
function round(value: number): number {
  const whole = Math.trunc(value);
  return Math.abs(value - whole) >= 0.5 ? whole + Math.sign(value) : whole;
}

function addBase64(environment: Environment): void {
  const base64 = addNamespace(environment, 'base64');
  environment
    .registerFunction(`${base64}.encode(bytes): string`, (_: unknown, bytes: Uint8Array) =>
      Buffer.from(bytes).toString('base64'),
    )
    .registerFunction(`${base64}.decode(string): bytes`, (_: unknown, text: string) => {
      const digits = text.replace(/[\r\n]/g, '');
      const isWhole = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/.test(digits);
      if (!isWhole) throw new Error('illegal base64 data');
      return new Uint8Array(Buffer.from(digits, 'base64'));
    });
}
