import { refuse, type Line } from './refuse.ts';

/** The `Healthcheck` of an image config; durations in nanoseconds, as Docker writes them. */
export interface Health {
  readonly Test: readonly string[];
  readonly Interval?: number;
  readonly Timeout?: number;
  readonly StartPeriod?: number;
  readonly StartInterval?: number;
  readonly Retries?: number;
}

const durations: Record<string, 'Interval' | 'Timeout' | 'StartPeriod' | 'StartInterval'> = {
  interval: 'Interval',
  timeout: 'Timeout',
  'start-period': 'StartPeriod',
  'start-interval': 'StartInterval',
};
const units: Record<string, number> = { ns: 1, us: 1e3, ms: 1e6, s: 1e9, m: 6e10, h: 3.6e12 };

/** Reads `NONE` or `[options] CMD …`. */
export function readHealthcheck(
  raw: string,
  flags: readonly (readonly [string, string])[],
  line: Line,
  readArgv: (raw: string, line: Line) => string[],
): Health {
  if (raw.toUpperCase() === 'NONE') return { Test: ['NONE'] };
  const command = /^CMD\s+(\S.*)$/is.exec(raw)?.[1];
  if (!command) throw refuse('invalid', line, 'HEALTHCHECK takes NONE, or CMD and a command');
  const options: Partial<Record<Exclude<keyof Health, 'Test'>, number>> = {};
  for (const [name, value] of flags) {
    const key = durations[name];
    if (key) options[key] = nanoseconds(value, name, line);
    else if (name === 'retries' && /^\d{1,4}$/.test(value)) options.Retries = Number(value);
    else throw refuse('invalid', line, `HEALTHCHECK has the option --${name}=${value}`);
  }
  const test = command.startsWith('[') ? ['CMD', ...readArgv(command, line)] : ['CMD-SHELL', command];
  return { Test: test, ...options };
}

function nanoseconds(text: string, name: string, line: Line): number {
  const parts = [...text.matchAll(/(?<![\d.])(\d+(?:\.\d+)?)(ns|us|ms|s|m|h)/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text) {
    throw refuse('invalid', line, `--${name}=${text} is not a duration such as 30s or 1m30s`);
  }
  return parts.reduce(
    (sum, [, amount, unit]) => sum + Math.round(Number(amount) * (units[unit ?? ''] ?? 0)),
    0,
  );
}
