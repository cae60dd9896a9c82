import { BitiqError } from '../model/errors.ts';
import { run } from '../process/run.ts';

/** The cluster that kubectl talks to: the context, or the current one of the user's configuration. */
export interface Cluster {
  readonly context?: string | undefined;
  /** Texts that never appear in a message. */
  readonly secrets?: readonly string[] | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
}

/** Whether an object exists; its content is not read here. */
export async function objectExists(
  cluster: Cluster,
  object: { readonly kind: string; readonly name: string; readonly namespace?: string | undefined },
): Promise<boolean> {
  const { kind, name, namespace } = object;
  const where = namespace === undefined ? [] : ['--namespace', namespace];
  const args = ['get', kind, name, ...where, '--ignore-not-found', '--output', 'name'];
  const { stdout } = await kubectl(cluster, args, { to: `look for the ${kind} ${name}` });
  return stdout.toString('utf8').trim() !== '';
}

/** The value of a key of a Secret, as text; throws `cluster-secret-missing` when there is none. */
export async function readSecretKey(
  cluster: Cluster,
  at: { readonly namespace: string; readonly name: string; readonly key: string },
): Promise<string> {
  const { namespace, name, key } = at;
  const args = ['get', 'secret', name, '--namespace', namespace, '--ignore-not-found', '--output', 'json'];
  const { stdout } = await kubectl(cluster, args, { to: `read the Secret ${namespace}/${name}` });
  const text = stdout.toString('utf8').trim();
  const { data } = (text === '' ? {} : JSON.parse(text)) as { data?: Record<string, string> };
  const value = data?.[key];
  if (value) return Buffer.from(value, 'base64').toString('utf8');
  throw new BitiqError({
    code: 'cluster-secret-missing',
    message: `The cluster has no Secret ${namespace}/${name} with a key ${key}.`,
    fix: 'Make it first: `bitiq bootstrap` does, from $BITIQ_WEBHOOK_SECRET.',
  });
}

/** Creates an object, or replaces the one of its name; its text goes to kubectl's input and is in no argument. */
export async function sendObject(
  cluster: Cluster,
  options: { readonly verb: 'create' | 'replace'; readonly object: string; readonly to: string },
): Promise<void> {
  const { verb, object, to } = options;
  await kubectl(cluster, [verb, '--validate=false', '--filename', '-'], { to, input: object });
}

async function kubectl(
  cluster: Cluster,
  args: readonly string[],
  options: { readonly to: string; readonly input?: string },
) {
  const context = cluster.context === undefined ? [] : ['--context', cluster.context];
  try {
    return await run('kubectl', [...context, ...args], {
      ...options,
      secrets: cluster.secrets,
      env: cluster.env ?? process.env,
    });
  } catch (error) {
    const reason = error instanceof BitiqError ? unreached.exec(error.message)?.[0] : undefined;
    if (reason === undefined) throw error;
    const which = cluster.context === undefined ? 'its current context' : `the context ${cluster.context}`;
    throw new BitiqError({
      code: 'cluster-unreachable',
      message: `kubectl could not reach a cluster with ${which}, so bitiq could not ${options.to}: ${reason}.`,
      fix: 'Name a context with --context; `kubectl config get-contexts` lists them.',
      state: 'Nothing more was changed.',
      cause: error,
    });
  }
}

/** The useful part of what kubectl prints when it reaches no cluster. */
const unreached =
  /[Tt]he connection to the server \S+ was refused|Unable to connect to the server: [^\n]+|context was not found for specified context[^\n]*|context "[^"\n]*" does not exist|no configuration has been provided/;
