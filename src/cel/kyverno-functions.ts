import { createHash } from 'node:crypto';
import type { Environment } from '@marcbachmann/cel-js';
import { parseImageReference, type ImageReference } from '../model/image-reference.ts';
import { addNamespace } from './engine.ts';
import { toCel } from './json-values.ts';

/** What expressions may look up beside the object that is judged. Lookups use no network. */
export interface Lookups {
  /** The object, or undefined when nothing is known of it. `resource` is the plural, such as `configmaps`. */
  readonly get: (apiVersion: string, resource: string, namespace: string, name: string) => unknown;
  readonly list: (apiVersion: string, resource: string, namespace: string) => readonly unknown[];
  /** What `image.GetMetadata` gives, as plain data; undefined when it is not known. */
  readonly imageMetadata?: ((image: string) => unknown) | undefined;
}

/** Lookups that know nothing. */
export const noLookups: Lookups = { get: () => undefined, list: () => [] };

class Image {
  readonly reference: ImageReference;

  constructor(text: string) {
    this.reference = parseImageReference(text);
    // go-containerregistry's rule.
    const { length } = this.reference.repository;
    if (length < 2 || length > 255) throw new Error(`could not parse reference: ${text}`);
  }
}

/** Adds Kyverno's libraries `resource`, `image`, `hash` and `json`; its others would need a cluster or a network, and stay unknown names. */
export function addKyvernoFunctions(environment: Environment, lookups: Lookups): void {
  addResources(environment, lookups);
  addImages(environment, lookups);
  const hash = addNamespace(environment, 'hash');
  for (const algorithm of ['md5', 'sha1', 'sha256']) {
    environment.registerFunction(`${hash}.${algorithm}(string): string`, (_: unknown, text: string) =>
      createHash(algorithm).update(text).digest('hex'),
    );
  }
  environment.registerFunction(
    `${addNamespace(environment, 'json')}.unmarshal(string): dyn`,
    // Its numbers are doubles, as Go reads JSON.
    (_: unknown, text: string): unknown => JSON.parse(text),
  );
}

function addResources(environment: Environment, lookups: Lookups): void {
  const type = addNamespace(environment, 'resource');
  const get = (_: unknown, apiVersion: string, resource: string, namespace: string, name: string) => {
    const found = lookups.get(apiVersion, resource, namespace, name);
    if (found !== undefined) return toCel(found);
    throw new Error(`${resource} "${name}" not found${namespace ? ` in ${namespace}` : ''}`);
  };
  const list = (_: unknown, apiVersion: string, resource: string, namespace: string, labels = {}) => ({
    items: lookups
      .list(apiVersion, resource, namespace)
      .filter((item) => hasLabels(item, labels))
      .map(toCel),
  });
  for (const [getName, listName] of [
    ['Get', 'List'],
    ['get', 'list'],
  ]) {
    environment
      .registerFunction(`${type}.${getName}(string, string, string, string): map<string, dyn>`, get)
      .registerFunction(`${type}.${listName}(string, string, string): map<string, dyn>`, list)
      .registerFunction(`${type}.${listName}(string, string, string, map): map<string, dyn>`, list);
  }
}

function addImages(environment: Environment, lookups: Lookups): void {
  const type = 'kyverno.Image';
  const read = (text: string) => new Image(text);
  const part = (name: string, of: (reference: ImageReference) => string) =>
    environment.registerFunction(`${type}.${name}(): string`, (image: Image) => of(image.reference));
  environment
    .registerType(type, Image)
    .registerFunction(`image(string): ${type}`, read)
    .registerFunction(`parseImageReference(string): ${type}`, read)
    .registerFunction('isImage(string): bool', isImage)
    .registerFunction(
      `${type}.containsDigest(): bool`,
      (image: Image) => image.reference.digest !== undefined,
    );
  // Kyverno reads references with go-containerregistry, which calls Docker Hub by its old name and a missing tag `latest`.
  const tag = ({ tag: found, digest }: ImageReference) => found ?? (digest === undefined ? 'latest' : '');
  part('registry', ({ registry }) => (registry === 'docker.io' ? 'index.docker.io' : registry));
  part('repository', ({ repository }) => repository);
  part('tag', tag);
  part('digest', ({ digest }) => digest ?? '');
  part('identifier', (reference) => [tag(reference), reference.digest].filter(Boolean).join('@'));
  part('identifierWithSeparator', (reference) =>
    reference.digest === undefined ? `:${tag(reference)}` : `@${reference.digest}`,
  );
  const space = addNamespace(environment, 'image');
  const metadata = (_: unknown, image: string) => {
    const found = lookups.imageMetadata?.(image);
    if (found !== undefined) return toCel(found);
    throw new Error(`the metadata of ${image} is not known without its registry`);
  };
  for (const name of ['GetMetadata', 'getMetadata']) {
    environment.registerFunction(`${space}.${name}(string): map<string, dyn>`, metadata);
  }
}

function isImage(text: string): boolean {
  try {
    return new Image(text).reference.repository !== '';
  } catch {
    return false;
  }
}

function hasLabels(item: unknown, wanted: Readonly<Record<string, unknown>>): boolean {
  const labels = (item as { metadata?: { labels?: Record<string, unknown> } }).metadata?.labels ?? {};
  return Object.entries(wanted).every(([key, value]) => labels[key] === value);
}
