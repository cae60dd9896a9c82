import { closeSync, fstatSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import type { OutputStream } from './executor.ts';
import type { SecretMask } from './mask-secrets.ts';

const longestLine = 16_384;
/** Bytes of a log that are kept from its start, and lines from its end. A step that prints for ever fills no disk. */
const longestLog = 64 * 1024 * 1024;
const linesOfEnd = 200;

/**
 * A log of one step: complete lines of either stream, masked, each after the ISO 8601 time at which it came. A line that is
 * too long is cut into several, never within a secret.
 */
export interface StepLog {
  write(chunk: Buffer | string, stream?: OutputStream): void;
  close(): void;
}

export interface StepLogOptions {
  readonly file: string;
  readonly mask: SecretMask;
  readonly now: () => Date;
  readonly onLine: (line: string, at: string) => void;
  /** Bytes that are kept from the start. Default: 64 MiB. */
  readonly limit?: number | undefined;
}

/** Opens the log of a step; a later attempt is added to the same file. Every line is in the file when `write` returns. */
export function openStepLog(options: StepLogOptions): StepLog {
  mkdirSync(dirname(options.file), { recursive: true });
  const descriptor = openSync(options.file, 'a', 0o600);
  let left = (options.limit ?? longestLog) - fstatSync(descriptor).size;
  let dropped = 0;
  let end: { readonly line: string; readonly at: string }[] = [];
  const put = (line: string, at: string) => {
    writeSync(descriptor, `${at} ${line}\n`);
    options.onLine(line, at);
  };
  const add = (lines: readonly string[]) => {
    if (lines.length === 0) return;
    const at = options.now().toISOString();
    const masked = lines.map((line) => options.mask(line.replace(/\r$/, '')));
    const text = masked.map((line) => `${at} ${line}\n`).join('');
    left -= text.length;
    if (left >= 0) {
      writeSync(descriptor, text);
      for (const line of masked) options.onLine(line, at);
      return;
    }
    if (dropped === 0)
      put('This log is as long as a log may be. Only its last lines follow, when the step has ended.', at);
    dropped += masked.length;
    end = [...end, ...masked.slice(-linesOfEnd).map((line) => ({ line, at }))].slice(-linesOfEnd);
  };
  const addEnd = () => {
    if (dropped > end.length) put(`${dropped - end.length} lines are left out here.`, end[0]!.at);
    for (const { line, at } of end) put(line, at);
  };
  // Two streams that are cut anywhere make lines of their own, as a program writes them.
  const streams = { stdout: new Lines(options.mask), stderr: new Lines(options.mask) };
  return {
    write: (chunk, stream = 'stdout') => add(streams[stream].take(chunk)),
    close: () => {
      for (const stream of [streams.stdout, streams.stderr]) add(stream.end());
      addEnd();
      closeSync(descriptor);
    },
  };
}

/** The lines of one stream. */
class Lines {
  readonly #decoder = new StringDecoder('utf8');
  readonly #mask: SecretMask;
  #rest = '';

  constructor(mask: SecretMask) {
    this.#mask = mask;
  }

  take(chunk: Buffer | string): string[] {
    const text = this.#rest + (typeof chunk === 'string' ? chunk : this.#decoder.write(chunk));
    const lines = text.split('\n');
    this.#rest = lines.pop()!;
    if (this.#rest.length > longestLine) {
      const cut = this.#mask.cut(this.#rest);
      if (cut > 0) lines.push(this.#rest.slice(0, cut));
      this.#rest = this.#rest.slice(cut);
    }
    return lines;
  }

  end(): string[] {
    const last = this.#rest + this.#decoder.end();
    this.#rest = '';
    return last === '' ? [] : [last];
  }
}
