import { BitiqError } from '../model/errors.ts';
import { git } from './git.ts';
import type { Repository } from './repository.ts';

/**
 * Name and mail of the author, cleaned as Git does when it writes a commit: `<`, `>` and, at the ends, dots, commas and quotes are left
 * out. A name is never guessed from the machine. Throws `identity-missing` where there is none, or nothing remains of it.
 */
export async function readIdentity(
  repository: Repository,
  env: NodeJS.ProcessEnv,
): Promise<{ readonly name: string; readonly email: string }> {
  const given = Object.entries(env).filter(
    ([key, value]) => /^GIT_AUTHOR_(?:NAME|EMAIL)$/.test(key) && value,
  );
  const found = await git(
    repository.directory,
    ['-c', 'user.useConfigOnly=true', 'var', 'GIT_AUTHOR_IDENT'],
    { to: 'read who you are', env: Object.fromEntries(given), allow: [0, 1, 128] },
  );
  const [, name, email] = /^(.*) <([^>]*)> \d+ [-+]\d+$/m.exec(found.stdout.toString('utf8')) ?? [];
  if (name && email) return { name, email };
  const nothingLeft = /^fatal: (name consists only of disallowed characters: .*|empty ident name .*)$/m.exec(
    found.stderr,
  )?.[1];
  throw new BitiqError({
    code: 'identity-missing',
    message:
      nothingLeft === undefined
        ? 'Git does not know who you are, and every commit says who made it.'
        : `Git cannot write your name: ${nothingLeft}.`,
    fix: 'Run `git config --global user.name NAME` and `git config --global user.email EMAIL`.',
  });
}
