import type { Container, EnvironmentSource, EnvironmentVariable, IsolatedWorkspace } from '../types.ts';
import type { Cursor, FieldTable } from './cursor.ts';
import { readEnvironment } from './environment.ts';
import { readVolumeMounts } from './volumes.ts';

/** The fields that steps, sidecars, StepActions and the step template share. */
export const containerFields = {
  read: ['image', 'command', 'args', 'workingDir', 'env', 'envFrom', 'volumeMounts'],
  ignored: [
    'computeResources',
    'resources',
    'imagePullPolicy',
    'securityContext',
    'ports',
    'terminationMessagePath',
  ],
  refused: {
    volumeDevices: 'Use a volume mount; there are no block devices.',
    lifecycle: 'Do it in the script; there is no kubelet.',
    livenessProbe: 'Leave it out; nothing is restarted here.',
    tty: 'Leave it out; the output of a step is a pipe.',
    stdin: 'Leave it out; the input of a step is closed.',
  },
} as const satisfies FieldTable;

/** Reads what a container has besides its name; `template` is merged under it, the container's own values win. */
export function readContainer(cursor: Cursor, template: ContainerTemplate): Omit<Container, 'name'> {
  const script = cursor.at('script').text();
  const command = cursor.at('command').texts();
  const args = cursor.at('args').texts();
  if (script !== undefined && command.length > 0) {
    cursor.at('script').fault(`${cursor.path} has both command and script.`, 'Keep one of the two.');
  }
  if (script?.trim().startsWith('#!win')) {
    cursor.at('script').refuse('a script for Windows', 'Write a script for a POSIX shell.');
  }
  if (cursor.at('securityContext').at('privileged').scalar() === 'true') {
    cursor.at('securityContext').refuse('a privileged container', 'Leave privileged out; steps run as you.');
  }
  const foreign = /\/ko-app\/[\w-]+/.exec([script ?? '', ...command].join('\n'));
  if (foreign) {
    cursor
      .at(script === undefined ? 'command' : 'script')
      .refuse(`the program ${foreign[0]} of an image`, 'Use programs that this machine has.');
  }
  const own = readEnvironment(cursor.at('env'));
  const mounts = readVolumeMounts(cursor.at('volumeMounts'));
  return {
    image: cursor.at('image').text() || template.image,
    command: script !== undefined ? [] : command.length > 0 ? command : template.command,
    args: args.length > 0 ? args : template.args,
    script,
    workingDir: cursor.at('workingDir').text() || template.workingDir,
    env: mergeBy('name', template.env, own),
    envFrom: [...template.envFrom, ...readEnvironmentSources(cursor.at('envFrom'))],
    volumeMounts: mergeBy('mountPath', template.volumeMounts, mounts),
    workspaces: readIsolatedWorkspaces(cursor.at('workspaces')),
    securityContext: merged(template.securityContext, cursor.at('securityContext').plain()),
    computeResources: merged(template.computeResources, cursor.at('computeResources').plain()),
    place: cursor.place,
  };
}

/** Both lists as a strategic merge patch orders them: what only the step has, then the template's, the step's values in them. */
function mergeBy<Key extends string, Item extends { readonly [key in Key]: string }>(
  key: Key,
  template: readonly Item[],
  own: readonly Item[],
): Item[] {
  const ofTemplate = (item: Item) => template.some((one) => one[key] === item[key]);
  return [
    ...own.filter((item) => !ofTemplate(item)),
    ...template.map((item) => own.find((one) => one[key] === item[key]) ?? item),
  ];
}

/** What a step template gives to every step. */
export interface ContainerTemplate {
  readonly image?: string | undefined;
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly workingDir?: string | undefined;
  readonly env: readonly EnvironmentVariable[];
  readonly envFrom: readonly EnvironmentSource[];
  readonly volumeMounts: Container['volumeMounts'];
  readonly securityContext?: unknown;
  readonly computeResources?: unknown;
}

export const noTemplate: ContainerTemplate = {
  command: [],
  args: [],
  env: [],
  envFrom: [],
  volumeMounts: [],
};

/** What a container writes over what its template does. */
function merged(template: unknown, own: unknown): unknown {
  return template === undefined || own === undefined
    ? (own ?? template)
    : { ...(template as object), ...(own as object) };
}

function readEnvironmentSources(list: Cursor): EnvironmentSource[] {
  return list.items().flatMap((cursor) => {
    cursor.checkFields('envFrom', { read: ['prefix', 'secretRef', 'configMapRef'] });
    const kind = cursor.at('secretRef').exists ? 'secret' : 'configMap';
    const reference = cursor.at(`${kind}Ref`);
    if (!reference.exists) {
      cursor.fault(`${cursor.path} names no source.`, 'Write secretRef or configMapRef.');
      return [];
    }
    reference.checkFields('reference', { read: ['name', 'optional'] });
    return [
      {
        kind,
        name: reference.at('name').requiredText(),
        prefix: cursor.at('prefix').text() ?? '',
        optional: reference.at('optional').boolean(),
        place: cursor.place,
      },
    ];
  });
}

function readIsolatedWorkspaces(list: Cursor): IsolatedWorkspace[] {
  return list.items().map((cursor) => {
    cursor.checkFields('workspace of a step', { read: ['name', 'mountPath'] });
    return { name: cursor.at('name').requiredText(), mountPath: cursor.at('mountPath').text() };
  });
}
