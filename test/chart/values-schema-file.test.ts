import { describe, expect, it } from 'vitest';
import { valuesJsonSchema } from '../../src/model/values/json-schema.ts';

const text = valuesJsonSchema();

describe('helm/bitiq/values.schema.json', () => {
  it('is what the model says; `npx vitest run test/chart/values-schema-file.test.ts -u` writes it', async () => {
    await expect(text).toMatchFileSnapshot('../../helm/bitiq/values.schema.json');
  });

  it('has no anyOf left, for which Helm would print one fault per branch', () => {
    expect(text).not.toContain('anyOf');
  });

  it('describes every field', () => {
    const undescribed: string[] = [];
    walk(JSON.parse(text), '', undescribed);
    expect(undescribed).toEqual([]);
  });
});

function walk(node: unknown, path: string, undescribed: string[]): void {
  if (typeof node !== 'object' || node === null) return;
  for (const [key, value] of Object.entries(node)) {
    const here = `${path}/${key}`;
    if (path.endsWith('/properties') && !value.description) undescribed.push(here);
    walk(value, here, undescribed);
  }
}
