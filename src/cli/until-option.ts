import { BitiqError } from '../model/errors.ts';
import type { CommandContext, OptionsOf } from './command.ts';
import type { untilOption } from './common-options.ts';

/** The moment that --until names; throws `usage` when it names none. */
export async function untilOf(
  context: CommandContext<OptionsOf<readonly [typeof untilOption]>>,
): Promise<Date | undefined> {
  const text = context.options.until;
  if (text === undefined) return undefined;
  const { isDateTime } = await import('../model/date-time.ts');
  if (isDateTime(text)) return new Date(text);
  throw new BitiqError({
    code: 'usage',
    message: `--until ${JSON.stringify(text)} is not a moment.`,
    fix: 'Write a date-time with its offset, such as 2026-08-05T18:00:00Z or 2026-08-05T20:00+02:00.',
  });
}
