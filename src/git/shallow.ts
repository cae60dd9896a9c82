import { BitiqError } from '../model/errors.ts';
import { gitText } from './git.ts';

/** Whether the history of a clone is cut off. */
export async function isShallow({ directory }: { readonly directory: string }): Promise<boolean> {
  const args = ['rev-parse', '--is-shallow-repository'];
  return (await gitText(directory, args, { to: 'look at the clone' })) === 'true';
}

/** The error that the answer is in the part of the history that a shallow clone does not have. */
export function tooShallow({ label }: { readonly label: string }, unknown: string): BitiqError {
  return new BitiqError({
    code: 'clone-shallow',
    message: `${label} is a shallow clone, so bitiq cannot tell ${unknown}.`,
    fix: 'Fetch the whole history: `git fetch --unshallow`, or `fetch-depth: 0` for actions/checkout. `--repo URL` needs no clone.',
  });
}
