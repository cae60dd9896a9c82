import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readRecord, writeRecord, type RunRecord } from './record.ts';

const newFolder = () => mkdtempSync(join(tmpdir(), 'bitiq-record-'));

const record: RunRecord = {
  version: 1,
  state: 'succeeded',
  pid: 1,
  processGroups: [],
  tasks: [{ name: 't', isFinally: false, steps: [{ name: 's' }] }],
  pipelineRun: {
    apiVersion: 'tekton.dev/v1',
    kind: 'PipelineRun',
    metadata: {
      ...{ name: 'run', namespace: 'default', uid: 'u', creationTimestamp: '' },
      ...{ labels: {}, annotations: {} },
    },
    spec: { params: [] },
    status: { conditions: [], startTime: '2026-01-01T00:00:00.000Z', childReferences: [] },
  },
  taskRuns: [],
  differences: [],
};

it('reads what was written, and tells a missing, a broken and an unreadable record apart', async () => {
  const whole = newFolder();
  await writeRecord(whole, record);
  expect(await readRecord(whole)).toEqual(record);
  expect(await readRecord(newFolder())).toBeUndefined();
  for (const text of ['', '{"version": 1, "sta', 'null', '{}', JSON.stringify({ ...record, tasks: [{}] })]) {
    const broken = newFolder();
    writeFileSync(join(broken, 'run.json'), text);
    expect(await readRecord(broken), text).toBe('broken');
  }
  const unreadable = newFolder();
  mkdirSync(join(unreadable, 'run.json'));
  await expect(readRecord(unreadable)).rejects.toThrow('EISDIR');
});
