import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ParamType } from '../types.ts';
import { readResults, readStepResults, terminationMessage } from './task-results.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bitiq-results-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const declared = (name: string, type: ParamType, properties: string[] = []) => ({
  name,
  type,
  properties,
  place: { file: '' },
});
const write = (name: string, content: string) => writeFileSync(join(folder, name), content);

describe('a result that is not a file', () => {
  it('is a problem, and nothing that is waited for: a folder, a pipe, a link out of the task', async () => {
    const read = (name: string) => readResults(folder, [declared(name, 'string')], true, folder);
    mkdirSync(join(folder, 'folder'));
    execFileSync('sh', ['-c', 'mkfifo "$0"', join(folder, 'pipe')]);
    const outside = `${folder}-outside`;
    writeFileSync(outside, 'outside');
    symlinkSync(outside, join(folder, 'link'));
    write('inside', 'x');
    symlinkSync('inside', join(folder, 'near'));
    symlinkSync('nowhere', join(folder, 'broken'));
    try {
      expect((await read('folder')).problem).toBe('The result "folder" is not a file');
      expect((await read('pipe')).problem).toBe('The result "pipe" is not a file');
      expect((await read('link')).problem).toBe('The result "link" is a link out of the task');
      expect((await readResults(folder, [declared('link', 'string')], true)).results[0]?.value).toBe(
        'outside',
      );
      expect((await read('near')).results[0]?.value).toBe('x');
      expect(await read('broken')).toMatchObject({ results: [], problem: undefined });
    } finally {
      rmSync(outside);
    }
  });

  it('is one that is larger than any limit, and it is not read', async () => {
    write('huge', '');
    truncateSync(join(folder, 'huge'), 8 * 1024 ** 3);
    expect((await readStepResults(folder, [declared('huge', 'string')])).problem).toMatch(
      /larger than 4194304 bytes/,
    );
  });
});

describe('readResults', () => {
  it('gives what was written by name, each of its type, and leaves out what was not', async () => {
    write('word', 'a\n');
    write('list', '["x"]');
    const { results, fault } = await readResults(
      folder,
      [declared('word', 'string'), declared('list', 'array'), declared('absent', 'string')],
      true,
    );
    expect(results).toEqual([
      { name: 'list', type: 'array', value: ['x'] },
      { name: 'word', type: 'string', value: 'a\n' },
    ]);
    expect(fault).toBeUndefined();
  });

  it('tells types that are not the declared ones in the words of Tekton', async () => {
    write('list', 'no list');
    write('object', '["x"]');
    const { results, fault } = await readResults(
      folder,
      [declared('object', 'object'), declared('list', 'array')],
      true,
    );
    expect(results).toEqual([]);
    expect(fault).toEqual({
      reason: 'TaskRunValidationFailed',
      message:
        '[User error] Provided results don\'t match declared results; may be invalid JSON or missing result declaration:  "list": task result is expected to be "array" type but was initialized to a different type "string", "object": task result is expected to be "object" type but was initialized to a different type "array"',
    });
  });

  it('tells the keys that an object lacks', async () => {
    write('object', '{"url":"http://shop"}');
    const missing = async (isEmbedded: boolean) =>
      (await readResults(folder, [declared('object', 'object', ['url', 'commit'])], isEmbedded)).fault
        ?.message;
    const start = '[User error] missing keys for these results which are required in TaskResult';
    expect(await missing(false)).toBe(`${start}'s properties map[object:[commit]]`);
    expect(await missing(true)).toBe(`${start}'s properties map[object:[commit commit]]`);
  });
});

describe('readStepResults', () => {
  it('gives each result the type that it has', async () => {
    write('list', 'no list');
    write('object', '{"a":"b"}');
    expect(
      (await readStepResults(folder, [declared('object', 'object'), declared('list', 'array')])).results,
    ).toEqual([
      { name: 'list', type: 'string', value: 'no list' },
      { name: 'object', type: 'object', value: { a: 'b' } },
    ]);
  });
});

describe('terminationMessage', () => {
  it('has the results of task and step by name, those of the step instead of the same of the task, as Go prints JSON', () => {
    const task = new Map([
      ['b', '<1>'],
      ['a', 'hidden'],
    ]);
    expect(terminationMessage(task, new Map([['a', 'own']]))).toBe(
      '[{"key":"a","value":"own","type":4},{"key":"b","value":"\\u003c1\\u003e","type":1}]',
    );
    expect(terminationMessage(new Map(), new Map())).toBeUndefined();
  });
});
