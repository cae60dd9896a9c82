import type { CatalogueEntry } from './entry.ts';

/** Codes of what delivers to a cluster, and of the services' list. */
export const deliveryErrors = {
  'service-repeated': {
    exit: 2,
    title: 'A service of that name exists already',
    explanation: 'A name belongs to one service. `bitiq service remove NAME` takes the old one away.',
  },
  'service-unfit': {
    exit: 2,
    title: 'A service cannot be added as it was described',
    explanation:
      'The image is named after the service, the repository is the address of one Git repository, and an example is a folder of this repository with a Dockerfile.',
  },
  'service-needed': {
    exit: 1,
    title: 'A service cannot be removed while others name it',
    explanation:
      'A values file or a hold still names the service. The message lists the places; take the name away there first.',
  },
} as const satisfies Record<string, CatalogueEntry>;
