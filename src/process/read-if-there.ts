import { readdir, readFile } from 'node:fs/promises';
import { isMissing } from './errno.ts';

/** The text of a file; undefined where it is not there. One that cannot be read, as on a failing disk, is thrown: it is there. */
export async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** As `readIfThere`, parsed as JSON; undefined also where a power cut left something else. Its shape is for the caller to check. */
export async function readJsonIfThere(file: string): Promise<unknown> {
  const text = await readIfThere(file);
  try {
    return text === undefined ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}

/** The names in a folder; none where it is not there. */
export async function listIfThere(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
