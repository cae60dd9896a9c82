import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BitiqError } from '../model/errors.ts';
import { stripSecrets } from '../process/run.ts';
import { blockedClone, lockIn } from './blocked-clone.ts';
import { printLimit } from './patience.ts';
import { isMainProtected, type PushedRef } from './push-report.ts';
import type { Repository } from './repository.ts';

/** Throws where the files or the index of a checkout that is its own remote keep main from moving. */
export function requireFreeCheckout(repository: Repository, said: string): void {
  const lock = join(repository.directory, '.git', 'index.lock');
  if (existsSync(lock)) throw blockedClone(repository, `Unable to create '${lock}': File exists.`)!;
  if (
    !/working directory has|unstaged changes|staged changes|would be overwritten|up-to-date check failed/i.test(
      said,
    )
  )
    return;
  throw new BitiqError({
    code: 'push-denied',
    message: `main is checked out in ${repository.label}, and its files have changes that are not committed, so main cannot move.`,
    fix: 'Commit or stash your changes there, then run the command again.',
  });
}

/** The pre-push hook of the clone said no, or did not end in the time of a push, so nothing was sent. */
export function hookRefused(
  repository: Repository,
  { said, timedOut = false }: { readonly said: string; readonly timedOut?: boolean | undefined },
): BitiqError {
  const did = timedOut ? `did not end within ${printLimit(repository)}` : 'refused the push';
  return new BitiqError({
    code: 'push-denied',
    message: `The pre-push hook of ${repository.label} ${did}, before anything was sent.${said && `\n${said}`}`,
    fix: timedOut
      ? 'See what it waits for: `git rev-parse --git-path hooks/pre-push` names the file. BITIQ_PUSH_TIMEOUT=900 gives it 15 minutes.'
      : 'Do what the hook says above. `git rev-parse --git-path hooks/pre-push` names the file.',
  });
}

/** Why the remote refused a push, and what to do: `main-protected` where main takes changes by pull request alone, else `push-denied`. */
export function refusal(
  repository: Repository,
  { refused, said }: { readonly refused: readonly PushedRef[]; readonly said: string },
): BitiqError {
  if (isMainProtected(repository.branch, { refused, said })) {
    return new BitiqError({
      code: 'main-protected',
      message: `${repository.branch} of ${repository.label} is protected: it does not accept your push.\n${said}`,
      fix: `Propose the change by a pull request, with --pr; or let the owner of the rules allow you to push to ${repository.branch}.`,
    });
  }
  if (/branch is currently checked out/.test(said)) {
    return new BitiqError({
      code: 'push-denied',
      message: `The remote of ${repository.label} is a checkout that has main checked out, and Git accepts no push into it.`,
      fix: 'Push to a bare repository. The loop that `bitiq up` starts has one: --repo loop.',
    });
  }
  const [, wanted, there] = /cannot lock ref '([^']+)': '([^']+)' exists; cannot create/.exec(said) ?? [];
  if (wanted !== undefined && there !== undefined) {
    return new BitiqError({
      code: 'push-denied',
      message: `The remote of ${repository.label} has ${there}, so Git cannot create ${wanted}: one name cannot be a folder of the other.\n${said}`,
      fix: `Give ${there} another name on the remote. \`git ls-remote ${repository.remote === repository.directory ? '.' : stripSecrets(repository.remote, [])} ${there}\` shows it.`,
    });
  }
  const lock = lockIn(said);
  return new BitiqError({
    code: 'push-denied',
    message: `The push to ${repository.label} was refused.\n${said}`,
    fix:
      lock === undefined
        ? 'See what the remote said above; check your rights and its rules.'
        : `Another Git is working there and has locked ${lock}, or one that was killed left the file: then remove it.`,
  });
}
