import type { CatalogueEntry } from './entry.ts';

/** Codes of the words themselves: tags, combinations, configuration, values. */
export const modelErrors = {
  usage: {
    exit: 2,
    title: 'The command line was not understood',
    explanation:
      'An option, argument or command does not exist or lacks its value. `bitiq <command> --help` shows what there is.',
  },
  'tag-malformed': {
    exit: 2,
    title: 'A tag is outside the grammar vX.Y.Z-N.g<sha>',
    explanation:
      'Image tags are what `git describe --tags --long` says with the last dash as a dot. `bitiq tag` prints the tag of a commit.',
  },
  'composite-malformed': {
    exit: 2,
    title: 'A composite version cannot be read',
    explanation:
      'A composite version is <service>-<tag> joined by `_`, sorted by service, each service once.',
  },
  'service-name-malformed': {
    exit: 2,
    title: 'A service name is not a DNS label',
    explanation:
      'Lower-case letters, digits and dashes, starting with a letter, ending with a letter or digit, at most 40 characters.',
  },
  'config-missing': {
    exit: 2,
    title: 'bitiq.yaml is missing',
    explanation:
      'The repository has no bitiq.yaml at its root, so it is not a bitiq repository. Name another one with --repo, or make one: docs/adopting.md.',
  },
  'config-invalid': {
    exit: 1,
    title: 'bitiq.yaml has a fault',
    explanation: 'The file does not fit its schema. Every fault is listed with its line.',
  },
  'values-invalid': {
    exit: 1,
    title: 'A values file has a fault',
    explanation:
      'The file does not fit the schema of the chart. Every fault is listed with its line; docs/adopting.md shows a whole file.',
  },
  'yaml-invalid': {
    exit: 1,
    title: 'A file is not valid YAML',
    explanation: 'The parser stopped at the place shown.',
  },
  'file-unreadable': {
    exit: 1,
    title: 'A file is not plain UTF-8 text',
    explanation:
      'What bitiq reads are files of UTF-8 text. Another encoding could not be written again byte for byte, and a link, a folder or a submodule would be something else for Git, for Helm and for Argo CD.',
  },
  'merge-conflict': {
    exit: 1,
    title: 'A file has a merge conflict that nobody resolved',
    explanation:
      'The markers `<<<<<<<`, `=======` and `>>>>>>>` of Git stand in the file, at the place shown.',
  },
  'yaml-edit-refused': {
    exit: 1,
    title: 'A value cannot be edited byte-exactly',
    explanation:
      'bitiq changes only the bytes of a value. It refuses where that is impossible: an anchor, an alias, a block scalar, a missing key.',
  },
} as const satisfies Record<string, CatalogueEntry>;
