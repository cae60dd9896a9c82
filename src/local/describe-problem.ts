import { BitiqError, messageOf } from '../model/errors.ts';

/** What was thrown as one text for the events: what, where, and what to do. */
export function describeProblem(error: unknown): string {
  if (!(error instanceof BitiqError)) return messageOf(error);
  const { file, line } = error.place ?? {};
  const where = file === undefined ? '' : ` (${file}${line === undefined ? '' : `:${line}`})`;
  return `${error.message}${where} ${error.fix}`;
}
