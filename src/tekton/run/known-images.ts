/** What an image starts when a step names neither command nor script. */
export interface ImageCommand {
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
}

/** `bash` with the arguments when there are none or the first is an option, else the arguments as a command. */
const bashEntrypoint = [
  'sh',
  '-c',
  'if [ $# -eq 0 ] || [ "${1#-}" != "$1" ]; then exec bash "$@"; fi; exec "$@"',
  'docker-entrypoint.sh',
];

/** The entrypoints of the base images that most steps use, as the Dockerfiles of the Docker official images have them. */
const officialImages: Readonly<Record<string, ImageCommand>> = {
  alpine: { entrypoint: [], cmd: ['/bin/sh'] },
  bash: { entrypoint: bashEntrypoint, cmd: ['bash'] },
  busybox: { entrypoint: [], cmd: ['sh'] },
  debian: { entrypoint: [], cmd: ['bash'] },
  ubuntu: { entrypoint: [], cmd: ['/bin/bash'] },
};

const withBusyboxShell = new Set(['alpine', 'bash', 'busybox']);
const officialRegistry =
  /^(?:docker\.io\/|index\.docker\.io\/|mirror\.gcr\.io\/)?(?:library\/)?([a-z0-9-]+)$/;

/**
 * The command of a step that names none: the image's entrypoint and the arguments, without arguments its default ones;
 * undefined for an image that is not known.
 */
export function imageCommand(
  image: string | undefined,
  args: readonly string[],
  more: Readonly<Record<string, ImageCommand>> = {},
): string[] | undefined {
  const repository = repositoryOf(image ?? '');
  const known = more[repository] ?? officialImages[officialRegistry.exec(repository)?.[1] ?? ''];
  if (!known) return undefined;
  if (known.entrypoint.length === 0) return [...known.cmd, ...args];
  return [...known.entrypoint, ...(args.length > 0 ? args : known.cmd)];
}

/** Whether `/bin/sh` of an image is that of busybox, which knows more than the one of Debian. */
export function hasBusyboxShell(image: string | undefined): boolean {
  const repository = repositoryOf(image ?? '');
  const name = officialRegistry.exec(repository)?.[1] ?? repository.split('/').at(-1)!;
  return withBusyboxShell.has(name) || /:[^/@]*alpine/.test(image ?? '');
}

/** The image without its tag and digest. */
function repositoryOf(image: string): string {
  return image.replace(/@.*$/, '').replace(/:[^/:]*$/, '');
}
