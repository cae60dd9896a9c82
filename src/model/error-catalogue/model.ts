import type { CatalogueEntry } from './entry.ts';

/** Codes of the command line, and of the files of a GitOps repository. */
export const modelErrors = {
  usage: {
    exit: 2,
    title: 'The command line is not valid',
    explanation:
      'A command, argument or option does not exist, has no value or has the wrong one, or does not fit the environment: `set` changes environments that follow main, `promote` changes pinned ones. `bitiq <command> --help` lists what each command accepts.',
  },
  'name-invalid': {
    exit: 2,
    title: 'A name is not valid',
    explanation:
      'The name is that of a tag, a composite version, an image or a remote, and the message says which part is wrong. Image tags are vX.Y.Z-N.g<sha>, which `bitiq tag` prints. A composite version is <service>-<tag> joined by `_`, sorted by service. An image is [registry/]repository[:tag][@sha256:digest] with the repository in lower case.',
  },
  'config-missing': {
    exit: 2,
    title: 'bitiq.yaml is missing',
    explanation:
      'The repository has no bitiq.yaml at its root, so it is not a bitiq repository. Name another repository with --repo, or create one: docs/adopting.md.',
  },
  'config-invalid': {
    exit: 1,
    title: 'bitiq.yaml has a fault',
    explanation: 'The file does not match its schema. Every fault is listed with its line.',
  },
  'values-invalid': {
    exit: 1,
    title: 'A values file is missing or has a fault',
    explanation:
      "Every environment has helm/bitiq/values-<env>.yaml with its complete list of services, and the file must match the chart's schema. Every fault is listed with its line; docs/adopting.md shows a whole file.",
  },
  'values-mismatch': {
    exit: 1,
    title: 'Values files and bitiq.yaml do not match',
    explanation:
      'bitiq.yaml names every environment and every service, with its image and the environments it may be in. The finding says what differs: a service or an environment that one file lists and the other does not, another image, a variable that no service has, or a service that its network policy cuts off from its own ingress.',
  },
  'yaml-invalid': {
    exit: 1,
    title: 'A file is not valid YAML',
    explanation:
      'The parser stopped at the place shown. Often the file still contains the markers of a merge conflict (`<<<<<<<`, `=======`, `>>>>>>>`).',
  },
  'file-invalid': {
    exit: 1,
    title: 'A file does not have the form that its reader needs',
    explanation:
      'bitiq reads files of UTF-8 text: it could not write another encoding back byte for byte, and Git, Helm and Argo CD read a link, a folder or a submodule in different ways. GitHub ignores a workflow without `on` and `jobs`, and a line of CODEOWNERS without a valid owner or with a path that matches no file.',
  },
  'edit-unsupported': {
    exit: 1,
    title: 'A value cannot be edited byte-exactly',
    explanation:
      'bitiq changes only the bytes of a value. It refuses where that is impossible: at an anchor, an alias, a block scalar or a missing key.',
  },
  'chart-invalid': {
    exit: 1,
    title: 'Chart.yaml does not have what Helm needs',
    explanation:
      'helm/bitiq/Chart.yaml needs a semantic version. Raise it when templates or defaults change.',
  },
  'render-failed': {
    exit: 1,
    title: 'An environment does not render',
    explanation:
      "`helm template` failed, or one of the rendered documents is not a Kubernetes object. The values do not match the schema, the chart's own checks rejected a service, or a template has a fault. The message includes what Helm printed.",
  },
  'appversion-mismatch': {
    exit: 1,
    title: 'appVersion is not the composite version',
    explanation: '`bitiq appversion --write` writes the correct value.',
  },
  'generated-stale': {
    exit: 1,
    title: 'A generated file is not up to date',
    explanation: '`bitiq generate` writes it.',
  },
  'delivery-mismatch': {
    exit: 1,
    title: 'An object of Argo CD or External Secrets does not match its environment',
    explanation:
      'Argo CD delivers an Application only if its AppProject allows the repository, the cluster, the namespace and each kind of object; environments/root.yaml delivers the objects of every environment from main; the Image Updater addresses a service by its place in the list; a ClusterSecretStore serves one environment. Only one writer moves the tags of an environment. The finding names the field, and often `bitiq generate` corrects it.',
  },
  'policy-invalid': {
    exit: 1,
    title: 'A policy file is not valid, or bitiq cannot evaluate it',
    explanation:
      'A field is wrong, an expression does not compile, or the policy is of another kind or mode. bitiq evaluates validating policies of the modes Kubernetes and JSON, without a cluster or a network.',
  },
  'policy-denied': {
    exit: 1,
    title: 'A policy denies an object or a release',
    explanation:
      'The message names the policy, the object and the line. Change the values, or write a PolicyException in policies/exceptions/.',
  },
  'policy-not-evaluated': {
    exit: 3,
    title: 'A policy was not evaluated',
    explanation:
      'The program opa evaluates Rego files. It is not on PATH, it failed, or it took too long. bitiq makes no release then, except with --allow-unevaluated; the record of that release lists what was skipped, by whom and why.',
  },
  'secret-in-git': {
    exit: 1,
    title: 'A file contains something that looks like a secret',
    explanation:
      'Secrets belong in the secret store; Git contains only their names. Anyone with a clone can read a committed secret from the history, so replace it with a new one. Mark a false positive with the comment `not-a-secret` on that line.',
  },
  'secret-in-text': {
    exit: 2,
    title: 'A text for Git contains something that looks like a secret',
    explanation:
      'bitiq writes --reason, --irreversible and your name into commits, tags and files, and every clone keeps them. Write the text without the secret. The message names the kind of secret and never shows it.',
  },
} as const satisfies Record<string, CatalogueEntry>;
