import { BitiqError } from '../model/errors.ts';
import { textOption, type CommandContext } from './command.ts';

/** The port that --port names: 0 for a free one; anything else than a port is `usage`. */
export function portOption(context: CommandContext, fallback: number): number {
  const text = textOption(context, 'port') ?? String(fallback);
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new BitiqError({
    code: 'usage',
    message: `--port ${JSON.stringify(text)} is not a port.`,
    fix: 'Name a number from 1 to 65535, or 0 for a free one.',
  });
}

/** The milliseconds that an option names; anything else than a whole number below a day or so is `usage`. */
export function millisecondsOption(context: CommandContext, name: string, fallback: number): number {
  const text = textOption(context, name);
  if (text === undefined) return fallback;
  if (/^[0-9]{1,8}$/.test(text)) return Number(text);
  throw new BitiqError({
    code: 'usage',
    message: `--${name} ${JSON.stringify(text)} is no number of milliseconds.`,
    fix: `Write a whole number, such as --${name} ${fallback}.`,
  });
}
