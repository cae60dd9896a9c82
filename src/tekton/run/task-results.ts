import { join } from 'node:path';
import type { ParamType, ParamValue, ResultSpec } from '../types.ts';
import { readResultFile } from './read-result-file.ts';
import type { StepResult } from './status.ts';

/** Bytes of everything that one step reports, as Kubernetes limits a termination message. */
export const terminationMessageLimit = 4096;

/** A result that cannot be taken as it was written. */
export interface ResultFault {
  readonly reason: string;
  readonly message: string;
}

/** What a task or step wrote. */
export interface Written {
  /** The results of their declared types, sorted by name. */
  readonly results: readonly StepResult[];
  /** All of them as they were written. */
  readonly contents: ReadonlyMap<string, string>;
  readonly fault?: ResultFault | undefined;
  /** Why one of them cannot be read, which fails the step. */
  readonly problem?: string | undefined;
}

/** What a step wrote: a result that is not of its declared type is of the type that it has, and no fault. */
export function readStepResults(folder: string, declared: readonly ResultSpec[], within?: string): Written {
  const results: StepResult[] = [];
  const { contents, problem } = readContents(folder, declared, within);
  for (const { name, type } of declared.toSorted(byName)) {
    const content = contents.get(name);
    if (content === undefined) continue;
    const actual = type === 'string' ? type : typeOf(content);
    results.push({ name, type: actual, value: typed(content, actual)! });
  }
  return { results, contents, problem };
}

/**
 * The results that a task wrote, byte for byte; a missing file is a result that is absent. Of an embedded task Tekton reads
 * the declarations twice, and so shows what is missing.
 */
export function readResults(
  folder: string,
  declared: readonly ResultSpec[],
  isEmbedded: boolean,
  within?: string,
): Written {
  const results: StepResult[] = [];
  const { contents, problem } = readContents(folder, declared, within);
  const wrong: string[] = [];
  const incomplete: string[] = [];
  for (const spec of declared.toSorted(byName)) {
    const content = contents.get(spec.name);
    if (content === undefined) continue;
    const value = typed(content, spec.type);
    if (value === undefined) wrong.push(` "${spec.name}": ${typeFault(content, spec)}`);
    else {
      const missing = spec.properties.filter((property) => !Object.hasOwn(value as object, property));
      const shown = isEmbedded ? [...missing, ...missing] : missing;
      if (missing.length > 0) incomplete.push(`${spec.name}:[${shown.join(' ')}]`);
      results.push({ name: spec.name, type: spec.type, value });
    }
  }
  return { results, contents, fault: faultOf(wrong, incomplete), problem };
}

function readContents(
  folder: string,
  declared: readonly ResultSpec[],
  within: string | undefined,
): Pick<Written, 'contents' | 'problem'> {
  const contents = new Map<string, string>();
  let problem: string | undefined;
  for (const { name } of declared.toSorted(byName)) {
    const file = readResultFile(join(folder, name), name, within);
    if (file === undefined) continue;
    if ('content' in file) contents.set(name, file.content);
    else problem ??= file.problem;
  }
  return { contents, problem };
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : 1;
}

function typeFault(content: string, { type }: ResultSpec): string {
  return `task result is expected to be "${type}" type but was initialized to a different type "${typeOf(content)}"`;
}

function typeOf(content: string): ParamType {
  return (['array', 'object'] as const).find((one) => typed(content, one) !== undefined) ?? 'string';
}

/** The sentences of validateTaskRunResults. */
function faultOf(wrong: readonly string[], incomplete: readonly string[]): ResultFault | undefined {
  const reason = 'TaskRunValidationFailed';
  const start =
    "[User error] Provided results don't match declared results; may be invalid JSON or missing result";
  if (wrong.length > 0) return { reason, message: `${start} declaration: ${wrong.join(',')}` };
  if (incomplete.length === 0) return undefined;
  const what = "missing keys for these results which are required in TaskResult's properties";
  return { reason, message: `[User error] ${what} map[${incomplete.join(' ')}]` };
}

/** What a step reports as Tekton shows it: every result of its task and its own so far, sorted by name, as Go prints JSON. */
export function terminationMessage(
  task: ReadonlyMap<string, string>,
  step: ReadonlyMap<string, string>,
): string | undefined {
  const entries = [
    ...[...task].filter(([key]) => !step.has(key)).map(([key, value]) => ({ key, value, type: 1 })),
    ...[...step].map(([key, value]) => ({ key, value, type: 4 })),
  ];
  if (entries.length === 0) return undefined;
  const sorted = entries.sort((a, b) => (a.key < b.key ? -1 : 1));
  return JSON.stringify(sorted).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** How many bytes the termination message of a step has that reports these results. */
export function terminationMessageSize(results: readonly StepResult[], startedAt: string): number {
  const entries = results.map(({ name, value }) => ({
    key: name,
    value: typeof value === 'string' ? value : JSON.stringify(value),
    type: 1,
  }));
  return Buffer.byteLength(JSON.stringify([...entries, { key: 'StartedAt', value: startedAt, type: 3 }]));
}

/** Bytes of a result as it is reported. */
export function resultSize(value: ParamValue): number {
  return Buffer.byteLength(typeof value === 'string' ? value : JSON.stringify(value));
}

function typed(content: string, type: ParamType): ParamValue | undefined {
  if (type === 'string') return content;
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch {
    return undefined;
  }
  if (type === 'array') {
    return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const isText = Object.values(value).every((item) => typeof item === 'string');
  return isText ? (value as Record<string, string>) : undefined;
}
