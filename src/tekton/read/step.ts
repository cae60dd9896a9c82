import { posix } from 'node:path';
import type { Step } from '../types.ts';
import { containerFields, readContainer, type ContainerTemplate, noTemplate } from './container.ts';
import type { Cursor } from './cursor.ts';
import { parseDuration } from './duration.ts';
import { checkLabel } from './names.ts';
import { readOnError } from './on-error.ts';
import { readParams, readResultSpecs } from './params.ts';
import { readReference } from './reference.ts';
import { readWhen } from './when.ts';

const redirect =
  'Redirect the output in the script; stdoutConfig and stderrConfig are alpha features of Tekton.';

export function readStepTemplate(cursor: Cursor): ContainerTemplate {
  cursor.checkFields('stepTemplate', containerFields);
  return readContainer(cursor, noTemplate);
}

/** One step, the template merged under it (environment variables by name, mounts by path; the step's own win). */
export function readStep(cursor: Cursor, index: number, template: ContainerTemplate): Step {
  cursor.checkFields('step', {
    read: [
      ...['name', 'script', 'onError', 'timeout', 'results', 'when', 'ref', 'params', 'workspaces'],
      ...containerFields.read,
    ],
    ignored: ['displayName', ...containerFields.ignored],
    refused: { ...containerFields.refused, stdoutConfig: redirect, stderrConfig: redirect },
  });
  const container = readContainer(cursor, template);
  checkStep(cursor);
  const reference = cursor.at('ref');
  if (reference.exists) refuseOwnFields(cursor);
  if (!reference.exists && cursor.at('params').exists) {
    cursor
      .at('params')
      .fault(`${cursor.path} has params, and no ref.`, 'Params belong to a StepAction: add ref.');
  }
  const timeout = cursor.at('timeout').text();
  if (timeout !== undefined && !timeout.includes('$(') && parseDuration(timeout) === undefined) {
    cursor
      .at('timeout')
      .fault(`${cursor.path}.timeout is "${timeout}", which is not a duration.`, 'Write it like 1m30s.');
  }
  return {
    ...container,
    name: cursor.at('name').text() || `unnamed-${index}`,
    onError: readOnError(cursor.at('onError')),
    timeout,
    results: readResultSpecs(cursor.at('results')),
    when: readWhen(cursor.at('when')),
    ref: reference.exists ? readReference(reference, 'StepAction') : undefined,
    params: readParams(cursor.at('params')),
  };
}

function refuseOwnFields(cursor: Cursor): void {
  for (const field of [
    'image',
    'command',
    'args',
    'script',
    'env',
    'workingDir',
    'volumeMounts',
    'results',
  ]) {
    if (!cursor.at(field).exists) continue;
    cursor
      .at(field)
      .fault(`${cursor.path} has both ref and ${field}.`, `Remove ${field}: it comes from the StepAction.`);
  }
}

/** Reports what Tekton's admission refuses of a step by itself. */
function checkStep(cursor: Cursor): void {
  checkLabel(cursor.at('name'), 'a step');
  for (const mount of cursor.at('volumeMounts').items()) {
    const [name, place] = [mount.at('name'), mount.at('mountPath')];
    const path = posix.normalize(place.text() ?? '');
    if (path.startsWith('/tekton/') && !path.startsWith('/tekton/home'))
      place.fault(`${place.path}: nothing can be mounted below /tekton.`, 'Use another mountPath.');
    if (name.text()?.startsWith('tekton-internal-'))
      name.fault(`${name.path}: names that begin with tekton-internal- are taken.`, 'Rename the volume.');
  }
  const fields = ['name', 'image', 'script', 'imagePullPolicy', 'workingDir', 'envFrom', 'volumeMounts'];
  for (const [place, text] of fields.flatMap((field) => [...cursor.at(field).scalars()])) {
    if (!/\$\(steps\..*?\.results\..*?\)/.test(text)) continue;
    place.fault(
      `${place.path}: the result of a step can only stand in env, command and args.`,
      'Give it by an environment variable.',
    );
  }
}
