import { parseParamReference, variablesOf } from '../substitution/variables.ts';
import type { ParamSpec, TaskSpec } from '../types.ts';
import { closest } from '../../model/did-you-mean.ts';
import type { Cursor } from './cursor.ts';

/** What an embedded task may use of what is around it; `unknown` when that is not known yet. */
export interface Inherited {
  readonly params: readonly ParamSpec[] | 'unknown';
  readonly workspaces: readonly { readonly name: string }[];
  /** What the pipeline gives to this task, which its volumes may use without a declaration. */
  readonly given?: readonly ParamSpec[] | undefined;
}

/**
 * Reports variables of a task that name an undeclared parameter, result or workspace. Every other unknown `$(…)` stays as it is, as in Tekton, because a shell writes its commands so.
 */
export function checkTaskVariables(task: Cursor, spec: TaskSpec, inherited: Inherited): void {
  const params = [...spec.params, ...(inherited.params === 'unknown' ? [] : inherited.params)];
  const workspaces = [...spec.workspaces, ...inherited.workspaces];
  const inVolumes = [...params, ...(inherited.given ?? [])];
  for (const part of ['steps', 'stepTemplate', 'sidecars', 'volumes']) {
    for (const [cursor, text] of task.at(part).scalars()) {
      for (const key of variablesOf(text)) {
        if (inherited.params !== 'unknown') checkParam(cursor, key, part === 'volumes' ? inVolumes : params);
        checkNamed(cursor, key, /^results\.([^.]+)\.path$/, 'result', spec.results);
        checkNamed(
          cursor,
          key,
          /^workspaces\.([^.]+)\.(?:path|bound|claim|volume)$/,
          'workspace',
          workspaces,
        );
        checkStepResult(cursor, key, spec);
        checkTaskContext(cursor, key);
        checkArtifact(cursor, key);
      }
      checkWholeValues(cursor, text, params);
    }
  }
}

/** Reports a variable that names a parameter, or a key of one, which is not there. */
export function checkParam(cursor: Cursor, key: string, params: readonly ParamSpec[]): void {
  const reference = parseParamReference(key);
  if (!reference) return;
  const all = params.filter((param) => param.name === reference.name);
  const [found] = all;
  if (!found) {
    const meant = closest(
      reference.name,
      params.map((param) => param.name),
    );
    cursor.fault(
      `$(${key}) names the parameter "${reference.name}", which is not declared.`,
      meant ? `Did you mean "${meant}"?` : `Declare "${reference.name}" under params.`,
    );
  } else if (reference.key !== undefined && found.type !== 'object') {
    cursor.fault(
      `$(${key}) takes a key of the parameter "${found.name}", which is of type ${found.type}.`,
      'Write $(params["…"]) when the dot belongs to the name.',
    );
  } else if (reference.key !== undefined && !all.some((param) => param.properties.includes(reference.key!))) {
    cursor.fault(
      `The parameter "${found.name}" has no property "${reference.key}".`,
      'Declare it under properties.',
    );
  }
}

/** Reports a whole array or object inside a text. */
export function checkWholeValues(cursor: Cursor, text: string, params: readonly ParamSpec[]): void {
  for (const key of variablesOf(text)) {
    const reference = parseParamReference(key);
    const type = params.find((param) => param.name === reference?.name)?.type;
    const isWhole =
      reference?.key === undefined && (reference?.index === '*' || reference?.index === undefined);
    if (!isWhole || type === undefined || type === 'string') continue;
    const standsAlone = text === `$(${key})`;
    if (type === 'array' && standsAlone && /\.(args|command|values)\[\d+\]$/.test(cursor.path)) continue;
    if (standsAlone && /\.params\[\d+\]\.value$/.test(cursor.path)) continue;
    if (type === 'array' && standsAlone && /\.params\[\d+\]\.value\[\d+\]$/.test(cursor.path)) continue;
    cursor.fault(
      `$(${key}) is a whole ${type}, which cannot stand inside a text.`,
      type === 'array' ? 'Give it as an item of args of its own, $(params.x[*]).' : 'Take one of its keys.',
    );
  }
}

function checkNamed(
  cursor: Cursor,
  key: string,
  pattern: RegExp,
  kind: string,
  declared: readonly { readonly name: string }[],
): void {
  const name = pattern.exec(key)?.[1];
  if (name === undefined || declared.some((item) => item.name === name)) return;
  const meant = closest(
    name,
    declared.map((item) => item.name),
  );
  cursor.fault(
    `$(${key}) names the ${kind} "${name}", which is not declared.`,
    meant ? `Did you mean "${meant}"?` : `Declare "${name}" under ${kind}s.`,
  );
}

/** A step writes only results that it declares. */
function checkStepResult(cursor: Cursor, key: string, { steps }: TaskSpec): void {
  const at = /\bsteps\[(\d+)\]\.script$/.exec(cursor.path)?.[1];
  const step = at === undefined ? undefined : steps[Number(at)];
  if (!step || step.results.length === 0) return;
  checkNamed(cursor, key, /^step\.results\.([^.]+)\.path$/, 'result', step.results);
  const ofTask = /^results\.([^.]+)\.path$/.exec(key)?.[1];
  if (ofTask !== undefined && !step.results.some(({ name }) => name === ofTask)) {
    cursor.fault(
      `$(${key}) is not a result of the step, and Tekton allows none of the task in the script of a step that has results.`,
      'Write it in another step, or give the result of the task the value $(steps.<step>.results.<result>).',
    );
  }
}

const artifact =
  /^(inputs|outputs)\.artifacts|^(steps|step|tasks)\.[^.]*\.?artifacts|^artifacts\.|^(steps|tasks)\.[^.]+\.(inputs|outputs)\.[^.]+$/;

/** Reports a variable of artifacts, an alpha feature that is off in a cluster and not there without one. */
export function checkArtifact(cursor: Cursor, key: string): void {
  if (artifact.test(key)) cursor.refuse('artifacts', 'Use results.');
}

const contexts: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^context\.taskRun\.(.*)$/, ['name', 'namespace', 'uid']],
  [/^context\.task\.(.*)$/, ['name', 'retry-count']],
];

/** Only steps are looked at, as in Tekton. */
function checkTaskContext(cursor: Cursor, key: string): void {
  if (/(^|\.)steps\[\d+\]/.test(cursor.path)) checkContext(cursor, key, contexts);
}

/** Reports a variable of `context` that a pattern takes and that is not one of its names. */
export function checkContext(cursor: Cursor, key: string, known: typeof contexts): void {
  for (const [pattern, names] of known) {
    const name = pattern.exec(key)?.[1];
    if (name === undefined || names.includes(name)) continue;
    cursor.fault(`$(${key}) names nothing.`, `After context there is ${names.join(', ')}.`);
  }
}
