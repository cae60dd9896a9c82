import type { PathNeed, Task, TaskSpec } from '../types.ts';
import type { Cursor } from './cursor.ts';
import { checkObjectName } from './names.ts';
import { checkTaskSpec } from './check-task.ts';
import { readParamSpecs, readResultSpecs, unique } from './params.ts';
import { checkTaskVariables, type Inherited } from './task-variables.ts';
import { readSidecar } from './sidecar.ts';
import { readStep, readStepTemplate } from './step.ts';
import { readVolumes } from './volumes.ts';
import { readWorkspaceDeclarations } from './workspaces.ts';

export function readTask(document: Cursor): Task {
  checkObjectName(document.at('metadata').at('name'));
  return {
    name: document.at('metadata').at('name').requiredText(),
    spec: readTaskSpec(document.at('spec'), { params: [], workspaces: [] }),
    place: document.place,
  };
}

/** Reads a task; `inherited` is what an embedded task may use of the Pipeline around it. */
export function readTaskSpec(cursor: Cursor, inherited: Inherited): TaskSpec {
  cursor.checkFields('Task', {
    read: [
      ...['params', 'description', 'displayName', 'steps', 'stepTemplate', 'workspaces', 'results'],
      ...['sidecars', 'volumes'],
    ],
    ignored: cursor.path === 'spec' ? [] : ['metadata'],
    refused: {
      apiVersion: 'Custom tasks need their controller.',
      kind: 'Custom tasks need their controller.',
      spec: 'Custom tasks need their controller.',
    },
  });
  const template = readStepTemplate(cursor.at('stepTemplate'));
  const stepList = cursor.at('steps');
  const sidecarList = cursor.at('sidecars');
  const steps = stepList.items().map((step, index) => readStep(step, index, template));
  if (steps.length === 0) cursor.at('steps').fault(`${cursor.path} has no steps.`, 'Add at least one step.');
  const spec: TaskSpec = {
    params: readParamSpecs(cursor.at('params')),
    workspaces: readWorkspaceDeclarations(cursor.at('workspaces')),
    results: readResultSpecs(cursor.at('results')),
    steps: unique(steps, stepList),
    sidecars: unique(sidecarList.items().map(readSidecar), sidecarList),
    volumes: readVolumes(cursor.at('volumes')),
    pathNeeds: [],
    source: cursor.plain(),
    place: cursor.place,
  };
  checkTaskSpec(cursor, spec);
  checkTaskVariables(cursor, spec, inherited);
  return { ...spec, pathNeeds: pathNeedsOf(cursor, spec) };
}

const literalPath = /(?<![\w$./:-])\/(workspace|tekton)(\/|\b(?![\w-]))/;

/** What of a task can only run where /workspace, /tekton and mount paths are real. */
function pathNeedsOf(task: Cursor, spec: TaskSpec): PathNeed[] {
  const needs: PathNeed[] = [];
  for (const place of [task.at('steps'), task.at('stepTemplate'), task.at('sidecars')]) {
    for (const [cursor, text] of place.scalars()) {
      const found = literalPath.exec(text);
      if (!found || /\.image$|[dD]escription$|\.displayName$/.test(cursor.path)) continue;
      needs.push({ what: `${cursor.path}: the path /${found[1]}`, place: cursor.place });
    }
  }
  for (const { name, volumeMounts, workspaces, place } of [...spec.steps, ...spec.sidecars]) {
    for (const mount of volumeMounts)
      needs.push({ what: `the mount ${mount.mountPath} of ${name}`, place: mount.place });
    if (workspaces.length > 0)
      needs.push({ what: `the isolated workspace ${workspaces[0]!.name} of ${name}`, place });
  }
  return needs;
}
