import { BitiqError, messageOf } from '../model/errors.ts';
import { painter, printPlace } from './print.ts';

/** An error as a person reads it: code, sentence, place, fix, and the state that things are in. */
export function printError(error: unknown, colour: boolean): string {
  const paint = painter(colour);
  if (!(error instanceof BitiqError)) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : messageOf(error);
    return [
      `${paint('red', 'error[internal]')}: bitiq itself failed: ${messageOf(error)}`,
      paint('dim', stack),
      'Please report this: https://github.com/bitiq-io/bitiq/issues',
    ].join('\n');
  }
  return [
    `${paint('red', `error[${error.code}]`)}: ${shorten(error.message)}`,
    ...(error.place ? printPlace(error.place, paint) : []),
    `${paint('green', 'fix')}: ${shorten(error.fix)}`,
    error.state,
  ].join('\n');
}

/** No word is longer than a screen has lines for: an argument of a megabyte is not repeated. */
function shorten(text: string): string {
  return text.replace(/\S{1000,}/g, (word) => `${word.slice(0, 100)}… (${word.length} characters)`);
}
