import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fc } from '../kit/fast-check.ts';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { mergeDefaults } from '../../src/model/values/merge-defaults.ts';
import type { ServiceDefaults, ServiceValues } from '../../src/model/values.ts';
import { chartDir, render, renderFiles, service } from './render.ts';

describe('defaults under a service', () => {
  it('give way to false, 0 and the empty text', async () => {
    const defaults = { securityContext: { readOnlyRootFilesystem: true }, env: { A: 'a' } };
    const own = { replicas: 0, securityContext: { readOnlyRootFilesystem: false }, env: { A: '' } };
    const { spec } = await deployment({ defaults, services: [service('one', own)] });
    expect(spec.replicas).toBe(0);
    expect(spec.template.spec.containers[0].securityContext.readOnlyRootFilesystem).toBe(false);
    expect(spec.template.spec.containers[0].env).toEqual([{ name: 'A', value: '' }]);
  });

  it('are merged map by map, and replaced where they are lists', async () => {
    const defaults = { env: { A: 'a', B: 'b' }, args: ['x', 'y'] };
    const own = { env: { B: 'B', C: 'C' }, args: ['z'], probes: { liveness: { periodSeconds: 3 } } };
    const { spec } = await deployment({ defaults, services: [service('one', own)] });
    const [container] = spec.template.spec.containers;
    expect(container.env.map((variable: { value: string }) => variable.value)).toEqual(['a', 'B', 'C']);
    expect(container.args).toEqual(['z']);
    expect(container.livenessProbe).toMatchObject({ httpGet: { path: '/healthz' }, periodSeconds: 3 });
  });

  it('are taken away by null, at any depth', async () => {
    const own = {
      probes: { startup: null },
      resources: null,
      writablePaths: null,
      strategy: { rollingUpdate: null },
    };
    const { spec } = await deployment({ services: [service('one', own)] });
    const [container] = spec.template.spec.containers;
    expect(Object.keys(container)).not.toContain('startupProbe');
    expect(Object.keys(container)).not.toContain('resources');
    expect(container.readinessProbe).toBeDefined();
    expect(spec.template.spec.volumes).toBeUndefined();
    expect(spec.strategy).toEqual({ type: 'RollingUpdate' });
  });

  it('are not changed by a service for the next one', async () => {
    const first = service('one', { env: { A: 'a' }, probes: { startup: null } });
    const { spec } = await deployment({ services: [first, service('two')] }, 'two');
    expect(spec.template.spec.containers[0].env).toBeUndefined();
    expect(spec.template.spec.containers[0].startupProbe).toBeDefined();
  });
});

describe('the merge of the chart and that of the model', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bitiq-merge-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('give the same for any two trees', async () => {
    mkdirSync(join(folder, 'templates'));
    cpSync(join(chartDir, 'templates/_merge.tpl'), join(folder, 'templates/_merge.tpl'));
    writeFileSync(join(folder, 'Chart.yaml'), 'apiVersion: v2\nname: merge\nversion: 0.1.0\n');
    writeFileSync(
      join(folder, 'templates/pairs.yaml'),
      `pairs:\n{{- range .Values.pairs }}\n{{- $into := deepCopy (index . 0) }}{{ include "bitiq.merge" (list $into (index . 1)) }}\n  - {{ toJson $into }}\n{{- end }}\n`,
    );
    const pairs = fc.sample(fc.tuple(withoutNull, tree), { numRuns: 300, seed: 7 });
    writeFileSync(join(folder, 'values.json'), JSON.stringify({ pairs }));
    const merged = parse(await renderFiles([join(folder, 'values.json')], folder)) as { pairs: unknown };
    expect(merged.pairs).toEqual(
      pairs.map(([under, over]) => mergeDefaults(under as ServiceDefaults, over as unknown as ServiceValues)),
    );
  });
});

const key = fc.constantFrom('a', 'b', 'c');
const scalar = fc.constantFrom<unknown>(true, false, 0, 1, '', 'text', [], ['x'], [{ a: null }]);
const { tree, withoutNull } = fc.letrec<{ tree: object; withoutNull: object }>((tie) => ({
  tree: fc.dictionary(key, fc.oneof({ maxDepth: 3 }, scalar, fc.constant(null), tie('tree')), {
    noNullPrototype: true,
  }),
  withoutNull: fc.dictionary(key, fc.oneof({ maxDepth: 3 }, scalar, tie('withoutNull')), {
    noNullPrototype: true,
  }),
}));

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the tests say what stands there
async function deployment(values: object, name = 'one'): Promise<any> {
  const documents = await render({ environment: 'dev', ...values });
  return documents.find((document) => document.kind === 'Deployment' && document.name === name)?.object;
}
