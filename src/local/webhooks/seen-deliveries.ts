import { appendFile, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { replaceFile } from '../../process/atomic-write.ts';
import { readIfThere } from '../../process/read-if-there.ts';
import { oneAtATime } from './one-at-a-time.ts';

/** The deliveries that were acted on, on disk, the newest 10,000 of them at least. */
export interface SeenDeliveries {
  has(delivery: string): boolean;
  /** Resolves when the delivery is in the file. */
  add(delivery: string): Promise<void>;
}

const leastKept = 10_000;

/** Opens the list in a file, one delivery a line; a file that is missing is an empty list. */
export async function openSeenDeliveries(file: string): Promise<SeenDeliveries> {
  const read = await readLines(file);
  const seen = new Set(read.slice(-leastKept));
  await mkdir(dirname(file), { recursive: true });
  if (read.length > 0) await replaceFile(file, [...seen].map((line) => `${line}\n`).join(''));
  let waiting: string[] = [];
  const append = oneAtATime(async () => {
    const lines = waiting;
    waiting = [];
    if (lines.length > 0) await appendFile(file, lines.map((line) => `${line}\n`).join(''));
  });
  return {
    has: (delivery) => seen.has(delivery),
    add: (delivery) => {
      seen.add(delivery);
      waiting.push(delivery);
      for (const oldest of seen) {
        if (seen.size <= 2 * leastKept) break;
        seen.delete(oldest);
      }
      return append();
    },
  };
}

/** A line that a power cut left half written matches no delivery. */
async function readLines(file: string): Promise<string[]> {
  return ((await readIfThere(file)) ?? '').split('\n').filter((line) => line !== '');
}
