import type { CatalogueEntry } from './entry.ts';

/** Codes of the local part. */
export const localErrors = {} as const satisfies Record<string, CatalogueEntry>;
