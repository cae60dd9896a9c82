import type { Environment } from '@marcbachmann/cel-js';
import { addNamespace, compareValues, isNumber } from './values.ts';

type List = readonly unknown[];

/** Adds cel-go's extension `math`. */
export function addMathFunctions(environment: Environment): void {
  const math = addNamespace(environment, 'math');
  for (const [name, sign] of [
    ['greatest', 1],
    ['least', -1],
  ] as const) {
    const choose = (values: List) => {
      if (values.length === 0) throw new Error(`math.${name}: there is no argument`);
      if (!values.every(isNumber)) throw new Error(`math.${name}: simple literal arguments must be numeric`);
      return values.reduce((best, item) => (compareValues(item, best) * sign > 0 ? item : best));
    };
    environment.registerFunction(`${math}.${name}(dyn): dyn`, (_: unknown, value: unknown) =>
      choose(Array.isArray(value) ? value : [value]),
    );
    for (let arity = 2; arity <= 12; arity++) {
      const parameters = Array(arity).fill('dyn').join(', ');
      environment.registerFunction(
        `${math}.${name}(${parameters}): dyn`,
        (_: unknown, ...values: unknown[]) => choose(values),
      );
    }
  }
  for (const [name, apply] of Object.entries({
    ceil: Math.ceil,
    floor: Math.floor,
    trunc: Math.trunc,
    abs: Math.abs,
    sign: Math.sign,
    round: (value: number) => (value < 0 ? -Math.round(-value) : Math.round(value)),
  })) {
    environment.registerFunction(`${math}.${name}(double): double`, (_: unknown, value: number) =>
      apply(value),
    );
  }
  for (const [name, test] of Object.entries({
    isNaN: Number.isNaN,
    isInf: (value: number) => Math.abs(value) === Infinity,
    isFinite: Number.isFinite,
  })) {
    environment.registerFunction(`${math}.${name}(double): bool`, (_: unknown, value: number) => test(value));
  }
  environment
    .registerFunction(`${math}.abs(int): int`, (_: unknown, value: bigint) =>
      inRange(value < 0n ? -value : value),
    )
    .registerFunction(`${math}.sign(int): int`, (_: unknown, value: bigint) =>
      value < 0n ? -1n : value > 0n ? 1n : 0n,
    )
    .registerFunction(`${math}.sqrt(double): double`, (_: unknown, value: number) => Math.sqrt(value))
    .registerFunction(`${math}.sqrt(int): double`, (_: unknown, value: bigint) => Math.sqrt(Number(value)))
    .registerFunction(`${math}.bitNot(int): int`, (_: unknown, value: bigint) => ~value);
  for (const [name, apply] of Object.entries({
    bitAnd: (a: bigint, b: bigint) => a & b,
    bitOr: (a: bigint, b: bigint) => a | b,
    bitXor: (a: bigint, b: bigint) => a ^ b,
    bitShiftLeft: (a: bigint, by: bigint) => shifted(by, () => BigInt.asIntN(64, a << by)),
    bitShiftRight: (a: bigint, by: bigint) =>
      shifted(by, () => BigInt.asIntN(64, BigInt.asUintN(64, a) >> by)),
  })) {
    environment.registerFunction(`${math}.${name}(int, int): int`, (_: unknown, a: bigint, b: bigint) =>
      apply(a, b),
    );
  }
}

function inRange(value: bigint): bigint {
  if (BigInt.asIntN(64, value) !== value) throw new Error('integer overflow');
  return value;
}

function shifted(by: bigint, shift: () => bigint): bigint {
  if (by < 0n) throw new Error(`math.bitShift: negative offset: ${by}`);
  return by > 63n ? 0n : shift();
}
