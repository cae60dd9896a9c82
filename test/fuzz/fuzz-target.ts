import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fc } from '../kit/fast-check.ts';

/** A reader of what others write, and how to make inputs for it. */
export interface FuzzTarget {
  /** As its file, and its folder below `corpus/`, are called. */
  readonly name: string;
  readonly arbitrary: fc.Arbitrary<Buffer>;
  /** The inputs of its corpus by file name, from which others are made. */
  readonly seeds: ReadonlyMap<string, Buffer>;
  /** Random cases in each run of the tests. */
  readonly cases: number;
  /** Reads an input. Gives what must be the same each time, and throws a BitiqError or what `mayThrow` knows. */
  readonly run: (input: Buffer) => unknown;
  /** Errors beside BitiqError that the reader is documented to throw. */
  readonly mayThrow?: (error: unknown) => boolean;
  /** Frees what `run` keeps. */
  readonly close?: () => Promise<void>;
}

/** The committed inputs of a target, by file name. */
export function corpusOf(name: string): ReadonlyMap<string, Buffer> {
  const folder = join(import.meta.dirname, 'corpus', name);
  const files = existsSync(folder) ? readdirSync(folder).sort() : [];
  return new Map(files.map((file) => [file, readFileSync(join(folder, file))]));
}

const longest = 8192;

/** Inputs that are words of a language in any order, changed seeds, and plain bytes. */
export function inputsOf(
  words: readonly string[],
  seeds: ReadonlyMap<string, Buffer>,
  more: readonly fc.Arbitrary<Buffer>[] = [],
): fc.Arbitrary<Buffer> {
  const bytes = fc.uint8Array({ maxLength: 12 }).map((each) => Buffer.from(each));
  const word = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...words).map((each) => Buffer.from(each)) },
    { weight: 2, arbitrary: fc.string({ unit: 'grapheme', maxLength: 5 }).map((each) => Buffer.from(each)) },
    { weight: 1, arbitrary: bytes },
  );
  const change = fc.record({
    at: fc.nat(longest),
    /** How much there is taken away or repeated. */
    length: fc.nat(12),
    times: fc.constantFrom(0, 1, 1, 2, 60),
    put: fc.oneof(word, fc.constant(Buffer.alloc(0))),
  });
  const changed = (from: fc.Arbitrary<Buffer>) =>
    fc.tuple(from, fc.array(change, { minLength: 1, maxLength: 5 })).map(([input, changes]) =>
      changes.reduce((now, { at, length, times, put }) => {
        const start = at % (now.length + 1);
        const middle = Array<Buffer>(times).fill(now.subarray(start, start + length));
        const all = [now.subarray(0, start), ...middle, put, now.subarray(start + length)];
        return Buffer.concat(all).subarray(0, longest);
      }, input),
    );
  const joined = fc.array(word, { maxLength: 25 }).map((each) => Buffer.concat(each));
  return fc.oneof(
    { weight: 4, arbitrary: joined },
    { weight: 1, arbitrary: bytes },
    { weight: 4, arbitrary: changed(fc.constantFrom(...seeds.values())) },
    ...more.flatMap((each) => [
      { weight: 4, arbitrary: each },
      { weight: 2, arbitrary: changed(each) },
    ]),
  );
}
