import type { CatalogueEntry } from './entry.ts';

/** Codes of repositories, releases and the actions on them. */
export const releaseErrors = {
  'repository-missing': {
    exit: 2,
    title: 'There is no GitOps repository there',
    explanation:
      'The folder is not in a Git repository, or the repository has no branch main. Name another one with --repo.',
  },
  'identity-missing': {
    exit: 2,
    title: 'Git does not know who you are',
    explanation:
      'Every commit and release says who made it: git needs user.name and user.email, or GIT_AUTHOR_NAME and GIT_AUTHOR_EMAIL. Git leaves `<`, `>` and dots and commas at the ends out of a name; something must remain.',
  },
  'remote-unreachable': {
    exit: 3,
    title: 'The remote could not be reached',
    explanation:
      'Git could not fetch main and the tags, or a push could not begin. Check the address, the network and your credentials.',
  },
  'clone-shallow': {
    exit: 3,
    title: 'The clone is shallow',
    explanation:
      'A tag counts the commits since the last version tag, and the history also has what an environment ran before. A shallow clone has neither.',
  },
  'push-refused': {
    exit: 3,
    title: 'The remote refused a push',
    explanation:
      'A hook, a protected branch or a missing permission stopped it; the message includes what the remote said.',
  },
  'main-protected': {
    exit: 3,
    title: 'The main branch is protected',
    explanation:
      'The rules of the remote do not let you push to the main branch; the message includes what it said. With `--pr` a command proposes its commit on a branch, and merging the pull request is the action.',
  },
  'push-unknown': {
    exit: 3,
    title: 'It is not known whether the remote took a push',
    explanation:
      'The push was sent, and the connection broke before the remote answered, or it did not answer in the time that a push may take. Afterwards the remote had none of it or did not answer; the message has the command that shows what it has now.',
  },
  'hook-refused': {
    exit: 3,
    title: 'The pre-push hook of the clone refused a push',
    explanation:
      'bitiq runs the pre-push hook of your clone, as `git push` does. The hook refused the push, or did not end in the time that a push may take. The message includes what it printed.',
  },
  'signing-failed': {
    exit: 3,
    title: 'A commit or a tag could not be signed',
    explanation:
      'Your Git settings (commit.gpgSign, tag.gpgSign) demand signatures, and the key or the program is missing or refused. The message includes what Git said. Nothing is written without the signature.',
  },
  'clone-blocked': {
    exit: 3,
    title: 'A lock or a name in the clone keeps Git from updating it',
    explanation:
      'A Git that was killed left a `.lock` file, or the clone has a tag such as `prod`, which keeps Git from creating `prod/1`. The message names the file or the tag, and the command that removes it.',
  },
  'race-lost': {
    exit: 3,
    title: 'Others moved main five times while this was being written',
    explanation:
      'Every attempt was planned again on what was there and lost again. Nothing was changed; try once more.',
  },
  'environment-missing': {
    exit: 2,
    title: 'An environment does not exist',
    explanation: 'bitiq.yaml names the environments.',
  },
  'service-missing': {
    exit: 2,
    title: 'A service does not exist there',
    explanation: 'The values file of the environment does not list a service of that name.',
  },
  'release-missing': {
    exit: 2,
    title: 'A release does not exist',
    explanation: '`bitiq log ENV` lists the releases of an environment.',
  },
  'release-tag-moved': {
    exit: 1,
    title: 'A release tag was moved',
    explanation:
      'A release tag never changes, and somebody moved one, on the remote or in this clone. The message says which one is right by the record on main, and the fix brings it back.',
  },
  'release-tag-light': {
    exit: 1,
    title: 'A release tag is not annotated',
    explanation: 'A release is an annotated tag whose message records what it contains.',
  },
  'release-record-invalid': {
    exit: 1,
    title: 'The message of a release tag cannot be read',
    explanation:
      'The message of a release tag is YAML with the services, the chart version, where it came from and a digest.',
  },
  'release-tag-missing': {
    exit: 1,
    title: 'The tag of a release is gone',
    explanation:
      'Releases are numbered in turn, and one lacks its tag: somebody removed it, or it was not fetched. Push it again from a clone that has it.',
  },
  'release-untrue': {
    exit: 1,
    title: 'A release tag does not match its tree',
    explanation:
      'The combination in the message of the tag, in the values file and in appVersion of its tree must be the same.',
  },
  'signature-invalid': {
    exit: 1,
    title: 'A release is not signed as it must be',
    explanation:
      'Git verifies tags and commits by its own configuration: gpg.ssh.allowedSignersFile, or the keyring of GnuPG. A signature is missing, does not fit the content, is of a key that is not allowed, or cannot be verified here.',
  },
  'health-changed': {
    exit: 1,
    title: 'A record of health was changed or removed',
    explanation:
      'What was seen healthy is written once to refs/bitiq/health. A record that changed later proves nothing.',
  },
  'pointer-missing': {
    exit: 1,
    title: 'An environment has no pointer',
    explanation:
      'A pinned environment needs environments/<env>/application.yaml with spec.source.targetRevision: docs/adopting.md shows a whole one.',
  },
  'pointer-dangling': {
    exit: 1,
    title: 'A pointer names a release that does not exist',
    explanation:
      'targetRevision must be refs/tags/<env>/<n>, a release tag of its own environment, or refs/tags/<env>/0 before the first release.',
  },
  'remote-undecided': {
    exit: 2,
    title: 'A checkout has several remotes, and nothing says which counts',
    explanation:
      'bitiq reads and writes the remote that Git would push the main branch to: `branch.main.pushRemote`, `remote.pushDefault`, `branch.main.remote`, the only remote, or origin.',
  },
  'remote-split': {
    exit: 2,
    title: 'A remote is pushed to another repository than it is fetched from',
    explanation:
      'A `pushurl` or `pushInsteadOf` in Git’s settings sends pushes to a fork or to several repositories. What bitiq wrote there would be done for nobody who reads the other one, such as Argo CD.',
  },
  'repository-untrusted': {
    exit: 3,
    title: 'Git does not use a repository that is there',
    explanation:
      'It belongs to another user, or it is a bare repository that was found inside another folder: its settings could run programs.',
  },
  'pointer-short': {
    exit: 1,
    title: 'A pointer is written in its short form',
    explanation:
      'Argo CD resolves <env>/<n> to the first branch or tag of that name, and refs/tags/<env>/<n> to the tag alone. The short form is read; the next promotion or rollback writes the whole name.',
  },
  'ref-ambiguous': {
    exit: 1,
    title: 'A branch or a tag has the name of a release, an environment or main',
    explanation:
      'A branch prod/3 can be delivered instead of the release, a tag prod keeps Git from having the tag prod/3, and a tag main can be taken for the branch. Remove it.',
  },
  'application-untrue': {
    exit: 1,
    title: 'An Application does not deliver what its environment says',
    explanation:
      'A following environment tracks main, and both kinds deliver helm/bitiq with their own values file.',
  },
  'appversion-untrue': {
    exit: 1,
    title: 'appVersion is not the composite version',
    explanation: '`bitiq appversion --write` writes the true one.',
  },
  'values-missing': {
    exit: 1,
    title: 'An environment has no values file',
    explanation:
      'Every environment has helm/bitiq/values-<env>.yaml with the complete list of services: docs/adopting.md shows a whole one.',
  },
  'values-environment-untrue': {
    exit: 1,
    title: 'A values file says that it is of another environment',
    explanation: '`environment:` in helm/bitiq/values-<env>.yaml must be <env>.',
  },
  'environment-unlisted': {
    exit: 1,
    title: 'There are files of an environment that bitiq.yaml does not name',
    explanation: 'Nothing reads them. Add the environment to bitiq.yaml, or remove them.',
  },
  'values-service-unknown': {
    exit: 1,
    title: 'A values file lists a service that bitiq.yaml does not have there',
    explanation:
      'bitiq.yaml names every service: those that values files list, and those that networkPolicy.allowFrom lets call. Its `environments` say where a service may be.',
  },
  'values-service-lacking': {
    exit: 1,
    title: 'No values file lists a service of bitiq.yaml',
    explanation:
      'A service that helm/bitiq/values-<env>.yaml does not list is not in that environment yet; one that none of them lists runs nowhere.',
  },
  'values-image-untrue': {
    exit: 1,
    title: 'A service has another image than bitiq.yaml says',
    explanation: 'image.repository of a service must be the one that bitiq.yaml names.',
  },
  'env-reference-unknown': {
    exit: 1,
    title: 'A variable names another one that the service does not have',
    explanation:
      'Kubernetes puts $(NAME) into a value when NAME is a variable of the container, from env or from a secret, and leaves the text otherwise. The chart writes variables in the order in which they need each other.',
  },
  'network-policy-closed': {
    exit: 1,
    title: 'A way in from outside the cluster ends at a closed network policy',
    explanation:
      'A service with an ingress, an httpRoute or a Service of type LoadBalancer or NodePort is called from other namespaces or from outside. networkPolicy.allowFromNamespaces names those that may.',
  },
  'render-failed': {
    exit: 1,
    title: 'An environment does not render',
    explanation:
      'helm template refused the chart with the values of the environment; its own sentence is shown.',
  },
  'generated-stale': {
    exit: 1,
    title: 'A generated file is not up to date',
    explanation: '`bitiq generate` writes it.',
  },
  'promotion-refused': {
    exit: 1,
    title: 'There is nothing that can be promoted',
    explanation:
      'None of the services was built yet, the source has one that bitiq.yaml no longer names (--except leaves it out), or bitiq.yaml keeps one out of the target.',
  },
  'rollback-refused': {
    exit: 1,
    title: 'There is nothing to roll back to',
    explanation: 'The environment has not run another release before this one.',
  },
  'environment-moved': {
    exit: 1,
    title: 'Somebody else moved the environment meanwhile',
    explanation:
      'A rollback without --to, and a promotion of what an environment has, start from a state that you looked at. Another writer moved the environment after your command began, so a second try would go further than you meant. Look, then name the release.',
  },
  'rollback-irreversible': {
    exit: 1,
    title: 'A rollback would take back what cannot be undone',
    explanation:
      'A release on the way was promoted with --irreversible, for example because it changes a database. --force goes back anyway.',
  },
  'action-unfit': {
    exit: 2,
    title: 'The action does not fit the kind of environment',
    explanation: 'Following environments are changed by `set`, pinned ones by `promote` and `rollback`.',
  },
  'image-missing': {
    exit: 1,
    title: 'An image of the combination does not exist',
    explanation: 'Before a release is written every image is looked up; the ones that are missing are named.',
  },
  'release-taken-back': {
    exit: 1,
    title: 'A release would bring back what somebody took back',
    explanation:
      'The last thing that took this version, or this whole release, out of the environment was a rollback; the message says whose and why. Newer versions are allowed; --force brings it back anyway.',
  },
  'service-held': {
    exit: 1,
    title: 'A hold keeps a service where it is',
    explanation:
      'Somebody put a hold on the service. Automation never moves it; you need --force, or `bitiq unhold` first.',
  },
  'environment-frozen': {
    exit: 1,
    title: 'A freeze keeps new versions out of an environment',
    explanation:
      'No new release may enter until the freeze ends or somebody lifts it. A rollback is always allowed.',
  },
  'holds-invalid': {
    exit: 1,
    title: 'A file of holds cannot be read',
    explanation:
      'Each entry of environments/<env>/holds.yaml has service, reason, by, since and optionally until. While it cannot be read, automation moves nothing there.',
  },
  'hold-missing': {
    exit: 2,
    title: 'There is no hold on that service',
    explanation: '`bitiq status` shows the holds of every environment.',
  },
  'hold-repeated': {
    exit: 1,
    title: 'A service has two holds',
    explanation: 'A service can have only one hold. Lift the existing one with `bitiq unhold` first.',
  },
  'hold-service-unknown': {
    exit: 1,
    title: 'A hold names a service that the environment does not run',
    explanation: 'Such a hold has no effect, although somebody relies on it.',
  },
  'hold-expired': {
    exit: 1,
    title: 'A hold has ended',
    explanation: 'A hold has no effect after its `until`. `bitiq unhold` removes it from the file.',
  },
  'freezes-invalid': {
    exit: 1,
    title: 'A file of freezes cannot be read',
    explanation:
      'Each entry of environments/<env>/freezes.yaml has reason, by, since and optionally until or weekly. While it cannot be read, nothing new enters.',
  },
  'freeze-missing': {
    exit: 2,
    title: 'There is no freeze to lift',
    explanation: '`bitiq status` shows the freezes of every environment.',
  },
  'freeze-overlap': {
    exit: 1,
    title: 'Two freezes of one kind overlap',
    explanation:
      'Two people froze the environment for the same time, so it is unclear which of the two ends it. A single freeze may overlap a weekly window.',
  },
  'freeze-expired': {
    exit: 1,
    title: 'A freeze has ended',
    explanation: 'A freeze has no effect after its `until`. `bitiq thaw` removes it from the file.',
  },
  'bisect-unfit': {
    exit: 2,
    title: 'There is nothing to find between these two releases',
    explanation: 'The command must succeed for the good release and fail for the bad one.',
  },
  'bisect-flaky': {
    exit: 3,
    title: 'The command of a bisection gives different results for the same release',
    explanation:
      'The good release and the combination that was found to be bad are tried once more at the end. If the command gives another result then, it would name a service by chance.',
  },
  'bisect-ended': {
    exit: 3,
    title: 'The command of a bisection ended without a verdict',
    explanation: 'It was killed, or exited with 128 or more. Nothing was found out, and nothing was changed.',
  },
} as const satisfies Record<string, CatalogueEntry>;
