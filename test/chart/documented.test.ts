import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { faultsOf } from './kubernetes-faults.ts';
import { render, root, service } from './render.ts';

const page = readFileSync(join(root, 'docs/chart.md'), 'utf8');
const examples = [...page.matchAll(/^```yaml\n([^`]*)^```/gm)].map(([, text]) => text!);

it('the page about the chart has examples', () => {
  expect(examples.length).toBeGreaterThan(7);
});

it.each(examples)('is rendered, and fits the schemas of Kubernetes:\n%s', async (text) => {
  const example: unknown = parse(text, { version: '1.1' });
  const services = Array.isArray(example) ? example : [service('shop', example as Record<string, unknown>)];
  const documents = await render({ environment: 'dev', services });
  expect(documents.length).toBeGreaterThan(services.length);
  expect(faultsOf(documents)).toEqual([]);
});
