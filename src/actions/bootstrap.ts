import { BitiqError } from '../model/errors.ts';
import {
  credentialsSecrets,
  printSecret,
  type CredentialsSecret,
  type GivenCredentials,
} from '../kubernetes/credentials.ts';
import { objectExists, sendObject, type Cluster } from '../kubernetes/kubectl.ts';
import type { Tree } from '../git/tree.ts';
import { hasImageUpdater } from './generate/image-updater.ts';
import { readApplication, readConfig, readValues, requireEnvironment } from './read/read-state.ts';

/** What became of one Secret. */
export interface BootstrapStep {
  readonly secret: CredentialsSecret;
  /**
   * Without asking the cluster `planned`, or `needed` where no value was given. Else what was done; `kept`: it was there and
   * was left alone; `missing`: it is not there, and no value was given.
   */
  readonly state: 'planned' | 'needed' | 'created' | 'replaced' | 'kept' | 'missing';
}

export interface BootstrapOptions {
  readonly environment: string;
  readonly given: GivenCredentials;
  readonly cluster: Cluster;
  readonly pipelinesNamespace: string;
  /** Writes new values over Secrets that are there. */
  readonly replace?: boolean | undefined;
  readonly dryRun?: boolean | undefined;
}

/**
 * Where the builds run: no Pod that reaches into its machine. Tekton's own containers are `restricted` only where its
 * `set-security-context` is on, so that is a warning.
 */
const buildLabels = {
  'pod-security.kubernetes.io/enforce': 'baseline',
  'pod-security.kubernetes.io/warn': 'restricted',
};

/** Makes the Secrets of an environment whose values are given, each once, and tells which are missing. Throws `usage` for a login that does not fit the repository's address. */
export async function bootstrap(tree: Tree, options: BootstrapOptions): Promise<BootstrapStep[]> {
  const site = await readSite(tree, options);
  requireFitting(site.repository, options);
  const secrets = credentialsSecrets(site, options.given);
  const cluster = { ...options.cluster, secrets: secrets.flatMap(({ data }) => Object.values(data ?? {})) };
  const steps: BootstrapStep[] = [];
  const namespaces = new Set<string>();
  for (const secret of secrets) {
    if (options.dryRun) {
      steps.push({ secret, state: secret.data === undefined ? 'needed' : 'planned' });
      continue;
    }
    if (secret.data === undefined) {
      steps.push({ secret, state: (await exists(cluster, secret)) ? 'kept' : 'missing' });
      continue;
    }
    if (!namespaces.has(secret.namespace)) await ensureNamespace(cluster, secret.namespace, options);
    namespaces.add(secret.namespace);
    steps.push({ secret, state: await send(cluster, secret, options.replace === true) });
  }
  return steps;
}

/** A login and the address that it is for: an SSH key opens no https address, and a token no SSH one. */
function requireFitting(address: string, { given, environment }: BootstrapOptions): void {
  if (given.git === undefined || address === '') return;
  const isSsh = !/^https?:\/\//.test(address);
  if (isSsh === (given.git.kind === 'ssh')) return;
  throw new BitiqError({
    code: 'usage',
    message: isSsh
      ? `The repoURL of ${environment} is an SSH address, ${address}, and a token or a GitHub App logs in over https.`
      : `The repoURL of ${environment} is an https address, ${address}, and an SSH key does not log in there.`,
    fix: isSsh
      ? 'Give --git-ssh-key, or write the https address into every repoURL and sourceRepos of environments/.'
      : 'Give a token or a GitHub App, or write the address git@… into every repoURL and sourceRepos of environments/.',
  });
}

async function readSite(tree: Tree, options: BootstrapOptions) {
  const environment = requireEnvironment(await readConfig(tree), options.environment);
  const [application, values] = await Promise.all([
    readApplication(tree, environment.name),
    readValues(tree, environment.name),
  ]);
  const text = (path: readonly string[], otherwise: string): string => {
    const found: unknown = application.document.getIn(path);
    return typeof found === 'string' ? found : otherwise;
  };
  const { imagePullSecrets } = values.document.toJS() as { imagePullSecrets?: { name: string }[] | null };
  return {
    argoCdNamespace: text(['metadata', 'namespace'], 'argocd'),
    pipelinesNamespace: options.pipelinesNamespace,
    environmentNamespace: text(['spec', 'destination', 'namespace'], environment.name),
    repository: text(['spec', 'source', 'repoURL'], ''),
    following: environment.kind === 'following',
    imageUpdater: hasImageUpdater(environment),
    imagePullSecrets: (imagePullSecrets ?? []).map(({ name }) => name),
  };
}

async function send(
  cluster: Cluster,
  secret: CredentialsSecret,
  replace: boolean,
): Promise<BootstrapStep['state']> {
  const there = await exists(cluster, secret);
  if (there && !replace) return 'kept';
  await sendObject(cluster, {
    verb: there ? 'replace' : 'create',
    object: printSecret(secret),
    to: `make the Secret ${secret.namespace}/${secret.name}`,
  });
  return there ? 'replaced' : 'created';
}

async function ensureNamespace(
  cluster: Cluster,
  name: string,
  { pipelinesNamespace }: Pick<BootstrapOptions, 'pipelinesNamespace'>,
): Promise<void> {
  if (await objectExists(cluster, { kind: 'namespace', name })) return;
  const labels = name === pipelinesNamespace ? { labels: buildLabels } : {};
  const object = JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, ...labels } });
  await sendObject(cluster, { verb: 'create', object, to: `make the namespace ${name}` });
}

function exists(cluster: Cluster, { name, namespace }: CredentialsSecret): Promise<boolean> {
  return objectExists(cluster, { kind: 'secret', name, namespace });
}
