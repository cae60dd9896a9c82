import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { valuesSchema } from '../../src/model/values.ts';
import { run } from '../../src/process/run.ts';
import { chartDir, helm } from './render.ts';

const read = (file: string) => readFileSync(join(chartDir, file), 'utf8');

describe.each(['dev', 'prod'])('%s', (environment) => {
  const file = `values-${environment}.yaml`;

  it('passes helm lint --strict', async () => {
    const args = ['lint', chartDir, '--strict', '--values', join(chartDir, file)];
    const { stdout } = await run((await helm).path, args, { to: 'lint the chart' });
    expect(stdout.toString()).toContain('1 chart(s) linted, 0 chart(s) failed');
  });

  it('has values that fit the model, alone and over the defaults', () => {
    const own = parse(read(file));
    expect(valuesSchema.parse(own).environment).toBe(environment);
    expect(() => valuesSchema.parse({ ...parse(read('values.yaml')), ...own, global: {} })).not.toThrow();
  });

  it('has one plain value per line, so that a tag can be changed in place', () => {
    expect(read(file)).not.toMatch(/^[^#\n]*[{}["'&*|>]/m);
  });
});

it('every template is short, and only one of them is an entry', () => {
  const templates = readdirSync(join(chartDir, 'templates'));
  for (const template of templates) {
    expect(read(`templates/${template}`).split('\n').length, template).toBeLessThan(80);
  }
  expect(templates.filter((name) => !name.startsWith('_'))).toEqual(['NOTES.txt', 'services.yaml']);
});
