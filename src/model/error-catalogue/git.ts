import type { CatalogueEntry } from './entry.ts';

/** Codes of Git, its remotes and GitHub. */
export const gitErrors = {
  'repository-missing': {
    exit: 2,
    title: 'There is no GitOps repository there',
    explanation:
      'The folder is not in a Git repository, or the repository has no branch main. Name another one with --repo.',
  },
  'repository-denied': {
    exit: 3,
    title: 'Git does not use a repository because it does not trust it',
    explanation:
      'The repository belongs to another user, or is a bare repository inside another folder: its settings could run programs.',
  },
  'identity-missing': {
    exit: 2,
    title: 'Git does not know who you are',
    explanation:
      'Every commit and release records who made it: Git needs user.name and user.email, or GIT_AUTHOR_NAME and GIT_AUTHOR_EMAIL. Git removes `<` and `>` from a name, and dots and commas at its ends; something must remain.',
  },
  'clone-shallow': {
    exit: 3,
    title: 'The clone is shallow',
    explanation:
      'An image tag counts the commits since the last version tag, and the history of main shows what an environment ran before. A shallow clone has neither.',
  },
  'remote-unreachable': {
    exit: 3,
    title: 'The remote could not be reached',
    explanation:
      'Git could not fetch main and the tags, or a push could not begin. Check the address, the network and your credentials.',
  },
  'remote-conflict': {
    exit: 2,
    title: 'It is not clear which repository is the remote',
    explanation:
      'bitiq reads and writes the remote that Git would push the main branch to: `branch.main.pushRemote`, `remote.pushDefault`, `branch.main.remote`, the only remote, or origin. Several remotes without such a setting are refused. So is a `pushurl` or `pushInsteadOf` that sends pushes to another repository than the one that is fetched: readers such as Argo CD would never see them.',
  },
  'push-denied': {
    exit: 3,
    title: 'A push was refused',
    explanation:
      'A hook of the remote, a missing permission, or the pre-push hook of your clone stopped it. bitiq runs that hook as `git push` does, and ends it if it takes longer than a push may. The message includes what the hook or the remote printed.',
  },
  'push-conflict': {
    exit: 3,
    title: 'Others moved main five times during the write',
    explanation:
      'bitiq planned the change again on each new state and lost the race every time. Nothing was changed; try again.',
  },
  'push-unknown': {
    exit: 3,
    title: 'It is unknown whether the remote accepted a push',
    explanation:
      'The push was sent, but the connection broke or the time for a push ran out before the remote answered. Afterwards the remote had none of it or did not answer. The message has the command that shows what the remote has now.',
  },
  'main-protected': {
    exit: 3,
    title: 'The main branch is protected',
    explanation:
      "The remote's rules do not let you push to the main branch; the message includes what it printed. With `--pr` a command proposes its commit on a branch, and merging the pull request is the action.",
  },
  'signing-failed': {
    exit: 3,
    title: 'A commit or a tag could not be signed',
    explanation:
      'Your Git settings (commit.gpgSign, tag.gpgSign) require signatures, but the key or the program is missing or refused. The message includes what Git printed. bitiq writes nothing without the signature.',
  },
  'proposal-conflict': {
    exit: 1,
    title: 'The branch of a pull request has commits of somebody else',
    explanation:
      'The branches bitiq/<env> and bitiq/<env>.<action> belong to the commands with `--pr`, which rewrite them each time. bitiq does not silently drop a commit that a person made there.',
  },
  'github-token-missing': {
    exit: 2,
    title: 'There is no token for GitHub',
    explanation:
      "Set GITHUB_TOKEN or GH_TOKEN. A fine-grained token needs the permission that the message names, such as pull requests or webhooks; `gh auth token` prints the token of GitHub's own command line.",
  },
  'github-denied': {
    exit: 3,
    title: 'GitHub refused a request',
    explanation:
      'The token was revoked, has expired or lacks a permission, or GitHub rejected the request itself; the message includes its answer. A token for an organization with single sign-on must be authorized for it.',
  },
  'github-missing': {
    exit: 3,
    title: 'GitHub did not find it, or the token may not see it',
    explanation:
      'GitHub also answers 404 for a private repository that the token has no access to. Check the address, then the access of the token.',
  },
  'github-unavailable': {
    exit: 3,
    title: 'GitHub could not be reached, or limits the requests of this token',
    explanation:
      'bitiq repeated the request several times, and waits out a rate limit of up to a minute. Check the network, githubstatus.com, and for GitHub Enterprise the address in GITHUB_API_URL. After a rate limit the message says when to try again.',
  },
  'github-remote-unsupported': {
    exit: 2,
    title: 'A repository is not on GitHub',
    explanation:
      "bitiq creates pull requests and webhooks through GitHub's API, so the address must be that of a repository on github.com or a GitHub Enterprise server, as https, ssh or git@host:owner/name.",
  },
} as const satisfies Record<string, CatalogueEntry>;
