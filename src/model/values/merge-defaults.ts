import type { ServiceDefaults, ServiceValues } from './service-schema.ts';

/**
 * A service with the defaults under it, as the chart merges them: maps key by key, lists and single values replace (also by
 * false, 0 and ""), null takes a default away. Neither argument is changed.
 */
export function mergeDefaults(
  defaults: ServiceDefaults | null | undefined,
  service: ServiceValues,
): ServiceValues {
  return merge(defaults ?? {}, service) as ServiceValues;
}

type Tree = Readonly<Record<string, unknown>>;

function merge(under: Tree, over: Tree): Tree {
  const merged: Record<string, unknown> = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const beneath = Object.hasOwn(merged, key) ? merged[key] : undefined;
    if (value === null) delete merged[key];
    else if (value !== undefined)
      merged[key] = isTree(value) ? merge(isTree(beneath) ? beneath : {}, value) : value;
  }
  return merged;
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
