import { BitiqError } from '../model/errors.ts';

/** The file of a lock that Git found taken, by what it said. */
export function lockIn(said: string): string | undefined {
  return /Unable to create '([^']+\.lock)': File exists/.exec(said)?.[1];
}

/** The error that a lock or a name in the clone itself keeps Git from updating it, by what Git said; undefined where it is something else. */
export function blockedClone(repository: { readonly label: string }, said: string): BitiqError | undefined {
  const lock = lockIn(said);
  if (lock !== undefined) {
    return new BitiqError({
      code: 'tool-failed',
      message: `${repository.label} is locked by ${lock}: another Git is running there, or a killed one left the file behind.`,
      fix: `If no Git is running there, remove the file: \`rm '${lock}'\`.`,
    });
  }
  const [, wanted, there] = /cannot lock ref '([^']+)': '([^']+)' exists; cannot create/.exec(said) ?? [];
  if (wanted === undefined || there === undefined) return undefined;
  const [short, kind] = [
    there.replace(/^refs\/\w+\//, ''),
    there.startsWith('refs/tags/') ? 'tag' : 'branch',
  ];
  return new BitiqError({
    code: 'tool-failed',
    message: `The ${kind} ${short} in ${repository.label} keeps Git from creating ${wanted}: one name cannot be a folder of the other.`,
    fix:
      kind === 'tag'
        ? `Rename it: \`git tag ${short}-old ${short}\` and \`git tag --delete ${short}\`.`
        : `Rename it: \`git branch --move ${short} ${short}-old\`.`,
  });
}
