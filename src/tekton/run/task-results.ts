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

/** What a step has written that wrote nothing. */
export const nothingWritten: Written = { results: [], contents: new Map() };

/** What a step wrote: a result that is not of its declared type is of the type that it has, and no fault. */
export async function readStepResults(
  folder: string,
  declared: readonly ResultSpec[],
  within?: string,
): Promise<Written> {
  const results: StepResult[] = [];
  const { contents, problem } = await readContents(folder, declared, within);
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
export async function readResults(
  folder: string,
  declared: readonly ResultSpec[],
  isEmbedded: boolean,
  within?: string,
): Promise<Written> {
  const results: StepResult[] = [];
  const { contents, problem } = await readContents(folder, declared, within);
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

async function readContents(
  folder: string,
  declared: readonly ResultSpec[],
  within: string | undefined,
): Promise<Pick<Written, 'contents' | 'problem'>> {
  const contents = new Map<string, string>();
  let problem: string | undefined;
  for (const { name } of declared.toSorted(byName)) {
    const file = await readResultFile(join(folder, name), name, within);
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

type Contents = ReadonlyMap<string, string>;

/** What a step reports as Tekton shows it: every result of its task and its own so far, sorted by name, as Go prints JSON. */
export function terminationMessage(task: Contents, step: Contents): string | undefined {
  const entries = [
    ...entriesOf(new Map([...task].filter(([key]) => !step.has(key))), 1),
    ...entriesOf(step, 4),
  ];
  if (entries.length === 0) return undefined;
  return printEntries(entries.sort((a, b) => (a.key < b.key ? -1 : 1)));
}

/**
 * What is lost because a step reports more than the termination message of a container may have, in the order in which Tekton's
 * entrypoint writes: every result of the task and its own, its own, or nothing but the time. Undefined when all of it fits.
 */
export function lostOfReport(
  task: Contents,
  step: Contents,
  end: ReportTimes,
): 'task' | 'step' | 'time' | undefined {
  const all = [...entriesOf(task, 1), ...entriesOf(step, 4), ...timesOf(end)];
  const isTooLarge = (count: number) =>
    Buffer.byteLength(printEntries(all.slice(0, count))) > terminationMessageLimit;
  if (isTooLarge(task.size)) return 'task';
  if (isTooLarge(task.size + step.size)) return 'step';
  return isTooLarge(all.length) ? 'time' : undefined;
}

/** The report as the entrypoint writes it: results of the task and of the step as they are declared, then the times. */
export function rawReport(
  task: Contents,
  step: Contents,
  declared: { readonly task: readonly ResultSpec[]; readonly step: readonly ResultSpec[] },
  times: ReportTimes | undefined,
): string {
  const inOrder = (contents: Contents, specs: readonly ResultSpec[]) =>
    new Map(specs.flatMap(({ name }) => (contents.has(name) ? [[name, contents.get(name)!]] : [])));
  return printEntries([
    ...entriesOf(inOrder(task, declared.task), 1),
    ...entriesOf(inOrder(step, declared.step), 4),
    ...(times ? timesOf(times) : []),
  ]);
}

/** Bytes of each result as a sidecar reports it, which is where a limit of single results counts. */
export function reportSizes(task: Contents, step: Contents, stepName: string): number[] {
  const sizeOf = (name: string, value: string, type: string) =>
    Buffer.byteLength(escapeForGo(JSON.stringify({ name, value, type })));
  return [
    ...[...task].map(([name, value]) => sizeOf(name, value, 'task')),
    ...[...step].map(([name, value]) => sizeOf(`${stepName}.${name}`, value, 'step')),
  ];
}

/** What a report has besides results; the code of a step that may fail. */
export interface ReportTimes {
  readonly startedAt: string;
  readonly exitCode?: number | undefined;
}

function timesOf({ startedAt, exitCode }: ReportTimes): Entry[] {
  return [
    { key: 'StartedAt', value: startedAt, type: 3 },
    ...(exitCode === undefined ? [] : [{ key: 'ExitCode', value: String(exitCode), type: 3 }]),
  ];
}

interface Entry {
  readonly key: string;
  readonly value: string;
  readonly type: number;
}

function entriesOf(contents: Contents, type: number): Entry[] {
  return [...contents].map(([key, value]) => ({ key, value, type }));
}

function printEntries(entries: readonly Entry[]): string {
  return escapeForGo(JSON.stringify(entries));
}

function escapeForGo(json: string): string {
  return json.replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
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
