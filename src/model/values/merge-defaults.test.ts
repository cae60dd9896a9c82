import { describe, expect, it } from 'vitest';
import type { ServiceDefaults, ServiceValues } from './service-schema.ts';
import { mergeDefaults } from './merge-defaults.ts';

const image = { repository: 'ghcr.io/bitiq-io/web', tag: 'v0.1.0-0.gabc1234' };

describe('mergeDefaults', () => {
  it('merges maps, replaces lists and single values, and lets null take away', () => {
    const defaults: ServiceDefaults = {
      image: { pullPolicy: 'Always' },
      replicas: 2,
      args: ['a', 'b'],
      env: { A: 'a', B: 'b' },
      probes: { startup: { path: '/healthz' } },
    };
    const service: ServiceValues = {
      name: 'web',
      image,
      replicas: 0,
      args: ['c'],
      env: { A: null, B: '' },
      probes: null,
    };
    const before = structuredClone({ defaults, service });
    expect(mergeDefaults(defaults, service)).toEqual({
      name: 'web',
      image: { ...image, pullPolicy: 'Always' },
      replicas: 0,
      args: ['c'],
      env: { B: '' },
    });
    expect({ defaults, service }).toEqual(before);
  });

  it('leaves a service without defaults as it is, but for its nulls', () => {
    expect(mergeDefaults(null, { name: 'web', image, env: { A: null } })).toEqual({
      name: 'web',
      image,
      env: {},
    });
  });
});
