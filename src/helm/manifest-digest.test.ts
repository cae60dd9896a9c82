import { expect, it } from 'vitest';
import { digestManifests } from './manifest-digest.ts';

it('digestManifests is the same for the blank lines of Helm 3 and Helm 4, and differs for anything else', () => {
  const helm3 = '---\nkind: A\n---\nkind: B\ntext: |\n  a\n\n  b\n';
  const helm4 = '---\nkind: A\n\n---\nkind: B\ntext: |\n  a\n\n  b\n\n';
  expect(digestManifests(helm4)).toBe(digestManifests(helm3));
  expect(digestManifests(helm3)).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(digestManifests(helm3.replace('a\n\n', 'a\n'))).not.toBe(digestManifests(helm3));
  expect(digestManifests(helm3.replace('kind: A', 'kind: a'))).not.toBe(digestManifests(helm3));
});
