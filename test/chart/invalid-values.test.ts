import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { valuesSchema } from '../../src/model/values.ts';
import { run } from '../../src/process/run.ts';
import { tagPattern } from '../../src/model/tag.ts';
import { serviceNamePattern } from '../../src/model/service-name.ts';
import { readHelmFailure } from '../../src/helm/helm-failure.ts';
import { chartDir, hasOldSchemaWords, helm, renderFiles, root } from './render.ts';

const fixtures = join(root, 'test/fixtures/invalid-values');

describe.each(readdirSync(fixtures))('%s', (fault) => {
  const file = join(fixtures, fault, 'values.yaml');
  const message = readFileSync(join(fixtures, fault, 'message.txt'), 'utf8').trim();

  const isRuleOfTheChart = /^(The service |services\[\d+\]: the service )/.test(message);

  it.skipIf(hasOldSchemaWords && !isRuleOfTheChart)(
    'is refused, and the message names the place or the service',
    async () => {
      await expect(renderFiles([file])).rejects.toMatchObject({
        code: 'render-failed',
        message: expect.stringContaining(`The chart was not rendered: ${message}`),
      });
    },
  );

  it('is a fault for the model where it is one for the schema', () => {
    const { success } = valuesSchema.safeParse(parse(readFileSync(file, 'utf8'), { version: '1.1' }));
    expect(success).toBe(isRuleOfTheChart);
  });
});

describe.skipIf(hasOldSchemaWords)("the chart's own checks, when the schema is switched off", () => {
  it.each([
    ['mutable-tag', 'The service web has the tag "latest", which does not have the form vX.Y.Z-N.g<sha>'],
    ['no-tag', 'The service web has the tag "", which does not have the form'],
    ['name-with-upper-case', 'services[0]: "Web" cannot name a service'],
    ['name-too-long', 'cannot name a service'],
  ])('refuse %s', async (fault, message) => {
    const file = join(fixtures, fault, 'values.yaml');
    const args = ['template', 'shop', chartDir, '--values', file, '--skip-schema-validation'];
    const { stderr } = await run((await helm).path, args, { to: 'render', allow: [1] });
    expect(readHelmFailure(stderr)[0]).toContain(message);
  });

  it('have the same grammar as the model', () => {
    const template = readFileSync(join(chartDir, 'templates/_check.tpl'), 'utf8');
    expect(template).toContain(JSON.stringify(`^${tagPattern}$`));
    expect(template).toContain(JSON.stringify(serviceNamePattern));
  });
});
