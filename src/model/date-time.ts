import { z } from 'zod';

const form = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/;

/** Whether a text is an ISO 8601 date-time that names one moment: with an offset or Z, and a day that exists. */
export function isDateTime(text: string): boolean {
  if (!form.test(text) || Number.isNaN(Date.parse(text))) return false;
  // Date.parse takes 30 February for 2 March.
  const day = text.slice(0, 10);
  return new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
}

/** The schema of a moment in a file. */
export const dateTimeSchema = z
  .string()
  .refine(isDateTime, { message: 'must be a date-time with its offset, such as 2026-08-05T18:00:00Z' });

/** A moment that somebody wrote with any offset, in UTC; what names none stays as it is. */
export function inUtc(text: string): string {
  return Number.isNaN(Date.parse(text)) ? text : printDateTime(new Date(text));
}

/** A moment as it is written to files: whole seconds, in UTC. */
export function printDateTime(moment: Date): string {
  return moment.toISOString().replace(/\.\d{3}Z$/, 'Z');
}
