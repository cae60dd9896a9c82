import type { CatalogueEntry } from './entry.ts';
import { chartErrors } from './chart.ts';
import { deliveryErrors } from './delivery.ts';
import { githubErrors } from './github.ts';
import { localErrors } from './local.ts';
import { modelErrors } from './model.ts';
import { policyErrors } from './policy.ts';
import { processErrors } from './process.ts';
import { registryErrors } from './registry.ts';
import { releaseErrors } from './release.ts';
import { tektonErrors } from './tekton.ts';

/** Every code that bitiq can print, for ever: a code is never renamed or given another meaning. */
export const errorCatalogue = {
  ...modelErrors,
  ...processErrors,
  ...chartErrors,
  ...registryErrors,
  ...tektonErrors,
  ...releaseErrors,
  ...deliveryErrors,
  ...githubErrors,
  ...localErrors,
  ...policyErrors,
} as const satisfies Record<string, CatalogueEntry>;

/** A code of the catalogue. */
export type ErrorCode = keyof typeof errorCatalogue;
