/**
 * The records of `git log` with a format whose `count` fields end with NUL each. No message and no name can hold a NUL, so nothing
 * that somebody wrote begins a record of its own.
 */
export function recordsOf(text: string, count: number): string[][] {
  const fields = text.split('\0');
  const records: string[][] = [];
  for (let start = 0; start + count < fields.length; start += count) {
    const [first = '', ...rest] = fields.slice(start, start + count);
    // Git ends each record with a line break.
    records.push([first.replace(/^\n/, ''), ...rest]);
  }
  return records;
}
