import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keepRendering, rememberRendering } from './rendering-cache.ts';

const inputs = { chart: 'a'.repeat(40), environment: 'prod', releaseName: 'bitiq', namespace: 'prod' };
// Any real program that is not a script.
const helm = process.execPath;

let folder: string;
let renders: number;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bitiq-renderings-'));
  renders = 0;
});
afterEach(() => rm(folder, { recursive: true }));

describe('what Helm printed before', () => {
  it('is given again for the same inputs, and only for them', async () => {
    expect(await keep()).toBe('kind: A\n');
    expect(await keep()).toBe('kind: A\n');
    expect(renders).toBe(1);
    for (const [key, value] of Object.entries({ chart: 'b', environment: 'dev', releaseName: 'x', namespace: 'y' })) {
      await keep({ ...inputs, [key]: value });
    }
    expect(renders).toBe(5);
  });

  it('is given also when it was printed for something else, and remembered', async () => {
    await rememberRendering(helm, inputs, 'kind: R\n', folder);
    expect(await keep()).toBe('kind: R\n');
    expect(renders).toBe(0);
  });

  it('is not taken from an entry that was damaged, which is written anew', async () => {
    await keep();
    const [entry] = await readdir(folder);
    const file = join(folder, entry!);
    const text = await readFile(file, 'utf8');
    for (const damaged of [text.replace('kind: A', 'kind: B'), text.slice(0, -2), '']) {
      await writeFile(file, damaged);
      expect(await keep()).toBe('kind: A\n');
      expect(await readFile(file, 'utf8')).toBe(text);
    }
    expect(renders).toBe(4);
  });

  it('is not kept for a script in front of Helm, which may start another one the next time', async () => {
    const script = join(folder, 'helm.sh');
    await writeFile(script, '#!/bin/sh\n', { mode: 0o755 });
    await keep(inputs, script);
    await keep(inputs, script);
    expect(renders).toBe(2);
  });

  it('is not a failure where nothing can be kept', async () => {
    await writeFile(join(folder, 'file'), '');
    expect(await keep(inputs, helm, join(folder, 'file'))).toBe('kind: A\n');
  });

  it('goes when there is newer', async () => {
    for (let n = 0; n < 205; n++) await keep({ ...inputs, chart: String(n) });
    expect(await readdir(folder)).toHaveLength(200);
    renders = 0;
    await keep({ ...inputs, chart: '204' });
    expect(renders).toBe(0);
  });
});

function keep(given = inputs, program = helm, where = folder): Promise<string> {
  return keepRendering(
    program,
    given,
    () => {
      renders++;
      return Promise.resolve('kind: A\n');
    },
    where,
  );
}
