import type { CatalogueEntry } from './entry.ts';

/** Codes of what bitiq asks of GitHub. */
export const githubErrors = {
  'github-token-missing': {
    exit: 2,
    title: 'There is no token for GitHub',
    explanation:
      'GITHUB_TOKEN or GH_TOKEN holds it. A fine-grained token names the permission that is needed, such as pull requests or webhooks; `gh auth token` prints the one of GitHub’s own command line.',
  },
  'github-token-invalid': {
    exit: 3,
    title: 'GitHub does not accept the token',
    explanation: 'It was revoked, has expired, was copied incompletely, or belongs to another GitHub.',
  },
  'github-forbidden': {
    exit: 3,
    title: 'The token may not do that on GitHub',
    explanation:
      'The token is valid and lacks a permission, which the message names where GitHub names it. A token of an organization with single sign-on must be authorized for it.',
  },
  'github-missing': {
    exit: 3,
    title: 'GitHub has no such thing, or the token may not see it',
    explanation:
      'GitHub answers 404 also for a private repository that the token was not given. Check the address, then what the token may see.',
  },
  'github-refused': {
    exit: 3,
    title: 'GitHub refused a request',
    explanation: 'The message holds what GitHub itself said of it.',
  },
  'github-rate-limited': {
    exit: 3,
    title: 'GitHub has had too many requests from this token',
    explanation:
      'A wait of up to a minute is waited out. The message says from when on GitHub answers again; then run the command once more.',
  },
  'github-unreachable': {
    exit: 3,
    title: 'GitHub does not answer',
    explanation:
      'The request was tried several times. Check the network, githubstatus.com, and for GitHub Enterprise the address in GITHUB_API_URL.',
  },
  'github-remote-unfit': {
    exit: 2,
    title: 'A repository is not on GitHub',
    explanation:
      'Pull requests and webhooks are made through GitHub’s API, so the address must be that of a repository on github.com or a GitHub Enterprise server, as https, ssh or git@host:owner/name.',
  },
  'proposal-foreign': {
    exit: 1,
    title: 'The branch of a pull request has commits of somebody else',
    explanation:
      'The branches bitiq/<env> and bitiq/<env>.<action> belong to the commands with `--pr`, which write them again each time. A commit that a person made there is not thrown away silently.',
  },
  'cluster-unreachable': {
    exit: 3,
    title: 'No cluster answers kubectl',
    explanation:
      'What is needed from a cluster goes through your kubectl, with its current context or the one of --context, and nobody answered there.',
  },
  'cluster-secret-missing': {
    exit: 1,
    title: 'A Secret that is to be read is not in the cluster',
    explanation:
      '`bitiq bootstrap ENV` makes the Secrets that a cluster needs first, and says which are missing.',
  },
  'workflow-invalid': {
    exit: 1,
    title: 'A workflow of GitHub never runs',
    explanation:
      'A file in .github/workflows/ needs `on` and `jobs`. GitHub tells of one that has neither on a page that nobody looks at. `npm run check` asks more of workflows: docs/workflows.md.',
  },
  'owners-untrue': {
    exit: 1,
    title: 'A line of CODEOWNERS asks nobody',
    explanation:
      'GitHub leaves a line out whose owner is no @user, @organization/team or address of mail, and a path that matches no file protects nothing.',
  },
} as const satisfies Record<string, CatalogueEntry>;
