import { describe, expect, it } from 'vitest';
import { envFaults, envReferences } from './env-references.ts';

describe('the names in a variable', () => {
  it.each([
    ['postgres://$(USER):$(PASSWORD)@db', ['USER', 'PASSWORD']],
    ['$$(USER) costs $5', []],
    ['$$$(USER)', ['USER']],
    ['$(a $(B))', ['B']],
    ['$(', []],
  ])('%s', (value, names) => {
    expect(envReferences(value)).toEqual(names);
  });
});

describe('what Kubernetes would leave as text', () => {
  it('is nothing where every name is known, whatever the alphabet says', () => {
    const env = {
      DATABASE_URL: 'postgres://$(DB_USER):$(PASSWORD)@$(KUBERNETES_SERVICE_HOST)',
      DB_USER: 'shop',
    };
    expect(envFaults(env, new Set(['PASSWORD']))).toEqual([]);
  });

  it('is a name that nothing gives, unless names of the store are not known', () => {
    expect(envFaults({ A: '$(B)' }, new Set())).toEqual([{ variable: 'A', names: ['B'], kind: 'unknown' }]);
    expect(envFaults({ A: '$(B)' }, 'all')).toEqual([]);
  });

  it('is a circle, told once', () => {
    expect(envFaults({ A: '$(B)', B: '$(C)', C: '$(B)' }, 'all')).toEqual([
      { variable: 'B', names: ['B', 'C', 'B'], kind: 'circle' },
    ]);
    expect(envFaults({ PATH: '$(PATH):/x' }, 'all')).toMatchObject([{ names: ['PATH', 'PATH'] }]);
  });
});
