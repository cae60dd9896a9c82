import { Ajv } from 'ajv';
import { fc } from '../../test/kit/fast-check.ts';
import { describe, expect, it } from 'vitest';
import { valuesSchema } from './values.ts';
import { valuesJsonSchema } from './values/json-schema.ts';

const whole = {
  environment: 'dev',
  services: [
    {
      name: 'web',
      image: { repository: 'ghcr.io/bitiq-io/web', tag: 'v0.3.1-27.gabc1234' },
      env: { A: 'a' },
      probes: { liveness: { path: '/healthz', periodSeconds: 5 }, startup: null },
      resources: { limits: { cpu: 1, memory: '64Mi' } },
      disruptionBudget: { enabled: true, maxUnavailable: '25%' },
      secrets: [{ name: 'db', path: 'shop/db', keys: { URL: 'url' } }],
      tolerations: [{ key: 'a', operator: 'Exists' }],
    },
  ],
  secretStore: { kind: 'SecretStore', name: 'vault' },
  imagePullSecrets: [{ name: 'registry' }],
  defaults: { replicas: 2, image: { pullPolicy: 'Always' } },
};

describe('valuesSchema', () => {
  it('takes a whole tree, and what Helm adds to it', () => {
    expect(valuesSchema.parse({ ...whole, global: {} })).toEqual({ ...whole, global: {} });
  });

  it.each([
    ['localhost:5000/web', true],
    ['ghcr.io/bitiq-io/team/web', true],
    ['ghcr.io/bitiq-io/web:latest', false],
    ['web', false],
    ['ghcr.io/Bitiq/web', false],
    ['https://ghcr.io/bitiq-io/web', false],
  ])('on the repository %s says %s', (repository, fits) => {
    const services = [{ name: 'web', image: { repository, tag: 'v0.3.1-27.gabc1234' } }];
    expect(valuesSchema.safeParse({ environment: 'dev', services }).success).toBe(fits);
  });

  it('finds a fault exactly where the schema for Helm does', () => {
    const validate = new Ajv({ strict: false }).compile(JSON.parse(valuesJsonSchema()));
    const paths = pathsOf(whole);
    const replacement = fc.oneof(
      fc.constantFrom<unknown>(null, true, 0, 1, -1, 1.5, 70000, '', 'text', '5%', '/path', [], {}, [{}], {
        a: 1,
      }),
      fc.constant(undefined),
    );
    let valid = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...paths),
        fc.option(fc.constantFrom('extra', 'name', 'enabled')),
        replacement,
        (path, key, value) => {
          const changed = replaceAt(structuredClone(whole), key === null ? path : [...path, key], value);
          const json = JSON.parse(JSON.stringify(changed));
          const fits = validate(json);
          if (fits) valid += 1;
          expect(valuesSchema.safeParse(json).success, JSON.stringify(json)).toBe(fits);
        },
      ),
      { numRuns: 2000, seed: 3 },
    );
    expect(valid).toBeGreaterThan(100);
    expect(valid).toBeLessThan(1900);
  });
});

type Path = readonly (string | number)[];

function pathsOf(node: unknown, path: Path = []): Path[] {
  if (typeof node !== 'object' || node === null) return [path];
  const keys = Array.isArray(node) ? [...node.keys()] : Object.keys(node);
  return [
    path,
    ...keys.flatMap((key) => pathsOf((node as Record<string | number, unknown>)[key], [...path, key])),
  ];
}

function replaceAt(tree: object, path: Path, value: unknown): object {
  let node = tree as Record<string | number, unknown>;
  for (const key of path.slice(0, -1)) {
    if (typeof node[key] !== 'object' || node[key] === null) return tree;
    node = node[key] as Record<string | number, unknown>;
  }
  const last = path.at(-1);
  if (last !== undefined) node[last] = value;
  return tree;
}
