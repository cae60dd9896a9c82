import { BitiqError } from '../model/errors.ts';
import type { CommandSpec } from './command.ts';
import { quoteWhereNeeded } from '../process/quote-for-shell.ts';

/** Where main is protected: the error with the very command that was run, by pull request; any other error as it is. */
export function proposeInstead(error: unknown, spec: CommandSpec, argv: readonly string[]): unknown {
  if (!(error instanceof BitiqError) || error.code !== 'main-protected') return error;
  const { code, message, place, state } = error;
  const takesIt = spec.options?.some(({ flags }) => flags === '--pr') ?? false;
  const end = argv.indexOf('--');
  const words = end < 0 ? [...argv, '--pr'] : argv.toSpliced(end, 0, '--pr');
  const command = ['bitiq', ...words.map(quoteWhereNeeded)].join(' ');
  const fix = takesIt
    ? `Propose it by a pull request: \`${command}\``
    : `The command ${spec.name} has no --pr: ask the owner of the rules to let you push to the branch.`;
  return new BitiqError({ code, message, fix, place, state, cause: error });
}
