import { statSync } from 'node:fs';
import { basename, join, normalize } from 'node:path';
import { BitiqError } from '../../model/errors.ts';
import type { StartConfig } from './images.ts';
import type { Workload } from './rendering.ts';

/** What to start and where, in paths of this machine. */
export interface Command {
  readonly words: readonly [string, ...string[]];
  readonly workingDirectory: string;
}

/**
 * The command of a workload: the Pod's `command` and `args` over the image's (a Pod's `command` also drops the image's arguments).
 * Absolute paths that exist inside the image become paths in `folder`; a program that does not is looked for on PATH by its name.
 */
export function findCommand(workload: Workload, image: StartConfig, folder: string): Command {
  const args = workload.args ?? (workload.command === undefined ? image.command : []);
  const words = [...(workload.command ?? image.entrypoint), ...args];
  const [program, ...rest] = words.map((word) => mapPath(word, folder));
  if (program === undefined) {
    throw new BitiqError({
      code: 'service-start-failed',
      message: `${workload.service} ${workload.tag} cannot be started: neither its image nor its Deployment has a command.`,
      fix: "Give the service's Dockerfile a CMD or an ENTRYPOINT.",
    });
  }
  const first = program.startsWith('/') && !program.startsWith(folder) ? basename(program) : program;
  return {
    words: [first, ...rest],
    workingDirectory: join(folder, normalize(`/${workload.workingDirectory ?? image.workingDirectory}`)),
  };
}

/** The path of this machine for a path inside the image; a word that is not a path inside it stays. */
export function mapPath(word: string, folder: string): string {
  if (!word.startsWith('/') || word === '/') return word;
  const mapped = join(folder, normalize(word));
  return statSync(mapped, { throwIfNoEntry: false }) === undefined ? word : mapped;
}
