import { paths } from '../../model/config.ts';
import { BitiqError, type Place } from '../../model/errors.ts';
import type { Finding } from '../../model/finding.ts';

/** Runs a check; an error that it throws becomes a finding with the same code, place and fix. */
export async function collectFindings(run: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  try {
    return await run();
  } catch (error) {
    return [findingOf(error)];
  }
}

/** The finding that says what an error says; what is not a BitiqError is thrown on. */
export function findingOf(error: unknown, file: string = paths.config): Finding {
  if (!(error instanceof BitiqError)) throw error;
  const { code, message, fix } = error;
  return { code, severity: 'error', place: error.place ?? { file }, message, fix };
}

/** An error at a place. */
export function errorAt(place: Place, code: Finding['code'], message: string, fix: string): Finding {
  return { code, severity: 'error', place, message, fix };
}
