import { fc } from '../../test/kit/fast-check.ts';
import { describe, expect, it } from 'vitest';
import { diffObjects } from './object-diff.ts';

const pod = (containers: unknown[]) => ({ spec: { containers } });

describe('diffObjects', () => {
  it('names the field of the container that changed, wherever it stands in the list', () => {
    const before = pod([{ name: 'web', image: 'a:1', env: [{ name: 'A', value: '1' }] }, { name: 'log' }]);
    const after = pod([
      { name: 'proxy' },
      {
        name: 'web',
        image: 'a:2',
        env: [
          { name: 'B', value: 'x' },
          { name: 'A', value: '2' },
        ],
      },
    ]);
    expect(diffObjects(before, after)).toEqual([
      { path: 'spec.containers[web].image', before: 'a:1', after: 'a:2' },
      { path: 'spec.containers[web].env[A].value', before: '1', after: '2' },
      { path: 'spec.containers[web].env[B]', before: undefined, after: { name: 'B', value: 'x' } },
      { path: 'spec.containers[log]', before: { name: 'log' }, after: undefined },
      { path: 'spec.containers[proxy]', before: undefined, after: { name: 'proxy' } },
    ]);
  });

  it('tells ports apart by number and protocol, which is TCP where it is not written', () => {
    const before = { ports: [{ containerPort: 53 }, { containerPort: 53, protocol: 'UDP', name: 'dns' }] };
    const after = {
      ports: [
        { containerPort: 53, protocol: 'TCP' },
        { containerPort: 53, protocol: 'UDP' },
      ],
    };
    expect(diffObjects(before, after)).toEqual([
      { path: 'ports[53].protocol', before: undefined, after: 'TCP' },
      { path: 'ports[53/UDP].name', before: 'dns', after: undefined },
    ]);
  });

  it('says when the same elements come in another order', () => {
    const [a, b] = [{ name: 'a' }, { name: 'b' }];
    expect(diffObjects({ initContainers: [a, b] }, { initContainers: [b, a] })).toEqual([
      { path: 'initContainers[order]', before: ['a', 'b'], after: ['b', 'a'] },
    ]);
  });

  it.each([
    [{ args: ['a', 'b'] }, { args: ['a', 'c'] }, [{ path: 'args[1]', before: 'b', after: 'c' }]],
    [{ args: ['a'] }, { args: ['x', 'a'] }, [{ path: 'args', before: ['a'], after: ['x', 'a'] }]],
    [
      { rules: [{ a: 1 }] },
      { rules: [{ a: 2 }, { a: 3 }] },
      [
        { path: 'rules[0].a', before: 1, after: 2 },
        { path: 'rules[1]', before: undefined, after: { a: 3 } },
      ],
    ],
    [{ a: null }, {}, [{ path: 'a', before: null, after: undefined }]],
    [{ a: '1' }, { a: 1 }, [{ path: 'a', before: '1', after: 1 }]],
    [{ a: {} }, { a: [] }, [{ path: 'a', before: {}, after: [] }]],
    [
      { labels: { 'x.io/y': 'a' } },
      { labels: {} },
      [{ path: 'labels["x.io/y"]', before: 'a', after: undefined }],
    ],
    // Two containers of one name are not names at all.
    [
      pod([{ name: 'a' }, { name: 'a' }]),
      pod([{ name: 'a' }, { name: 'a', image: 'x' }]),
      [{ path: 'spec.containers[1].image', before: undefined, after: 'x' }],
    ],
  ])('of %j and %j', (before, after, changes) => {
    expect(diffObjects(before, after)).toEqual(changes);
  });

  it('finds nothing between equal values, something between others, and the reverse the other way round', () => {
    const names = fc.constantFrom('name', 'env', 'ports', 'port', 'containers', 'a');
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom<unknown>('a', 'b', 1, true, null),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(names, tie('value'), { maxKeys: 3 }),
      ),
    }));
    fc.assert(
      fc.property(value, value, (a, b) => {
        const isEqual = JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
        expect(diffObjects(a, structuredClone(a))).toEqual([]);
        expect(diffObjects(a, b).length === 0).toBe(isEqual);
        const there = diffObjects(a, b).map(({ path }) => path);
        expect(
          diffObjects(b, a)
            .map(({ path }) => path)
            .sort(),
        ).toEqual(there.sort());
      }),
      { numRuns: 1000 },
    );
  });
});

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, sorted(each)]),
  );
}
