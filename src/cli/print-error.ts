import { BitiqError, messageOf } from '../model/errors.ts';
import { stripSecrets } from '../process/run.ts';
import { painter, printPlace } from './print.ts';

const report = 'Please report this: https://github.com/bitiq-io/bitiq/issues';

/** An error as a person reads it: code, sentence, place, fix, and the state that things are in. */
export function printError(error: unknown, colour: boolean): string {
  const paint = painter(colour);
  if (!(error instanceof BitiqError)) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : messageOf(error);
    return [
      `${paint('red', 'error[internal]')}: bitiq itself failed: ${shorten(messageOf(error))}`,
      paint('dim', shorten(stack)),
      report,
    ].join('\n');
  }
  return [
    `${paint('red', `error[${error.code}]`)}: ${shorten(error.message)}`,
    ...(error.place ? printPlace(error.place, paint) : []),
    `${paint('green', 'fix')}: ${shorten(error.fix)}`,
    error.state,
  ].join('\n');
}

/** An error as a program reads it, for stdout: one JSON document with the same things. */
export function printJsonError(error: unknown): string {
  const { code, message, fix, state, place } =
    error instanceof BitiqError
      ? error
      : { code: 'internal', message: messageOf(error), fix: report, state: null, place: null };
  return JSON.stringify(
    {
      error: {
        code,
        message: shorten(message),
        fix: shorten(fix),
        state,
        place: place ?? null,
      },
    },
    null,
    2,
  );
}

/** Without logins, and no word is longer than a screen has lines for: an argument of a megabyte is not repeated. */
function shorten(text: string): string {
  return stripSecrets(text, []).replace(
    /\S{1000,}/g,
    (word) => `${word.slice(0, 100)}… (${word.length} characters)`,
  );
}
