import { readFileSync } from 'node:fs';
import { Optional } from '@marcbachmann/cel-js';
import { Duration, UnsignedInt } from '@marcbachmann/cel-js/evaluator';
import { describe, expect, it } from 'vitest';
import { createPolicyCel, noLookups, toCel, type PolicyScope } from '../../src/cel/kubernetes.ts';

const read = (name: string) => readFileSync(new URL(`cel/${name}`, import.meta.url), 'utf8');
const linesOf = (name: string) =>
  read(name)
    .trimEnd()
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .map((line) => line.split('\t') as [expression: string, answer: string, why?: string]);

const cel = createPolicyCel(noLookups);
const activation = {
  object: toCel(JSON.parse(read('object.json'))),
  oldObject: null,
} as unknown as PolicyScope;

describe('an expression', () => {
  it('gives what Kyverno gives for it', () => {
    const answers = linesOf('answers.tsv');
    expect(answers.length).toBeGreaterThan(900);
    expect(answers.map(([expression]) => [expression, answerTo(expression)])).toEqual(answers);
  });

  it('gives something else only where that is listed with a reason', () => {
    for (const [expression, answer, why] of linesOf('otherwise.tsv')) {
      expect(why, expression).toMatch(/\w+ \w+/);
      expect(answerTo(expression), `${expression} is not an exception any more`).not.toBe(answer);
    }
  });
});

function answerTo(expression: string): string {
  try {
    return print(cel.compile(expression).evaluate(activation));
  } catch {
    return 'error';
  }
}

/** A value with its type: `i3` an int, `u3` a uint, `d3` a double, `b…` bytes in hex, `t…` a time, `D…` nanoseconds. */
function print(value: unknown): string {
  if (typeof value === 'bigint') return `i${value}`;
  if (typeof value === 'number') return `d${value}`;
  if (typeof value === 'string') return escapeAsGo(JSON.stringify(value));
  if (typeof value === 'boolean' || value === null) return String(value);
  if (value instanceof UnsignedInt) return `u${value.valueOf()}`;
  if (value instanceof Uint8Array) return `b${Buffer.from(value).toString('hex')}`;
  if (value instanceof Date) return `t${value.toISOString()}`;
  if (value instanceof Duration) return `D${value.seconds * 1_000_000_000n + BigInt(value.nanos)}`;
  if (value instanceof Optional) return value.hasValue() ? `some(${print(value.value())})` : 'none';
  if (Array.isArray(value)) return `[${value.map(print).join(',')}]`;
  const entries =
    value instanceof Map ? [...(value as Map<unknown, unknown>)] : Object.entries(value as object);
  return `{${entries
    .map(([key, item]) => `${print(key)}:${print(item)}`)
    .sort()
    .join(',')}}`;
}

function escapeAsGo(text: string): string {
  return text.replace(/[<>&]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`);
}
