import { BitiqError } from '../../model/errors.ts';
import { findTypedSecrets } from '../../model/find-secrets.ts';
import type { Actor } from './prepared-plan.ts';

/**
 * Throws `secret-in-text` where a text that a person gives for Git to keep contains something that looks like a secret: every clone
 * would have it, for ever. Never prints what was found.
 */
export function requireNoSecret({
  actor,
  irreversible,
}: {
  readonly actor: Actor;
  readonly irreversible?: string | undefined;
}): void {
  const texts = {
    'The reason': actor.reason,
    'The reason of --irreversible': irreversible,
    'Your name in Git': actor.name,
    'Your mail in Git': actor.email,
  };
  for (const [name, text] of Object.entries(texts)) {
    const [found] = findTypedSecrets(text ?? '');
    if (found === undefined) continue;
    throw new BitiqError({
      code: 'secret-in-text',
      message: `${name} contains what looks like ${found.what}. Every clone would keep it for ever.`,
      fix: 'Write it without the secret. If the secret is real and others may have seen it, for example in the history of a shared shell, replace it.',
    });
  }
}
