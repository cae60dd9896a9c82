import { mkdir, open } from 'node:fs/promises';
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
  /** Resolves when every line is in the file and was told; throws what kept the first one from it. */
  close(): Promise<void>;
}

export interface StepLogOptions {
  readonly file: string;
  readonly mask: SecretMask;
  readonly now: () => Date;
  /** Told of each line once it is in the file. */
  readonly onLine: (line: string, at: string) => void;
  /** Told once when a line cannot be written or told; the lines after it are lost. */
  readonly onFault?: (() => void) | undefined;
  /** Bytes that are kept from the start. Default: 64 MiB. */
  readonly limit?: number | undefined;
}

interface Line {
  readonly line: string;
  readonly at: string;
}

/** Opens the log of a step; a later attempt is added to the same file. */
export async function openStepLog(options: StepLogOptions): Promise<StepLog> {
  await mkdir(dirname(options.file), { recursive: true });
  const file = await open(options.file, 'a', 0o600);
  let left = (options.limit ?? longestLog) - (await file.stat()).size;
  let dropped = 0;
  let end: Line[] = [];
  let pending: Line[] = [];
  let flushing: Promise<void> | undefined;
  let fault: { readonly error: unknown } | undefined;
  const flush = async () => {
    try {
      while (pending.length > 0) {
        const lines = pending;
        pending = [];
        await file.writeFile(lines.map(({ line, at }) => `${at} ${line}\n`).join(''));
        for (const { line, at } of lines) options.onLine(line, at);
      }
    } catch (error) {
      fault = { error };
      pending = [];
      options.onFault?.();
    }
    flushing = undefined;
  };
  const put = (lines: readonly Line[]) => {
    if (fault !== undefined) return;
    pending.push(...lines);
    flushing ??= flush();
  };
  const add = (texts: readonly string[]) => {
    if (texts.length === 0) return;
    const at = options.now().toISOString();
    const lines = texts.map((line) => ({ line: options.mask(line.replace(/\r$/, '')), at }));
    for (const { line } of lines) left -= at.length + line.length + 2;
    if (left >= 0) return put(lines);
    if (dropped === 0) {
      const line =
        'This log is as long as a log may be. Only its last lines follow, when the step has ended.';
      put([{ line, at }]);
    }
    dropped += lines.length;
    end = [...end, ...lines.slice(-linesOfEnd)].slice(-linesOfEnd);
  };
  // Two streams that are cut anywhere make lines of their own, as a program writes them.
  const streams = { stdout: new Lines(options.mask), stderr: new Lines(options.mask) };
  return {
    write: (chunk, stream = 'stdout') => add(streams[stream].take(chunk)),
    close: async () => {
      for (const stream of [streams.stdout, streams.stderr]) add(stream.end());
      if (dropped > end.length)
        put([{ line: `${dropped - end.length} lines are left out here.`, at: end[0]!.at }]);
      put(end);
      await flushing;
      await file.close();
      if (fault !== undefined) throw fault.error;
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
