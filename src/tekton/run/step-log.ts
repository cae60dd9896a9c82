import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { StringDecoder } from 'node:string_decoder';

const longestLine = 16_384;

/** A log of one step: complete lines, masked, each after the ISO 8601 time at which it came. */
export interface StepLog {
  write(chunk: Buffer | string): void;
  close(): void;
}

export interface StepLogOptions {
  readonly file: string;
  readonly mask: (text: string) => string;
  readonly now: () => Date;
  readonly onLine: (line: string, at: string) => void;
}

/** Opens the log of a step; a later attempt is added to the same file. Every line is in the file when `write` returns. */
export function openStepLog(options: StepLogOptions): StepLog {
  mkdirSync(dirname(options.file), { recursive: true });
  const descriptor = openSync(options.file, 'a', 0o600);
  const decoder = new StringDecoder('utf8');
  let rest = '';
  const take = (text: string) => {
    rest += text;
    const lines = rest.split('\n');
    rest = lines.pop()!;
    if (rest.length > longestLine) {
      lines.push(rest);
      rest = '';
    }
    if (lines.length === 0) return;
    const at = options.now().toISOString();
    const masked = lines.map((line) => options.mask(line.replace(/\r$/, '')));
    writeSync(descriptor, masked.map((line) => `${at} ${line}\n`).join(''));
    for (const line of masked) options.onLine(line, at);
  };
  return {
    write: (chunk) => take(typeof chunk === 'string' ? chunk : decoder.write(chunk)),
    close: () => {
      const last = decoder.end() + (rest === '' ? '' : '\n');
      if (rest !== '' || last !== '') take(last);
      closeSync(descriptor);
    },
  };
}
