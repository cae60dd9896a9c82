/** Whether a text names a time zone that this machine knows, such as Europe/Berlin. */
export function isTimeZone(name: string): boolean {
  try {
    return name !== '' && formatterOf(name) !== undefined;
  } catch {
    return false;
  }
}

/** What the clocks of a zone show at a moment, as milliseconds as if that were UTC. */
export function localTimeOf(moment: Date, timeZone: string): number {
  return moment.getTime() + offsetAt(moment.getTime(), timeZone);
}

/** The first moment at which the clocks of a zone show this local time (see localTimeOf), or skip it. */
export function firstInstantOf(local: number, timeZone: string): Date {
  return instantsOf(local, timeZone).at(0)!;
}

/** The last moment at which the clocks of a zone show this local time (see localTimeOf), or skip it. */
export function lastInstantOf(local: number, timeZone: string): Date {
  return instantsOf(local, timeZone).at(-1)!;
}

const dayMs = 86_400_000;

/** Every moment at which clocks show a local time, ascending: two where they go back, and that of the skip where they go forward. */
function instantsOf(local: number, timeZone: string): Date[] {
  const before = offsetAt(local - dayMs, timeZone);
  const after = offsetAt(local + dayMs, timeZone);
  const moments = [...new Set([before, after])]
    .filter((offset) => offsetAt(local - offset, timeZone) === offset)
    .map((offset) => local - offset)
    .sort((a, b) => a - b);
  return (moments.length > 0 ? moments : [skipBetween(local - after, local - before, after, timeZone)]).map(
    (moment) => new Date(moment),
  );
}

/** The moment in (low, high] from which on the offset is `after`. */
function skipBetween(low: number, high: number, after: number, timeZone: string): number {
  while (high - low > 1000) {
    const middle = Math.floor((low + high) / 2000) * 1000;
    if (offsetAt(middle, timeZone) === after) high = middle;
    else low = middle;
  }
  return high;
}

/** Local time minus UTC in milliseconds. */
function offsetAt(moment: number, timeZone: string): number {
  const second = Math.floor(moment / 1000) * 1000;
  const parts = new Map(
    formatterOf(timeZone)
      .formatToParts(second)
      .map((part) => [part.type, Number(part.value)]),
  );
  const get = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
  return (
    Date.UTC(get('year'), get('month') - 1, get('day'), get('hour'), get('minute'), get('second')) - second
  );
}

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  let formatter = formatters.get(timeZone);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formatters.set(timeZone, formatter);
  }
  return formatter;
}
