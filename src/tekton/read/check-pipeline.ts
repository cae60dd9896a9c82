import { closest } from '../../model/did-you-mean.ts';
import { findCircle } from '../plan/graph.ts';
import { resultReferencesOf } from '../plan/result-references.ts';
import { parseResultReference, type ResultReference, variablesOf } from '../substitution/variables.ts';
import type { PipelineSpec, PipelineTask } from '../types.ts';
import type { Cursor } from './cursor.ts';

/** Reports what Tekton's admission refuses of a Pipeline as a whole: order, results, and what finally may not do. */
export function checkPipelineSpec(cursor: Cursor, spec: PipelineSpec): void {
  checkOrder(cursor.at('tasks'), spec);
  checkFinally(cursor.at('finally'), spec);
  checkResults(cursor.at('results'), spec);
  checkMatrixResults(cursor, spec);
}

/** Reports workspaces of tasks that the Pipeline does not declare; a run may give more to a pipeline that is in it. */
export function checkWorkspaceUse(cursor: Cursor, spec: PipelineSpec): void {
  const declared = spec.workspaces.map((workspace) => workspace.name);
  for (const part of ['tasks', 'finally'] as const) {
    for (const [index, task] of cursor.at(part).items().entries()) {
      const given = spec[part][index]!.workspaces;
      for (const [at, place] of task.at('workspaces').items().entries()) {
        const { workspace } = given[at]!;
        if (workspace !== '' && !declared.includes(workspace))
          reportMissing(place, `workspace "${workspace}"`, workspace, declared);
      }
    }
  }
}

function checkOrder(list: Cursor, { tasks }: PipelineSpec): void {
  const names = tasks.map((task) => task.name);
  const cursors = list.items();
  const before = new Map<string, string[]>();
  for (const [index, task] of tasks.entries()) {
    const place = cursors[index]!;
    for (const name of task.runAfter) {
      if (!names.includes(name))
        reportMissing(place.at('runAfter'), `task "${name}" in runAfter`, name, names);
    }
    for (const { task: name, result } of referencesOf(task)) {
      if (!names.includes(name))
        reportMissing(place, `task "${name}" of the result "${result}"`, name, names);
    }
    before.set(task.name, [...task.runAfter, ...referencesOf(task).map((reference) => reference.task)]);
  }
  const circle = findCircle(before);
  if (!circle) return;
  (cursors[names.indexOf(circle[0]!)] ?? list).fault(
    `The tasks wait for each other in a circle: ${circle.join(' → ')}.`,
    'Remove one runAfter or result of the circle.',
  );
}

function checkFinally(list: Cursor, spec: PipelineSpec): void {
  const names = spec.tasks.map((task) => task.name);
  const cursors = list.items();
  if (spec.finally.length > 0 && names.length === 0)
    list.fault(`${list.path}: there is nothing before finally.`, 'Add tasks.');
  for (const [index, task] of spec.finally.entries()) {
    const place = cursors[index]!;
    if (task.runAfter.length > 0) {
      place.fault(
        `The task "${task.name}" stands under finally and has runAfter.`,
        'Remove runAfter: all tasks of finally start together.',
      );
    }
    for (const { task: name, result } of referencesOf(task)) {
      if (spec.finally.some((other) => other.name === name)) {
        place.fault(
          `The task "${task.name}" stands under finally and takes a result of "${name}", which does, too.`,
          'All tasks of finally start together: take results of tasks only.',
        );
      } else if (!names.includes(name)) {
        reportMissing(place, `task "${name}" of the result "${result}"`, name, names);
      }
    }
  }
}

/** Whether admission (`taskContainsResult`) can read a text piece by piece, each from a `$` to the next. */
function isReadable(text: string): boolean {
  return text.split('$').every((piece) => {
    if (piece === '') return true;
    const parts = piece.replace(/^\(/, '').replace(/\)$/, '').split('.');
    const [root = '', , middle] = parts;
    return ['tasks', 'finally'].includes(root) && middle === 'results' && [4, 5].includes(parts.length);
  });
}

/** A result of a pipeline is made of results of its tasks, each of which exists. */
function checkResults(list: Cursor, spec: PipelineSpec): void {
  for (const [index, cursor] of list.items().entries()) {
    const value = cursor.at('value');
    const result = spec.results[index]!;
    const texts = typeof result.value === 'string' ? [result.value] : Object.values(result.value);
    const keys = texts.flatMap((text) => variablesOf(text));
    const references = keys.map(parseResultReference);
    if (keys.length === 0 || references.includes(undefined)) {
      value.fault(
        `${value.path}: a result of a Pipeline is made of results of its tasks.`,
        'Write $(tasks.<task>.results.<result>).',
      );
    } else if (typeof result.value === 'string' && !isReadable(result.value)) {
      value.fault(
        `${value.path}: Tekton's admission reads no result of a task in a text that begins otherwise, or has another $ or more dots.`,
        'Write $(tasks.<task>.results.<result>) first, or put the text together in a task.',
      );
    }
    for (const [at, reference] of references.entries()) {
      if (!reference) continue;
      const there = (keys[at]!.startsWith('finally.') ? spec.finally : spec.tasks).map((task) => task.name);
      if (!there.includes(reference.task))
        reportMissing(
          value,
          `task "${reference.task}" of the result "${reference.result}"`,
          reference.task,
          there,
        );
    }
  }
}

/** A task with a matrix gives each result once for every combination: only texts, taken all together. */
function checkMatrixResults(cursor: Cursor, spec: PipelineSpec): void {
  for (const part of ['tasks', 'finally'] as const) {
    const cursors = cursor.at(part).items();
    for (const [index, task] of spec[part].entries()) {
      for (const reference of referencesOf(task)) {
        const producer = spec.tasks.find((other) => other.name === reference.task && other.matrix);
        if (producer) checkAggregate(cursors[index]!, task, producer, reference);
      }
    }
  }
}

function checkAggregate(
  place: Cursor,
  task: PipelineTask,
  producer: PipelineTask,
  { result, index }: ResultReference,
): void {
  if (index !== '*') {
    place.fault(
      `The task "${task.name}" takes one value of the result "${result}" of "${producer.name}", which has a matrix.`,
      `Write $(tasks.${producer.name}.results.${result}[*]).`,
    );
  }
  const type = producer.taskSpec?.results.find((one) => one.name === result)?.type ?? 'string';
  if (type === 'string') return;
  place.fault(
    `The result "${result}" of "${producer.name}", which has a matrix, is of type ${type}, and only texts are put together.`,
    'Make it a result of type string.',
  );
}

function referencesOf(task: PipelineTask): ResultReference[] {
  return resultReferencesOf(task, task.taskSpec);
}

function reportMissing(place: Cursor, what: string, name: string, there: readonly string[]): void {
  const meant = closest(name, there);
  place.fault(
    `There is no ${what}.`,
    meant ? `Did you mean "${meant}"?` : `There is ${there.join(', ') || 'none'}.`,
  );
}
