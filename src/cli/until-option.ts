import { BitiqError } from '../model/errors.ts';
import { textOption, type CommandContext, type OptionSpec } from './command.ts';

/** When a hold or freeze ends by itself. */
export const untilOption: OptionSpec = {
  flags: '--until <moment>',
  summary: 'when it ends: a date-time with its offset, such as 2026-08-05T18:00:00Z',
};

/** The moment that --until names; throws `usage` when it names none. */
export async function untilOf(context: CommandContext): Promise<Date | undefined> {
  const text = textOption(context, 'until');
  if (text === undefined) return undefined;
  const { isDateTime } = await import('../model/date-time.ts');
  if (isDateTime(text)) return new Date(text);
  throw new BitiqError({
    code: 'usage',
    message: `--until ${JSON.stringify(text)} names no moment.`,
    fix: 'Write a date-time with its offset, such as 2026-08-05T18:00:00Z or 2026-08-05T20:00+02:00.',
  });
}
