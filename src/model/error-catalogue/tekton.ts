import type { CatalogueEntry } from './entry.ts';

/** Codes of the tekton part. */
export const tektonErrors = {} as const satisfies Record<string, CatalogueEntry>;
