import type { Task, TaskSpec } from '../types.ts';
import type { Cursor } from './cursor.ts';
import { readParamSpecs, readResultSpecs, unique } from './params.ts';
import { checkTaskVariables, type Inherited } from './task-variables.ts';
import { readStep, readStepTemplate } from './step.ts';
import { readWorkspaceDeclarations } from './workspaces.ts';

export function readTask(document: Cursor): Task {
  return {
    name: document.at('metadata').at('name').requiredText(),
    spec: readTaskSpec(document.at('spec'), { params: [], workspaces: [] }),
    place: document.place,
  };
}

/** Reads a task; `inherited` is what an embedded task may use of the Pipeline around it. */
export function readTaskSpec(cursor: Cursor, inherited: Inherited): TaskSpec {
  cursor.checkFields('Task', {
    read: ['params', 'description', 'displayName', 'steps', 'stepTemplate', 'workspaces', 'results'],
    ignored: inherited === 'unknown' || cursor.path !== 'spec' ? ['metadata'] : [],
    refused: {
      sidecars: 'Start what the steps need in a step; sidecars need a Pod.',
      volumes: 'Use a workspace.',
      apiVersion: 'Custom tasks need their controller.',
      kind: 'Custom tasks need their controller.',
      spec: 'Custom tasks need their controller.',
    },
  });
  const template = readStepTemplate(cursor.at('stepTemplate'));
  const stepList = cursor.at('steps');
  const steps = stepList.items().map((step, index) => readStep(step, index, template));
  if (steps.length === 0) cursor.fault(`${cursor.path} has no steps.`, 'Add at least one step.');
  const spec: TaskSpec = {
    params: readParamSpecs(cursor.at('params')),
    workspaces: readWorkspaceDeclarations(cursor.at('workspaces')),
    results: readResultSpecs(cursor.at('results')),
    steps: unique(steps, stepList),
    place: cursor.place,
  };
  checkTaskVariables(cursor, spec, inherited);
  return spec;
}
