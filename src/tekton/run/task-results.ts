import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ParamValue, ResultSpec } from '../types.ts';
import type { StepResult } from './status.ts';

/** Bytes of everything that one step reports, as Kubernetes limits a termination message. */
export const terminationMessageLimit = 4096;

/** A result that cannot be taken as it was written. */
export interface ResultFault {
  readonly reason: string;
  readonly message: string;
}

/** The results that were written, byte for byte; a missing file is a result that is absent. */
export function readResults(
  folder: string,
  declared: readonly ResultSpec[],
): [StepResult[], ResultFault | undefined] {
  const results: StepResult[] = [];
  const wrong: string[] = [];
  for (const spec of declared) {
    const content = readIfThere(join(folder, spec.name));
    if (content === undefined) continue;
    const value = typed(content, spec);
    if (value === undefined) wrong.push(spec.name);
    else results.push({ name: spec.name, type: spec.type, value });
  }
  if (wrong.length === 0) return [results, undefined];
  return [
    results,
    {
      reason: 'TaskRunValidationFailed',
      message: `Provided results don't match declared results; may be invalid JSON or missing result declaration: ${wrong.join(', ')}`,
    },
  ];
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

function typed(content: string, spec: ResultSpec): ParamValue | undefined {
  if (spec.type === 'string') return content;
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch {
    return undefined;
  }
  if (spec.type === 'array') {
    return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const object = value as Record<string, unknown>;
  if (!Object.values(object).every((item) => typeof item === 'string')) return undefined;
  return spec.properties.every((property) => property in object)
    ? (object as Record<string, string>)
    : undefined;
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
