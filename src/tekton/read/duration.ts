// Each part begins where the one before it ends.
const parts = /([0-9]+(?:\.[0-9]+)?|\.[0-9]+)(ns|us|µs|ms|s|m|h)/gy;
const milliseconds: Record<string, number> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** Milliseconds of a duration in Go's grammar (`1h30m`, `500ms`, `0`); undefined when it is not one. */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0;
  let [total, end] = [0, 0];
  for (const [part, amount, unit] of text.matchAll(parts)) {
    total += Number(amount) * milliseconds[unit!]!;
    end += part.length;
  }
  return end === text.length && end > 0 ? total : undefined;
}

/** A number of milliseconds as Go prints a duration: `1h0m0s`, `1m30s`, `500ms`. */
export function printDuration(duration: number): string {
  if (duration === 0) return '0s';
  if (duration < 1000) return `${duration}ms`;
  const hours = Math.floor(duration / 3_600_000);
  const minutes = Math.floor(duration / 60_000) % 60;
  const seconds = (duration % 60_000) / 1000;
  if (hours > 0) return `${hours}h${minutes}m${seconds}s`;
  return minutes > 0 ? `${minutes}m${seconds}s` : `${seconds}s`;
}
