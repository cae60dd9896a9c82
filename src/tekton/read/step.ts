import type { EnvironmentVariable, Step } from '../types.ts';
import type { Cursor } from './cursor.ts';
import { parseDuration } from './duration.ts';
import { readEnvironment } from './environment.ts';
import { readResultSpecs } from './params.ts';
import { readWhen } from './when.ts';

const inPod = 'Give the step a workspace instead.';

/** What `stepTemplate` gives to every step. */
export interface StepTemplate {
  readonly image?: string | undefined;
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly workingDir?: string | undefined;
  readonly env: readonly EnvironmentVariable[];
}

export function readStepTemplate(cursor: Cursor): StepTemplate {
  cursor.checkFields('stepTemplate', {
    read: ['image', 'command', 'args', 'workingDir', 'env'],
    ignored: ['computeResources', 'imagePullPolicy', 'securityContext'],
    refused: { envFrom: 'Name each variable under env.', volumeMounts: inPod, volumeDevices: inPod },
  });
  return {
    image: cursor.at('image').text(),
    command: cursor.at('command').texts(),
    args: cursor.at('args').texts(),
    workingDir: cursor.at('workingDir').text(),
    env: readEnvironment(cursor.at('env')),
  };
}

/** One step, the template merged under it (environment variables by name, the step's own wins). */
export function readStep(cursor: Cursor, index: number, template: StepTemplate): Step {
  cursor.checkFields('step', {
    read: [
      'name',
      'image',
      'command',
      'args',
      'script',
      'workingDir',
      'env',
      'onError',
      'timeout',
      'results',
      'when',
    ],
    ignored: ['displayName', 'computeResources', 'imagePullPolicy', 'securityContext'],
    refused: {
      ref: 'Write the step itself; StepActions are not resolved yet.',
      params: 'Write the step itself; StepActions are not resolved yet.',
      envFrom: 'Name each variable under env.',
      volumeMounts: inPod,
      volumeDevices: inPod,
      workspaces: 'List the workspace in the Task only; isolated workspaces are not supported yet.',
      stdoutConfig: 'Redirect the output in the script.',
      stderrConfig: 'Redirect the output in the script.',
    },
  });
  const script = cursor.at('script').text();
  const command = cursor.at('command').texts();
  const args = cursor.at('args').texts();
  if (script !== undefined && command.length > 0) {
    cursor.at('script').fault(`${cursor.path} has both command and script.`, 'Keep one of the two.');
  }
  if (script?.startsWith('#!win')) {
    cursor.at('script').refuse('a script for Windows', 'Write a script for a POSIX shell.');
  }
  if (
    script === undefined &&
    command.length === 0 &&
    template.command.length === 0 &&
    !cursor.at('ref').exists
  ) {
    cursor.refuse("an image's own entrypoint", 'Write command or script.');
  }
  const timeout = cursor.at('timeout').text();
  if (timeout !== undefined && !timeout.includes('$(') && parseDuration(timeout) === undefined) {
    cursor
      .at('timeout')
      .fault(`${cursor.path}.timeout is "${timeout}", which is no duration.`, 'Write it like 1m30s.');
  }
  const own = readEnvironment(cursor.at('env'));
  const inherited = template.env.filter((variable) => !own.some((mine) => mine.name === variable.name));
  return {
    name: cursor.at('name').text() || `unnamed-${index}`,
    image: cursor.at('image').text() ?? template.image,
    command: script !== undefined ? [] : command.length > 0 ? command : template.command,
    args: args.length > 0 ? args : template.args,
    script,
    workingDir: cursor.at('workingDir').text() ?? template.workingDir,
    env: [...inherited, ...own],
    onError: readOnError(cursor.at('onError')),
    timeout,
    results: readResultSpecs(cursor.at('results')),
    when: readWhen(cursor.at('when')),
    place: cursor.place,
  };
}

function readOnError(cursor: Cursor): string {
  const text = cursor.text();
  return text?.includes('$(') ? text : cursor.oneOf(['continue', 'stopAndFail'], 'stopAndFail');
}
