import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { copyFolder } from '../kit/made-once.ts';
import {
  copyToolkit,
  goldenNow,
  makeFolder,
  sealedEnvironment,
  seedRepositories,
} from '../kit/seeded-repository.ts';
import type { SeededRepositories } from '../kit/seeded-repository.ts';
import { parseGolden, printGolden, runLine, type CommandResult } from './golden-file.ts';

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const goldens = join(root, 'test/golden');
const files = readdirSync(goldens, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.txt'))
  .sort();
let folder: string;
let toolkit: string;
let seeded: SeededRepositories;

beforeAll(() => {
  folder = makeFolder();
  toolkit = copyToolkit(folder);
  seeded = seedRepositories(folder, toolkit);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the command line', () => {
  it.concurrent.for(files)('%s', async (file, { expect }) => {
    const golden = parseGolden(readFileSync(join(goldens, file), 'utf8'));
    expect(golden.commands.length, 'a golden file has at least one line `$ command`').toBeGreaterThan(0);
    const place = mkdtempSync(join(folder, 'case-'));
    copyFolder(seeded[golden.state], place);
    const env = sealedEnvironment(toolkit, place, goldenNow);
    const results: CommandResult[] = [];
    for (const line of golden.commands) {
      const result = await runLine(line, join(place, 'checkout'), env);
      results.push({
        ...result,
        stdout: neutral(result.stdout, place),
        stderr: neutral(result.stderr, place),
      });
    }
    await rm(place, { recursive: true, force: true });
    const text = printGolden(golden, results);
    expect(text, 'bitiq never fails by itself').not.toMatch(/error\[internal\]|node:internal/);
    await expect(text).toMatchFileSnapshot(join(goldens, file));
  });
});

/** What differs from machine to machine has a name instead. */
function neutral(text: string, place: string): string {
  return text
    .replaceAll(place, '<folder>')
    .replaceAll(process.env['BITIQ_HELM'] ?? '<helm>', '<helm>')
    .replaceAll(toolkit, '<toolkit>');
}
