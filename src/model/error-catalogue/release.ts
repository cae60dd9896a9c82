import type { CatalogueEntry } from './entry.ts';

/** Codes of the release part. */
export const releaseErrors = {} as const satisfies Record<string, CatalogueEntry>;
