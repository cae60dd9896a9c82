import type { CatalogueEntry } from './entry.ts';
import { gitErrors } from './git.ts';
import { localErrors } from './local.ts';
import { modelErrors } from './model.ts';
import { registryErrors } from './registry.ts';
import { releaseErrors } from './release.ts';

/** Every code that bitiq can print. A code is never renamed and never gets another meaning. */
export const errorCatalogue = {
  ...modelErrors,
  ...gitErrors,
  ...registryErrors,
  ...releaseErrors,
  ...localErrors,
} as const satisfies Record<string, CatalogueEntry>;

/** A code of the catalogue. */
export type ErrorCode = keyof typeof errorCatalogue;
