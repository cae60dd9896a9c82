import { join } from 'node:path';
import { replaceFile } from '../../process/atomic-write.ts';
import { readJsonIfThere } from '../../process/read-if-there.ts';

/** The last head of `main` of a repository whose webhook was accepted. */
export interface DeliveryRecord {
  readonly delivered: string;
  readonly deliveryId: string;
  /** ISO 8601. */
  readonly at: string;
}

/** Reads the record of a repository; undefined, also after a power cut in the middle of writing it, means that nothing was delivered. */
export async function readDeliveryRecord(
  directory: string,
  repository: string,
): Promise<DeliveryRecord | undefined> {
  const found = await readJsonIfThere(join(directory, `${repository}.json`));
  const record = found as Partial<DeliveryRecord> | null | undefined;
  return typeof record?.delivered === 'string' && /^[0-9a-f]{40,64}$/.test(record.delivered)
    ? { delivered: record.delivered, deliveryId: String(record.deliveryId), at: String(record.at) }
    : undefined;
}

/** Writes the record of a repository whole or not at all. */
export async function writeDeliveryRecord(
  directory: string,
  repository: string,
  record: DeliveryRecord,
): Promise<void> {
  await replaceFile(join(directory, `${repository}.json`), `${JSON.stringify(record)}\n`);
}
