import { gitCredentialsSecret } from './image-updater.ts';

/** A Secret that a cluster needs before anything else, as it is sent to the Kubernetes API. */
export interface CredentialsSecret {
  readonly namespace: string;
  readonly name: string;
  /** What it is for, as the end of a sentence. */
  readonly purpose: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly type?:
    'Opaque' | 'kubernetes.io/dockerconfigjson' | 'kubernetes.io/basic-auth' | 'kubernetes.io/ssh-auth';
  /** The keys that it has. */
  readonly keys: readonly string[];
  /** Of these sets of keys it has one as well: which one depends on a login that was not given. */
  readonly keysOfOneWay?: readonly (readonly string[])[] | undefined;
  /** Plain values by key; undefined when they were not given. */
  readonly data: Readonly<Record<string, string>> | undefined;
  /** Where the values come from, for a person who has not given them. */
  readonly source: string;
}

/** How Git is logged in to: an SSH key, an HTTPS token, or a GitHub App. */
export type GitLogin =
  | { readonly kind: 'ssh'; readonly key: string }
  | { readonly kind: 'token'; readonly user: string; readonly token: string }
  | { readonly kind: 'app'; readonly id: string; readonly installation: string; readonly key: string };

/** What `bitiq bootstrap` was given; what is undefined is missing. */
export interface GivenCredentials {
  readonly git: GitLogin | undefined;
  readonly webhookSecret: string | undefined;
  /** Docker's config.json with the logins of the image registry. */
  readonly registryConfig: string | undefined;
}

/** Where an environment's credentials belong. */
export interface CredentialsSite {
  readonly argoCdNamespace: string;
  readonly pipelinesNamespace: string;
  readonly environmentNamespace: string;
  /** The GitOps repository, as Argo CD clones it. */
  readonly repository: string;
  /** Whether commits of services reach this environment through the pipelines. */
  readonly following: boolean;
  readonly imageUpdater: boolean;
  readonly imagePullSecrets: readonly string[];
}

const gitSource =
  '--git-ssh-key FILE; or $BITIQ_GIT_TOKEN (or --git-token-file FILE); or --github-app-key FILE with --github-app-id and --github-app-installation';
const registrySource = "--registry-config FILE (Docker's config.json)";

/** The Secrets that an environment needs, each with its values as far as they are given. */
export function credentialsSecrets(site: CredentialsSite, given: GivenCredentials): CredentialsSecret[] {
  const { git } = given;
  const secrets: CredentialsSecret[] = [
    {
      namespace: site.argoCdNamespace,
      name: 'bitiq-repository',
      purpose: 'Argo CD reads the GitOps repository',
      labels: { 'argocd.argoproj.io/secret-type': 'repository' },
      ...withGit(git, { type: 'git', url: site.repository }),
      source: gitSource,
    },
  ];
  if (site.imageUpdater) {
    secrets.push({
      namespace: site.argoCdNamespace,
      name: gitCredentialsSecret,
      purpose: 'the Image Updater pushes to the GitOps repository',
      ...withGit(git, {}),
      source: gitSource,
    });
  }
  if (site.following) {
    secrets.push({
      namespace: site.pipelinesNamespace,
      name: 'github-webhook',
      purpose: 'webhooks of the services are believed',
      keys: ['secret'],
      data: given.webhookSecret === undefined ? undefined : { secret: given.webhookSecret },
      source: '$BITIQ_WEBHOOK_SECRET or --webhook-secret-file FILE',
    });
    secrets.push({
      ...registry(given, site.pipelinesNamespace, 'bitiq-registry'),
      purpose: 'builds push their images',
    });
  }
  for (const name of site.imagePullSecrets) {
    secrets.push({ ...registry(given, site.environmentNamespace, name), purpose: 'Pods pull their images' });
  }
  return secrets;
}

/** The Secret as JSON for `kubectl create -f -`. */
export function printSecret({ namespace, name, labels, annotations, type, data }: CredentialsSecret): string {
  const encoded = Object.entries(data ?? {}).map(([key, value]) => [
    key,
    Buffer.from(value).toString('base64'),
  ]);
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      namespace,
      name,
      labels: { 'app.kubernetes.io/managed-by': 'bitiq', ...labels },
      ...(annotations === undefined ? {} : { annotations }),
    },
    type: type ?? 'Opaque',
    data: Object.fromEntries(encoded) as Record<string, string>,
  });
}

/** The keys of a Secret with a login of Git, and its values when the login was given. */
function withGit(
  git: GitLogin | undefined,
  others: Readonly<Record<string, string>>,
): Pick<CredentialsSecret, 'keys' | 'keysOfOneWay' | 'data'> {
  if (git === undefined) {
    const ways: GitLogin[] = [
      { kind: 'ssh', key: '' },
      { kind: 'token', user: '', token: '' },
      { kind: 'app', id: '', installation: '', key: '' },
    ];
    const keysOfOneWay = ways.map((way) => Object.keys(argoCdKeys(way)));
    return { keys: Object.keys(others), keysOfOneWay, data: undefined };
  }
  const data = { ...others, ...argoCdKeys(git) };
  return { keys: Object.keys(data), data };
}

/** The keys that Argo CD and its Image Updater both read. */
function argoCdKeys(git: GitLogin): Record<string, string> {
  if (git.kind === 'ssh') return { sshPrivateKey: git.key };
  if (git.kind === 'token') return { username: git.user, password: git.token };
  return { githubAppID: git.id, githubAppInstallationID: git.installation, githubAppPrivateKey: git.key };
}

function registry(
  given: GivenCredentials,
  namespace: string,
  name: string,
): Omit<CredentialsSecret, 'purpose'> {
  const config = given.registryConfig;
  return {
    namespace,
    name,
    type: 'kubernetes.io/dockerconfigjson',
    keys: ['.dockerconfigjson'],
    data: config === undefined ? undefined : { '.dockerconfigjson': config },
    source: registrySource,
  };
}
