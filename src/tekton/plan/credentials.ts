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

/** The faults of such Secrets: a key that is missing, and two for one address. */
export function checkCredentials(run: Run, objects: TektonObjects): TektonFinding[] {
  const credentials = credentialsOf(run, objects);
  const fault = (message: string): TektonFinding => ({
    code: 'tekton-run-invalid',
    severity: 'error',
    message,
    fix: 'Correct the Secrets of the ServiceAccount.',
    place: run.place,
  });
  const missing = credentials.flatMap(({ kind, secret }) =>
    keys[kind]
      .filter((key) => objects.secrets[secret]?.[key] === undefined)
      .map((key) => fault(`The Secret "${secret}" of the ServiceAccount has no key "${key}".`)),
  );
  const twice = credentials.filter(
    ({ kind, url }, index) =>
      kind.startsWith('basic-') &&
      credentials.findIndex((other) => other.kind === kind && other.url === url) !== index,
  );
  return [...missing, ...twice.map(({ url }) => fault(`Two Secrets of the ServiceAccount are for ${url}.`))];
}
