import type { PipelineRun, TaskRunRequest } from '../types.ts';
import type { Cursor } from './cursor.ts';
import { parseResultReference, variablesOf } from '../substitution/variables.ts';
import { checkTimeouts } from './check-timeouts.ts';
import { parseDuration } from './duration.ts';
import { checkObjectName } from './names.ts';
import { readParams, specsOf } from './params.ts';
import { readPipelineSpec } from './pipeline.ts';
import { readPodTemplate } from './pod-template.ts';
import { readReference } from './reference.ts';
import { readTaskSpec } from './task.ts';
import { readWorkspaceBindings } from './workspaces.ts';

export function readPipelineRun(document: Cursor): PipelineRun {
  const spec = document.at('spec');
  spec.checkFields('PipelineRun', {
    read: [
      ...['pipelineRef', 'pipelineSpec', 'params', 'workspaces', 'timeouts', 'taskRunSpecs'],
      ...['taskRunTemplate', 'status'],
    ],
    refused: { managedBy: 'Leave it out: bitiq runs it.' },
  });
  checkSpecStatus(spec.at('status'), 'PipelineRun');
  const reference = spec.at('pipelineRef');
  const embedded = spec.at('pipelineSpec');
  if (reference.exists === embedded.exists) {
    reference.fault(
      'A PipelineRun needs exactly one of pipelineRef and pipelineSpec.',
      'Write one of the two.',
    );
  }
  const params = readParams(spec.at('params'));
  const workspaces = readWorkspaceBindings(spec.at('workspaces'));
  checkNoResults(spec.at('params'));
  const timeouts = spec.at('timeouts');
  const template = spec.at('taskRunTemplate');
  template.checkFields('taskRunTemplate', { read: ['podTemplate', 'serviceAccountName'] });
  timeouts.checkFields('timeouts', { read: ['pipeline', 'tasks', 'finally'] });
  checkTimeouts(spec);
  return {
    ...readMetadata(document),
    pipelineRef: reference.exists ? readReference(reference, 'Pipeline') : undefined,
    pipelineSpec: embedded.exists ? readPipelineSpec(embedded, { params, workspaces }) : undefined,
    params,
    workspaces,
    timeouts: {
      pipeline: readTimeout(timeouts.at('pipeline')),
      tasks: readTimeout(timeouts.at('tasks')),
      finally: readTimeout(timeouts.at('finally')),
    },
    taskTimeouts: readTaskTimeouts(spec.at('taskRunSpecs')),
    taskRunSpecs: spec
      .at('taskRunSpecs')
      .items()
      .map((one) => ({
        name: one.at('pipelineTaskName').text() ?? '',
        serviceAccount: one.at('serviceAccountName').text(),
        place: one.place,
      })),
    ...readPodTemplate(template.at('podTemplate')),
    serviceAccount: template.at('serviceAccountName').text(),
    source: spec.plain(),
    place: document.place,
  };
}

export function readTaskRun(document: Cursor): TaskRunRequest {
  const spec = document.at('spec');
  spec.checkFields('TaskRun', {
    read: [
      ...['taskRef', 'taskSpec', 'params', 'workspaces', 'timeout', 'retries', 'serviceAccountName'],
      ...['podTemplate', 'status', 'statusMessage'],
    ],
    ignored: ['computeResources'],
    refused: {
      stepSpecs: 'Change the step itself.',
      sidecarSpecs: 'Change the sidecar itself.',
      debug: 'Breakpoints need a Pod.',
      managedBy: 'Leave it out: bitiq runs it.',
    },
  });
  checkSpecStatus(spec.at('status'), 'TaskRun');
  if (spec.at('statusMessage').text() && !spec.at('status').text())
    spec
      .at('statusMessage')
      .fault(`${spec.path}.statusMessage stands without status.`, 'Add status, or remove it.');
  const reference = spec.at('taskRef');
  const embedded = spec.at('taskSpec');
  if (reference.exists === embedded.exists) {
    reference.fault('A TaskRun needs exactly one of taskRef and taskSpec.', 'Write one of the two.');
  }
  const params = readParams(spec.at('params'));
  const workspaces = readWorkspaceBindings(spec.at('workspaces'));
  return {
    ...readMetadata(document),
    taskRef: reference.exists ? readReference(reference, 'Task') : undefined,
    taskSpec: embedded.exists ? readTaskSpec(embedded, { params: specsOf(params), workspaces }) : undefined,
    params,
    workspaces,
    timeout: readTimeout(spec.at('timeout')),
    retries: spec.at('retries').number() ?? 0,
    ...readPodTemplate(spec.at('podTemplate')),
    serviceAccount: spec.at('serviceAccountName').text(),
    source: spec.plain(),
    place: document.place,
  };
}

/** The results of tasks are not known before the run. */
function checkNoResults(params: Cursor): void {
  for (const [place, text] of params.scalars()) {
    if (variablesOf(text).some((key) => parseResultReference(key)))
      place.fault(`${place.path}: a run cannot be given the result of a task.`, 'Write the value.');
  }
}

function readMetadata(document: Cursor) {
  const metadata = document.at('metadata');
  checkObjectName(metadata.at('name'));
  const name = metadata.at('name').text();
  const generateName = metadata.at('generateName').text();
  if (!name && !generateName) metadata.fault('metadata has no name.', 'Add name or generateName.');
  const texts = (cursor: Cursor) =>
    Object.fromEntries(cursor.entries().map(([key, value]) => [key, value.text() ?? '']));
  return {
    name,
    generateName,
    namespace: metadata.at('namespace').text() ?? 'default',
    labels: texts(metadata.at('labels')),
    annotations: Object.fromEntries(
      Object.entries(texts(metadata.at('annotations'))).filter(
        ([key]) => !key.startsWith('chains.tekton.dev/'),
      ),
    ),
  };
}

function readTaskTimeouts(list: Cursor): Record<string, string> {
  const timeouts: Record<string, string> = {};
  for (const cursor of list.items()) {
    cursor.checkFields('taskRunSpec', {
      read: ['pipelineTaskName', 'timeout', 'podTemplate', 'serviceAccountName'],
      ignored: ['metadata', 'computeResources'],
      refused: { stepSpecs: 'Change the step itself.', sidecarSpecs: 'Change the sidecar itself.' },
    });
    if (readPodTemplate(cursor.at('podTemplate')).volumes.length > 0) {
      cursor.at('podTemplate').refuse('volumes of a single task', 'Write them under volumes of the Task.');
    }
    const timeout = readTimeout(cursor.at('timeout'));
    if (timeout !== undefined) timeouts[cursor.at('pipelineTaskName').requiredText()] = timeout;
  }
  return timeouts;
}

function readTimeout(cursor: Cursor): string | undefined {
  const text = cursor.text();
  if (text === undefined) return undefined;
  if (parseDuration(text) === undefined) {
    cursor.fault(`${cursor.path} is "${text}", which is not a duration.`, 'Write it like 1h or 1m30s.');
  }
  return text;
}

/** Checks what a run asks for before it starts: to be cancelled, or to wait, for which there is no one who would start it here. */
function checkSpecStatus(cursor: Cursor, kind: 'PipelineRun' | 'TaskRun'): void {
  const text = cursor.text() ?? '';
  const pending = `${kind}Pending`;
  if (text === pending) {
    cursor.refuse(`the status ${pending}`, 'Leave status out and start the run when it may run.');
    return;
  }
  const allowed =
    kind === 'TaskRun' ? ['TaskRunCancelled'] : ['Cancelled', 'CancelledRunFinally', 'StoppedRunFinally'];
  if (text === '' || allowed.includes(text)) return;
  cursor.fault(`${cursor.path} is "${text}".`, `It can be ${[...allowed, pending].join(', ')}.`);
}
