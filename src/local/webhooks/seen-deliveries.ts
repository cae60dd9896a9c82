import { readFile } from 'node:fs/promises';
import { replaceFile } from './delivery-record.ts';

/** The deliveries that were acted on, on disk, the newest 2000 of them. */
export interface SeenDeliveries {
  has(delivery: string): boolean;
  add(delivery: string): Promise<void>;
}

const mostKept = 2000;

/** Opens the list in a file; a file that is missing or cannot be read is an empty list. */
export async function openSeenDeliveries(file: string): Promise<SeenDeliveries> {
  const seen = new Set(await readList(file));
  let writing = Promise.resolve();
  return {
    has: (delivery) => seen.has(delivery),
    add: (delivery) => {
      seen.add(delivery);
      for (const oldest of seen) {
        if (seen.size <= mostKept) break;
        seen.delete(oldest);
      }
      writing = writing.catch(() => {}).then(() => replaceFile(file, `${JSON.stringify([...seen])}\n`));
      return writing;
    },
  };
}

async function readList(file: string): Promise<string[]> {
  try {
    const list: unknown = JSON.parse(await readFile(file, 'utf8'));
    return Array.isArray(list) ? list.filter((item) => typeof item === 'string') : [];
  } catch {
    return [];
  }
}
