import type { CatalogueEntry } from './entry.ts';

/** Codes of the registry part. */
export const registryErrors = {} as const satisfies Record<string, CatalogueEntry>;
