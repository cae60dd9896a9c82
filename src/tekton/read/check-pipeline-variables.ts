import { variablesOf } from '../substitution/variables.ts';
import type { PipelineSpec } from '../types.ts';
import type { Cursor } from './cursor.ts';
import {
  checkArtifact,
  checkContext,
  checkParam,
  checkWholeValues,
  type Inherited,
} from './task-variables.ts';

const known: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^context\.pipelineRun\.(.*)$/, ['name', 'namespace', 'uid']],
  [/^context\.pipeline\.(.*)$/, ['name']],
  [/^context\.pipelineTask\.(.*)$/, ['retries']],
];

/** Reports variables in what the tasks of a pipeline are given that name nothing, or that may not stand where they stand. */
export function checkPipelineVariables(
  cursor: Cursor,
  spec: PipelineSpec,
  around: Readonly<Record<'tasks' | 'finally', Inherited>>,
): void {
  const names = spec.tasks.map((task) => task.name);
  for (const part of ['tasks', 'finally'] as const) {
    for (const task of cursor.at(part).items()) {
      const given = [...valuesIn(task.at('params')), ...valuesIn(task.at('matrix').at('params'))];
      for (const include of task.at('matrix').at('include').items())
        given.push(...valuesIn(include.at('params')));
      const when = [...task.at('when').scalars()];
      for (const [place, text] of [...given, ...when]) {
        const { params } = around[part];
        if (params !== 'unknown') {
          for (const key of variablesOf(text)) checkParam(place, key, params);
          checkWholeValues(place, text, params);
        }
        checkStatuses(place, text, part === 'tasks' ? 'none' : names);
      }
      for (const [place, text] of given) {
        for (const key of variablesOf(text)) checkContext(place, key, known);
      }
      for (const [place, text] of [...given, ...when]) {
        for (const key of variablesOf(text)) checkArtifact(place, key);
      }
    }
  }
}

function valuesIn(params: Cursor): [Cursor, string][] {
  return params.items().flatMap((param) => [...param.at('value').scalars()]);
}

/** Only tasks of finally know how the others ended. */
function checkStatuses(place: Cursor, text: string, tasks: readonly string[] | 'none'): void {
  for (const key of variablesOf(text)) {
    const [, name] = /^tasks\.(?:(.*)\.)?(?:status|reason)$/.exec(key) ?? [undefined, null];
    if (name === null || /^tasks\.[^.]+\.results\./.test(key)) continue;
    if (tasks === 'none') {
      place.fault(`$(${key}) is known only to tasks under finally.`, 'Move the task, or take a result.');
    } else if (name !== undefined && !tasks.includes(name)) {
      place.fault(
        `$(${key}) names the task "${name}", which is not there.`,
        `There is ${tasks.join(', ') || 'none'}.`,
      );
    }
  }
}
