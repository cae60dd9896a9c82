import type { CatalogueEntry } from './entry.ts';

/** Codes of the chart part. */
export const chartErrors = {} as const satisfies Record<string, CatalogueEntry>;
