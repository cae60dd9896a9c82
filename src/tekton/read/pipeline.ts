import type { Param, Pipeline, PipelineSpec, PipelineTask } from '../types.ts';
import type { Cursor } from './cursor.ts';
import { checkPipelineSpec, checkWorkspaceUse } from './check-pipeline.ts';
import { checkPipelineVariables } from './check-pipeline-variables.ts';
import { parseDuration } from './duration.ts';
import { readOnError } from './on-error.ts';
import { checkLabel, checkObjectName } from './names.ts';
import { paramsAround, readParams, readParamSpecs, readParamValue, specsOf, unique } from './params.ts';
import { readMatrix } from './matrix.ts';
import { readReference } from './reference.ts';
import { readTaskSpec } from './task.ts';
import type { Inherited } from './task-variables.ts';
import { readWhen } from './when.ts';
import { readPipelineTaskWorkspaces, readWorkspaceDeclarations } from './workspaces.ts';

export function readPipeline(document: Cursor): Pipeline {
  checkObjectName(document.at('metadata').at('name'));
  return {
    name: document.at('metadata').at('name').requiredText(),
    spec: readPipelineSpec(document.at('spec')),
    place: document.place,
  };
}

/** What a run gives to a pipeline that is embedded in it. */
export interface GivenByRun {
  readonly params: readonly Param[];
  readonly workspaces: readonly { readonly name: string }[];
}

/** Reads a pipeline; one that is embedded in a run may use the run's parameters and workspaces, which are `given` then. */
export function readPipelineSpec(cursor: Cursor, given?: GivenByRun): PipelineSpec {
  cursor.checkFields('Pipeline', {
    read: ['params', 'description', 'displayName', 'tasks', 'finally', 'workspaces', 'results'],
  });
  const params = readParamSpecs(cursor.at('params'));
  const workspaces = readWorkspaceDeclarations(cursor.at('workspaces'));
  const inherited: Inherited = given
    ? {
        params: [...paramsAround(given.params, cursor), ...params],
        workspaces: [...given.workspaces, ...workspaces],
      }
    : { params, workspaces };
  // Of a run, Tekton does not look at the parameters that finally names.
  const inFinally: Inherited = given ? { ...inherited, params: 'unknown' } : inherited;
  const tasks = cursor
    .at('tasks')
    .items()
    .map((task) => readPipelineTask(task, inherited));
  const lastly = cursor
    .at('finally')
    .items()
    .map((task) => readPipelineTask(task, inFinally));
  if (tasks.length === 0) cursor.at('tasks').fault(`${cursor.path} has no tasks.`, 'Add at least one task.');
  const places = [...cursor.at('tasks').items(), ...cursor.at('finally').items()];
  unique([...tasks, ...lastly], cursor.at('tasks'), places);
  const spec: PipelineSpec = {
    params,
    workspaces,
    tasks,
    finally: lastly,
    results: cursor
      .at('results')
      .items()
      .map((result) => {
        result.checkFields('result of a Pipeline', { read: ['name', 'type', 'description', 'value'] });
        return {
          name: result.at('name').requiredText(),
          value: readParamValue(result.at('value')),
          place: result.place,
        };
      }),
    source: cursor.plain(),
    place: cursor.place,
  };
  checkPipelineSpec(cursor, spec);
  if (!given) checkWorkspaceUse(cursor, spec);
  checkPipelineVariables(cursor, spec, { tasks: inherited, finally: inFinally });
  return spec;
}

function readPipelineTask(cursor: Cursor, inherited: Inherited): PipelineTask {
  cursor.checkFields('pipeline task', {
    read: [
      'name',
      'taskRef',
      'taskSpec',
      'params',
      'matrix',
      'workspaces',
      'runAfter',
      'when',
      'retries',
      'timeout',
      'onError',
    ],
    ignored: ['displayName', 'description'],
    refused: {
      pipelineRef: 'Pipelines in pipelines are an alpha feature of Tekton.',
      pipelineSpec: 'Pipelines in pipelines are an alpha feature of Tekton.',
    },
  });
  const name = cursor.at('name').requiredText();
  checkLabel(cursor.at('name'), 'a task of a pipeline');
  const spec = cursor.at('taskSpec');
  const reference = cursor.at('taskRef');
  if (
    spec.exists === reference.exists &&
    !cursor.at('pipelineRef').exists &&
    !cursor.at('pipelineSpec').exists
  ) {
    cursor.fault(`The task "${name}" needs exactly one of taskRef and taskSpec.`, 'Write one of the two.');
  }
  const timeout = cursor.at('timeout').text();
  if (timeout !== undefined && !timeout.includes('$(') && parseDuration(timeout) === undefined) {
    cursor.at('timeout').fault(`The timeout "${timeout}" is not a duration.`, 'Write it like 1h or 1m30s.');
  }
  const params = readParams(cursor.at('params'));
  const workspaces = readPipelineTaskWorkspaces(cursor.at('workspaces'));
  const around = {
    params: inherited.params,
    workspaces: [...inherited.workspaces, ...workspaces],
    given: specsOf(params),
  };
  const retries = cursor.at('retries').number() ?? 0;
  const onError = readOnError(cursor.at('onError'));
  if (onError === 'continue' && retries > 0) {
    cursor
      .at('onError')
      .fault(`The task "${name}" has onError: continue and retries.`, 'Keep one of the two.');
  }
  return {
    name,
    taskRef: reference.exists ? readReference(reference, 'Task') : undefined,
    taskSpec: spec.exists ? readTaskSpec(spec, around) : undefined,
    params,
    matrix: readMatrix(cursor),
    workspaces,
    runAfter: cursor.at('runAfter').texts(),
    when: readWhen(cursor.at('when')),
    retries,
    timeout,
    onError,
    place: cursor.place,
  };
}
