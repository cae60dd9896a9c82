import type { TektonFinding } from '../finding.ts';
import type { TektonObjects } from '../load-objects.ts';
import type { PipelineRun, TaskRunRequest } from '../types.ts';

/** What a Secret of a ServiceAccount becomes in the home of every step. */
export interface Credential {
  readonly kind: 'basic-docker' | 'docker-config' | 'docker-cfg' | 'basic-git' | 'ssh-git';
  readonly secret: string;
  /** The value of its annotation; empty for the file of a registry's client, which has its own. */
  readonly url: string;
}

type Run = Pick<PipelineRun | TaskRunRequest, 'serviceAccount' | 'place'>;

/**
 * The credentials that Tekton makes of the Secrets of a run's ServiceAccount (pkg/pod/creds_init.go): in the order of the
 * account, each registry's before Git's, the addresses of one Secret sorted. A Secret that is not there is left out.
 */
export function credentialsOf(run: Run, objects: TektonObjects): Credential[] {
  const names = objects.serviceAccounts.get(run.serviceAccount ?? 'default') ?? [];
  return [...new Set(names)]
    .filter((name) => objects.secrets[name] !== undefined)
    .flatMap((secret) => {
      const annotations = Object.entries(objects.secretAnnotations.get(secret) ?? {});
      const addressed = (kind: Credential['kind'], prefix: string): Credential[] =>
        annotations
          .filter(([key]) => key.startsWith(prefix))
          .map(([, url]) => url)
          .sort()
          .map((url) => ({ kind, secret, url }));
      switch (objects.secretTypes.get(secret)) {
        case 'kubernetes.io/basic-auth':
          return [
            ...addressed('basic-docker', 'tekton.dev/docker-'),
            ...addressed('basic-git', 'tekton.dev/git-'),
          ];
        case 'kubernetes.io/ssh-auth':
          return addressed('ssh-git', 'tekton.dev/git-');
        case 'kubernetes.io/dockerconfigjson':
          return [{ kind: 'docker-config', secret, url: '' }];
        case 'kubernetes.io/dockercfg':
          return [{ kind: 'docker-cfg', secret, url: '' }];
        default:
          return [];
      }
    });
}

const keys: Readonly<Record<Credential['kind'], readonly string[]>> = {
  'basic-docker': ['username', 'password'],
  'basic-git': ['username', 'password'],
  'ssh-git': ['ssh-privatekey'],
  'docker-config': ['.dockerconfigjson'],
  'docker-cfg': ['.dockercfg'],
};

/** The faults of such Secrets: a key that is missing or only stands for a value, a file that is not JSON, and two for one address. */
export function checkCredentials(run: Run, objects: TektonObjects): TektonFinding[] {
  const credentials = credentialsOf(run, objects);
  const fault = (message: string): TektonFinding => ({
    code: 'tekton-invalid',
    severity: 'error',
    message,
    fix: 'Correct the Secrets of the ServiceAccount.',
    place: run.place,
  });
  const wrong = credentials.flatMap(({ kind, secret }) =>
    keys[kind].flatMap((key) => {
      const why = faultOfValue(kind, key, objects.secrets[secret]?.[key]);
      return why === undefined ? [] : [fault(`The Secret "${secret}" of the ServiceAccount ${why}.`)];
    }),
  );
  const twice = credentials.filter(
    ({ kind, url }, index) =>
      kind.startsWith('basic-') &&
      credentials.findIndex((other) => other.kind === kind && other.url === url) !== index,
  );
  const seen = new Map(wrong.map((finding) => [finding.message, finding]));
  return [
    ...seen.values(),
    ...twice.map(({ url }) => fault(`Two Secrets of the ServiceAccount are for ${url}.`)),
  ];
}

/** Why a value cannot be that of a credential; undefined when it may. */
function faultOfValue(kind: Credential['kind'], key: string, value: string | undefined): string | undefined {
  if (value === undefined) return `has no key "${key}"`;
  // Neither a user, nor a key, nor JSON looks so: an example that no one has filled in.
  if (key !== 'password' && /^<[^<>]+>$/.test(value.trim()))
    return `only has ${value.trim()} where "${key}" is to stand`;
  if (kind.startsWith('docker-') && !isJsonObject(value)) return `has no JSON object in "${key}"`;
  return undefined;
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
