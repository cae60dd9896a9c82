import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fc } from '../../../test/kit/fast-check.ts';
import { describe, expect, it } from 'vitest';
import type { OutputStream } from './executor.ts';
import { secretMask } from './mask-secrets.ts';
import { openStepLog } from './step-log.ts';

/** What a log has of these chunks. */
async function logOf(chunks: readonly (readonly [Buffer, OutputStream])[], secrets: readonly string[] = []) {
  const file = join(mkdtempSync(join(tmpdir(), 'bitiq-log-')), 'a/step.log');
  const lines: string[] = [];
  const log = await openStepLog({
    file,
    mask: secretMask(secrets),
    now: () => new Date(0),
    onLine: (line) => lines.push(line),
  });
  for (const [chunk, stream] of chunks) log.write(chunk, stream);
  await log.close();
  expect(readFileSync(file, 'utf8')).toBe(lines.map((line) => `1970-01-01T00:00:00.000Z ${line}\n`).join(''));
  return lines;
}

it('keeps the start and the end of a log that is too long, and says what it leaves out', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'bitiq-log-')), 'step.log');
  const log = await openStepLog({
    ...{ file, mask: secretMask(['s3cret-s3cret']), now: () => new Date(0), onLine: () => {} },
    limit: 1000,
  });
  for (let line = 1; line <= 10_000; line++) log.write(`line ${line} s3cret-s3cret\n`);
  await log.close();
  const lines = readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.slice(25));
  expect(lines[0]).toBe('line 1 ***');
  const note = lines.findIndex((line) => line.startsWith('This log is as long as a log may be.'));
  expect(lines[note + 1]).toBe(`${10_000 - note - 200} lines are left out here.`);
  expect(lines.slice(note + 2)).toHaveLength(200);
  expect(lines.at(-1)).toBe('line 10000 ***');
  expect(readFileSync(file, 'utf8')).not.toContain('s3cret');
});

const chunksOf = (bytes: Buffer, sizes: readonly number[], stream: OutputStream) => {
  const chunks: [Buffer, OutputStream][] = [];
  let start = 0;
  for (const size of [...sizes, bytes.length]) {
    if (start < bytes.length) chunks.push([bytes.subarray(start, start + size), stream]);
    start += size;
  }
  return chunks;
};

describe('openStepLog', () => {
  it('keeps the lines of the two streams apart, also letters that come in two halves', async () => {
    const e = Buffer.from('é');
    expect(
      await logOf([
        [Buffer.from('out '), 'stdout'],
        [e.subarray(0, 1), 'stdout'],
        [Buffer.from('err\r\n'), 'stderr'],
        [e.subarray(1), 'stdout'],
        [Buffer.from('!\nlast'), 'stdout'],
        [Buffer.from([0xff]), 'stderr'],
      ]),
    ).toEqual(['err', 'out é!', 'last', '\ufffd']);
  });

  it('shows no part of a secret, wherever a line is cut into chunks and however long it is', async () => {
    const secret = 'correct-horse-battery-staple';
    const filling = fc.integer({ min: 0, max: 20_000 }).map((length) => 'x'.repeat(length));
    await fc.assert(
      fc.asyncProperty(
        fc.array(filling, { minLength: 1, maxLength: 4 }),
        fc.array(fc.integer({ min: 1, max: 16_400 }), { maxLength: 12 }),
        async (fillings, sizes) => {
          const text = fillings.map((one) => one + secret).join('');
          const chunks = chunksOf(Buffer.from(text), sizes, 'stdout');
          const logged = (await logOf(chunks, [secret, 'battery-st'])).join('');
          expect(logged === text.replaceAll(secret, '***')).toBe(true);
        },
      ),
    );
  });

  it('cuts a line without an end, so that it is told while it comes', async () => {
    const chunk = Buffer.from('🐎'.repeat(5000));
    const lines = await logOf(
      [
        [chunk, 'stdout'],
        [chunk, 'stdout'],
        [chunk, 'stdout'],
      ],
      ['a secret'],
    );
    expect(lines.length).toBeGreaterThan(1);
    expect(lines.join('')).toBe('🐎'.repeat(15_000));
  });
});
