import { isAbsolute, join } from 'node:path';
import type { Container, TaskSpec } from '../types.ts';
import type { StepLaunch } from './executor.ts';
import { placesToHide } from './hidden-places.ts';
import { imageCommand } from './known-images.ts';
import { mountsOf } from './mounts.ts';
import type { StepCredentials } from './give-credentials.ts';
import type { SecretMask } from './mask-secrets.ts';
import type { ExecuteOptions } from './options.ts';
import type { TaskFolders } from './task-folders.ts';
import { restrictionsOf } from './restrictions.ts';
import type { OpenVolumes } from './volumes.ts';

/** What the steps and sidecars of one attempt share. */
export interface StepContext {
  /** What logs and events of the task are named after. */
  readonly task: string;
  /** The name that its Pod would have. */
  readonly podName: string;
  /** The task with everything put in. */
  readonly spec: TaskSpec;
  readonly folders: TaskFolders;
  readonly volumes: OpenVolumes;
  readonly options: ExecuteOptions;
  readonly mask: SecretMask;
  /** Ends the attempt. */
  readonly stop: AbortSignal;
  /** The security context of the Pod, as it is written. */
  readonly podSecurity: unknown;
  readonly credentials: StepCredentials;
  /** Bytes of what a step reports that reach the status. */
  readonly reportLimit: number;
  readonly onProcessGroup: (processGroup: number) => void;
}

/** How a container is started, or the sentence that says which Secret or ConfigMap is missing. */
export async function launchOf(
  container: Container,
  role: 'step' | 'sidecar',
  context: StepContext,
): Promise<Omit<StepLaunch, 'stop' | 'onOutput' | 'onStarted'> | string> {
  const { folders, volumes, spec, options } = context;
  const env = environmentOf(container, context);
  if (typeof env === 'string') return env;
  const own = container.script === undefined && container.command.length === 0;
  const command =
    own && options.executor.kind === 'process'
      ? (imageCommand(container.image, container.args, options.imageCommands) ?? [])
      : [...container.command, ...container.args];
  const file = `${role}-${container.name}`;
  return {
    name: file,
    command: command.map((text) => expandVariables(text, env)),
    hasCommand: !own,
    script: container.script,
    scriptFile: join(folders.scripts, file),
    scriptPath: join(folders.seen.scripts, file),
    image: container.image,
    workingDir:
      options.executor.kind === 'container' && !container.workingDir
        ? ''
        : workingDirectory(container, folders),
    env,
    mounts: folders.hasRealPaths ? await mountsOf(container, role, spec, folders, volumes) : undefined,
    hidden: await placesToHide(context.options),
    restrictions: restrictionsOf(context.podSecurity, container.securityContext, container.computeResources),
    group: folders.root,
  };
}

/** The whole environment of a container, or the sentence that says which Secret or ConfigMap is missing. */
function environmentOf(
  container: Container,
  { options, folders }: StepContext,
): Record<string, string> | string {
  const env: Record<string, string> = {
    ...(options.executor.kind === 'process' ? machineEnvironment(options) : {}),
    ...options.env,
    // An image has a home of its own.
    ...(options.executor.kind === 'process'
      ? { HOME: folders.seen.home, TMPDIR: folders.seen.temporary, ...ownNpmConfig(options, folders) }
      : {}),
  };
  for (const { kind, name, prefix, optional } of container.envFrom) {
    const values = (kind === 'secret' ? options.secrets : options.configMaps)?.[name];
    if (!values && !optional)
      return `The ${kind === 'secret' ? 'Secret' : 'ConfigMap'} "${name}" is not given.`;
    for (const [key, value] of Object.entries(values ?? {})) env[prefix + key] = value;
  }
  for (const variable of container.env) {
    if (!variable.from) {
      env[variable.name] = expandVariables(variable.value ?? '', env);
      continue;
    }
    const { kind, name, key, optional } = variable.from;
    const value = (kind === 'secret' ? options.secrets : options.configMaps)?.[name]?.[key];
    if (value !== undefined) env[variable.name] = value;
    else if (!optional) {
      return `The key "${key}" of the ${kind === 'secret' ? 'Secret' : 'ConfigMap'} "${name}" is not given (variable ${variable.name}).`;
    }
  }
  return env;
}

/** npm reads the copy that the TaskRun has of the user's configuration: what a step sets there stays in the run. */
function ownNpmConfig({ env }: ExecuteOptions, { seen }: TaskFolders): Record<string, string> {
  return env?.['npm_config_userconfig'] === undefined
    ? {}
    : { npm_config_userconfig: join(seen.home, '.npmrc') };
}

function machineEnvironment(options: ExecuteOptions): Record<string, string> {
  return {
    PATH: [...(options.path ?? []), process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin'].join(':'),
    LANG: 'C.UTF-8',
    // A repository around the run's folder is not the step's.
    GIT_CEILING_DIRECTORIES: options.directory,
  };
}

/** Where a container starts: a relative folder is one of the workspace; without real paths none means the workspace, too. */
function workingDirectory({ workingDir }: Container, { seen, hasRealPaths }: TaskFolders): string {
  if (!workingDir) return hasRealPaths ? '/' : seen.workspace;
  return isAbsolute(workingDir) ? workingDir : join(seen.workspace, workingDir);
}

/**
 * Expands `$(NAME)` as a kubelet does in command, args and env: by variables that are set, `$$` is a dollar, and an
 * unknown name stays as it is.
 */
export function expandVariables(text: string, env: Readonly<Record<string, string>>): string {
  return text.replace(/\$(?:\$|\(([^()]*)\))/g, (whole, name: string | undefined) => {
    if (name === undefined) return '$';
    return Object.hasOwn(env, name) ? env[name]! : whole;
  });
}
