import type { StepLaunch } from './executor.ts';
import { defaultShebang } from './interpreter.ts';

/** The programs that run containers. */
export type Engine = 'docker' | 'podman';

/** Variables by which the client itself works; those of the step stand among the arguments instead, and none is a secret. */
const clientNeeds = new Set([
  ...['HOME', 'PATH', 'TMPDIR', 'SSH_AUTH_SOCK', 'XDG_RUNTIME_DIR', 'XDG_CONFIG_HOME', 'XDG_DATA_HOME'],
  ...['DOCKER_HOST', 'DOCKER_CONTEXT', 'DOCKER_CONFIG', 'DOCKER_CERT_PATH', 'DOCKER_TLS_VERIFY'],
  ...['DOCKER_API_VERSION', 'CONTAINER_HOST', 'CONTAINER_CONNECTION', 'CONTAINER_SSHKEY'],
  ...['CONTAINERS_CONF', 'CONTAINERS_STORAGE_CONF', 'CONTAINERS_REGISTRIES_CONF', 'STORAGE_DRIVER'],
  ...['DBUS_SESSION_BUS_ADDRESS'],
]);

/** What the client needs for itself, and beside it the variables of the step. */
export function clientEnvironment(launch: Pick<StepLaunch, 'env'>): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([key]) => clientNeeds.has(key));
  const given = Object.entries(launch.env).filter(([key]) => !clientNeeds.has(key));
  return Object.fromEntries([...own, ...given]);
}

/**
 * The arguments that make the container of a step: values of variables stand in the client's environment, so that no process
 * list shows them. `network` says which network it shares, `labels` whose it is.
 */
export function createArguments(
  launch: StepLaunch,
  name: string,
  network: readonly string[],
  labels: Readonly<Record<string, string>>,
): string[] {
  const isScript = launch.script !== undefined;
  const [program, ...rest] = isScript ? [launch.scriptPath, ...launch.command] : launch.command;
  const hasProgram = (isScript || launch.hasCommand) && program !== undefined;
  return [
    ...['create', '--init', '--pull', 'never', '--name', name, ...network],
    ...Object.entries(labels).flatMap(([key, value]) => ['--label', `${key}=${value}`]),
    ...(launch.workingDir === '' ? [] : ['--workdir', launch.workingDir]),
    ...restrict(launch),
    ...Object.entries(launch.env).flatMap(([key, value]) => [
      '--env',
      clientNeeds.has(key) ? `${key}=${value}` : key,
    ]),
    ...(launch.mounts ?? []).flatMap(({ from, to, readOnly }) => [
      '--mount',
      ['type=bind', `source=${from}`, `target=${to}`, ...(readOnly ? ['readonly'] : [])]
        .map(quoteField)
        .join(','),
    ]),
    ...(hasProgram ? ['--entrypoint', program] : []),
    launch.image!,
    ...(hasProgram ? rest : launch.command),
  ];
}

/** A script as a container gets it: with Tekton's first lines when it has none of its own. */
export function scriptText(script: string): string {
  return script.startsWith('#!') ? script : defaultShebang + script;
}

function restrict({ restrictions }: StepLaunch): string[] {
  const { user, memory, cpus } = restrictions;
  return [
    // A label of SELinux on the mounts would change files that are not the run's alone.
    ...['--security-opt', 'label=disable'],
    ...(user === undefined ? [] : ['--user', user]),
    ...restrictions.groups.flatMap((group) => ['--group-add', group]),
    ...(restrictions.isRootReadOnly ? ['--read-only'] : []),
    ...(restrictions.noNewPrivileges ? ['--security-opt', 'no-new-privileges'] : []),
    ...restrictions.droppedCapabilities.flatMap((capability) => ['--cap-drop', capability]),
    ...restrictions.addedCapabilities.flatMap((capability) => ['--cap-add', capability]),
    ...(memory === undefined
      ? []
      : ['--memory', `${Math.floor(memory)}b`, '--memory-swap', `${Math.floor(memory)}b`]),
    ...(cpus === undefined ? [] : ['--cpus', String(cpus)]),
  ];
}

/** A field of a comma-separated list. */
function quoteField(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
