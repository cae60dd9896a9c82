import { open } from 'node:fs/promises';
import type { BoardSource } from './board-source.ts';

export interface LogName {
  readonly run: string;
  readonly task: string;
  readonly step: string;
}

export interface LogPiece {
  readonly text: string;
  /** The byte after this piece. */
  readonly offset: number;
}

const pieceSize = 64 * 1024;
const lookEvery = 120; // milliseconds

/** The file of a log, when the run, task and step are in the view; a name from an address never becomes a path by itself. */
export async function logFile(source: BoardSource, name: LogName): Promise<string | undefined> {
  return findStep(source, name) === undefined ? undefined : source.openLog(name.run, name.task, name.step);
}

/** The pieces of a log from an offset on as they are written, until its step has ended or the signal is given. */
export async function* followLog(
  source: BoardSource,
  name: LogName,
  options: { readonly offset: number; readonly signal: AbortSignal },
): AsyncGenerator<LogPiece> {
  let offset = options.offset;
  while (!options.signal.aborted) {
    const ended = hasEnded(source, name); // asked before reading: what is there then is all there will be
    const file = await logFile(source, name);
    for (let piece = await readPiece(file, offset, ended); piece !== undefined;) {
      offset = piece.offset;
      yield piece;
      if (options.signal.aborted) return;
      piece = await readPiece(file, offset, ended);
    }
    if (ended) return;
    await new Promise((resolve) => setTimeout(resolve, lookEvery));
  }
}

function findStep(source: BoardSource, { run, task, step }: LogName) {
  const found = source.snapshot().runs.find((view) => view.run === run);
  const state = found?.tasks
    .find((view) => view.task === task)
    ?.steps.find((view) => view.step === step)?.state;
  return found && state && { run: found.state, step: state };
}

function hasEnded(source: BoardSource, name: LogName): boolean {
  const found = findStep(source, name);
  return found === undefined || found.run !== 'running' || !['waiting', 'running'].includes(found.step);
}

async function readPiece(
  file: string | undefined,
  offset: number,
  ended: boolean,
): Promise<LogPiece | undefined> {
  if (file === undefined) return undefined;
  const handle = await open(file, 'r').catch(() => undefined);
  if (handle === undefined) return undefined;
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(pieceSize), 0, pieceSize, offset);
    const whole = buffer.subarray(0, bytesRead);
    const bytes = ended && bytesRead < pieceSize ? whole : whole.subarray(0, completeLength(whole));
    return bytes.length === 0 ? undefined : { text: bytes.toString('utf8'), offset: offset + bytes.length };
  } finally {
    await handle.close();
  }
}

/** How many bytes are whole characters of UTF-8; a character that is cut stays for the next piece. */
function completeLength(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) break;
    if (byte < 0xc0) continue;
    const needs = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return needs > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}
