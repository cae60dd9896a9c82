import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import type { OutputStream } from './executor.ts';
import type { SecretMask } from './mask-secrets.ts';

const longestLine = 16_384;

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
}

/** Opens the log of a step; a later attempt is added to the same file. Every line is in the file when `write` returns. */
export function openStepLog(options: StepLogOptions): StepLog {
  mkdirSync(dirname(options.file), { recursive: true });
  const descriptor = openSync(options.file, 'a', 0o600);
  const add = (lines: readonly string[]) => {
    if (lines.length === 0) return;
    const at = options.now().toISOString();
    const masked = lines.map((line) => options.mask(line.replace(/\r$/, '')));
    writeSync(descriptor, masked.map((line) => `${at} ${line}\n`).join(''));
    for (const line of masked) options.onLine(line, at);
  };
  // Two streams that are cut anywhere make lines of their own, as a program writes them.
  const streams = { stdout: new Lines(options.mask), stderr: new Lines(options.mask) };
  return {
    write: (chunk, stream = 'stdout') => add(streams[stream].take(chunk)),
    close: () => {
      for (const stream of [streams.stdout, streams.stderr]) add(stream.end());
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
