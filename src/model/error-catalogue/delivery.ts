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
      'The repository is the address of one Git repository, which is built as one image; services of one build share both, and Argo CD Image Updater cannot tell them apart. An example is a folder of this repository with a Dockerfile.',
  },
  'service-needed': {
    exit: 1,
    title: 'A service cannot be removed while others name it',
    explanation:
      'A values file, a hold or a rule of compatibility still names the service. The message lists the places; take the name away there first. The last service stays, as a release without services is none: add another one first.',
  },
  'image-updater-untrue': {
    exit: 1,
    title: 'An ImageUpdater does not write what the values file says',
    explanation:
      "Argo CD's Image Updater finds a service by its place in the list, so every place, image and hold in the file is compared with the values. `bitiq generate` writes a true one.",
  },
  'writer-second': {
    exit: 1,
    title: 'Two writers would move the tags of one environment',
    explanation:
      'One writer moves the tags of a following environment, which writeBack in bitiq.yaml names; releases alone move a pinned one. Two of them undo each other for ever.',
  },
  'project-untrue': {
    exit: 1,
    title: 'An AppProject does not allow what is delivered under it',
    explanation:
      'Argo CD delivers an Application only when its AppProject in environments/project.yaml allows the repository, the cluster and namespace, and each kind of object. It says so when it syncs, and nothing of that sync arrives.',
  },
  'root-untrue': {
    exit: 1,
    title: 'The root Application does not deliver the folder environments/',
    explanation:
      "environments/root.yaml delivers each environment's Application, its secret store and its ImageUpdater from main, and leaves out holds.yaml and freezes.yaml, which are no objects of Kubernetes.",
  },
  'secret-in-git': {
    exit: 1,
    title: 'Something that looks like a secret stands in a file',
    explanation:
      'Secrets are in the store, and in Git only by name. Whoever has a clone has what was ever committed, so make a new one. A comment `not-a-secret` on the line says that it is none.',
  },
  'secret-in-text': {
    exit: 2,
    title: 'A text for Git contains something that looks like a secret',
    explanation:
      'bitiq writes --reason, --irreversible and your name into commits, tags and files, where every clone has them for ever. Write the text without the secret; the message says which kind it found, and never the secret.',
  },
  'secret-store-untrue': {
    exit: 1,
    title: 'The store that services ask for their secrets is not what they need',
    explanation:
      'secretStore.name in the values names the ClusterSecretStore of environments/<env>/secret-store.yaml, which is external-secrets.io/v1, has only the fields of one, belongs to one environment and serves its namespace.',
  },
} as const satisfies Record<string, CatalogueEntry>;
