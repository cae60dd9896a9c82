import { describe, expect, it } from 'vitest';
import { parseYaml } from '../yaml/source.ts';
import {
  allowsDestination,
  allowsKind,
  allowsSource,
  normalizeRepository,
  readAppProject,
} from './app-project.ts';

describe('what an AppProject allows', () => {
  it.each([
    ['https://github.com/acme/gitops', true],
    ['https://GitHub.com/acme/gitops.git', true],
    ['https://github.com/acme/other', true],
    ['https://github.com/acme/secret', false],
    ['https://github.com/acme/a/b', false],
    ['https://github.com/else/gitops', false],
    ['git@github.com:acme/gitops.git', true],
  ])('the source %s: %s', (url, allowed) => {
    const project = read(
      "sourceRepos: ['https://github.com/acme/*', '!https://github.com/acme/secret', 'ssh://git@github.com/acme/gitops']",
    );
    expect(allowsSource(project, url)).toBe(allowed);
  });

  it('no source, no destination and no kind of a cluster without a list, and every kind of a namespace', () => {
    const project = read('description: x');
    expect(allowsSource(project, 'https://github.com/acme/gitops')).toBe(false);
    expect(allowsDestination(project, { server: 'https://a', namespace: 'b' })).toBe(false);
    expect(allowsKind(project, { group: '', kind: 'Namespace' }, true)).toBe(false);
    expect(allowsKind(project, { group: 'apps', kind: 'Deployment' }, false)).toBe(true);
  });

  it('a destination by its server or its name, with its namespace', () => {
    const project = read(
      "destinations: [{server: https://a, namespace: 'shop-*'}, {name: b, namespace: '*'}]",
    );
    expect(allowsDestination(project, { server: 'https://a', namespace: 'shop-dev' })).toBe(true);
    expect(allowsDestination(project, { server: 'https://a', namespace: 'other' })).toBe(false);
    expect(allowsDestination(project, { name: 'b', namespace: 'other' })).toBe(true);
    expect(allowsDestination(project, { name: 'a', namespace: 'shop-dev' })).toBe(false);
    expect(allowsDestination(project, {})).toBe(false);
  });

  it('kinds by patterns, unless they are denied', () => {
    const project = read(
      "namespaceResourceWhitelist: [{group: '*', kind: '*'}]\n  namespaceResourceBlacklist: [{group: '', kind: Secret}]",
    );
    expect(allowsKind(project, { group: 'apps', kind: 'Deployment' }, false)).toBe(true);
    expect(allowsKind(project, { group: '', kind: 'Secret' }, false)).toBe(false);
  });
});

describe('addresses', () => {
  it('are compared as Argo CD does it', () => {
    expect(normalizeRepository('git@github.com:Acme/GitOps.git')).toBe('ssh://git@github.com/acme/gitops');
    expect(normalizeRepository('https://github.com/acme/gitops/')).toBe('https://github.com/acme/gitops');
  });
});

function read(spec: string) {
  return readAppProject(
    parseYaml(`kind: AppProject\nmetadata: {name: shop}\nspec:\n  ${spec}\n`, 'project.yaml'),
  );
}
