import { BitiqError } from '../model/errors.ts';

/** The port that --port names: 0 for a free one. Throws `usage` for anything other than a port. */
export function readPort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new BitiqError({
    code: 'usage',
    message: `--port ${JSON.stringify(text)} is not a port.`,
    fix: 'Name a number from 1 to 65535, or 0 for a free one.',
  });
}

/** The milliseconds that an option names; throws `usage` for anything other than a whole number below a day or so. */
export function readMilliseconds(option: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  if (/^[0-9]{1,8}$/.test(text)) return Number(text);
  throw new BitiqError({
    code: 'usage',
    message: `${option} must be a number of milliseconds, not ${JSON.stringify(text)}.`,
    fix: `Write a whole number, such as ${option} ${fallback}.`,
  });
}
