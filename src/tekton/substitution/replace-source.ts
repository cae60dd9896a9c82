import type { KeySource, VolumeSource } from '../types.ts';

/** Replaces in the names that a source has. */
export function replaceSource(source: VolumeSource, replace: (text: string) => string): VolumeSource {
  if (source.kind === 'projected') {
    return {
      ...source,
      sources: source.sources.map((one) => replaceSource(one, replace) as KeySource),
    };
  }
  if (source.kind === 'configMap' || source.kind === 'secret') {
    return {
      ...source,
      name: replace(source.name),
      items: source.items?.map(({ key, path, mode }) => ({ key: replace(key), path: replace(path), mode })),
    };
  }
  if ('claimName' in source) return { ...source, claimName: replace(source.claimName) };
  return source;
}
