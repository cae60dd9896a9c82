import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../../process/atomic-write.ts';

/** The last head of `main` of a repository whose webhook was accepted. */
export interface DeliveryRecord {
  readonly delivered: string;
  readonly deliveryId: string;
  /** ISO 8601. */
  readonly at: string;
}

/** Reads the record of a repository; none, or one that cannot be read, means that nothing was delivered. */
export async function readDeliveryRecord(
  directory: string,
  repository: string,
): Promise<DeliveryRecord | undefined> {
  try {
    const record = JSON.parse(
      await readFile(join(directory, `${repository}.json`), 'utf8'),
    ) as Partial<DeliveryRecord>;
    return typeof record.delivered === 'string' && /^[0-9a-f]{40,64}$/.test(record.delivered)
      ? { delivered: record.delivered, deliveryId: String(record.deliveryId), at: String(record.at) }
      : undefined;
  } catch {
    return undefined;
  }
}

/** Writes the record of a repository whole or not at all. */
export async function writeDeliveryRecord(
  directory: string,
  repository: string,
  record: DeliveryRecord,
): Promise<void> {
  await replaceFile(join(directory, `${repository}.json`), `${JSON.stringify(record)}\n`);
}
