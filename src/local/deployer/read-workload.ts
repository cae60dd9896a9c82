import { createHash } from 'node:crypto';
import { BitiqError } from '../../model/errors.ts';
import { readProbe, type RenderedProbe } from './read-probe.ts';
import { readVariables, type RenderedEnvFrom, type RenderedEnvVar } from './read-environment.ts';
import type { Workload, NamedValues } from './rendering.ts';

/** The parts of a Deployment that are read; what an API server would refuse has been refused by `bitiq check`. */
export interface RenderedDeployment {
  readonly metadata: { readonly name: string };
  readonly spec?: {
    readonly replicas?: number;
    readonly template?: {
      readonly metadata?: { readonly labels?: Record<string, string> };
      readonly spec?: {
        readonly containers?: readonly RenderedContainer[];
        readonly initContainers?: readonly unknown[];
        readonly volumes?: readonly Record<string, unknown>[];
        readonly terminationGracePeriodSeconds?: number;
      };
    };
  };
}

interface RenderedContainer {
  readonly image?: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly workingDir?: string;
  readonly env?: readonly RenderedEnvVar[];
  readonly envFrom?: readonly RenderedEnvFrom[];
  readonly ports?: readonly { readonly name?: string; readonly containerPort: number }[];
  readonly lifecycle?: { readonly postStart?: unknown };
  readonly startupProbe?: RenderedProbe;
  readonly readinessProbe?: RenderedProbe;
  readonly livenessProbe?: RenderedProbe;
}

/** Reads one Deployment; what one process cannot give (a second container, a mounted file, …) is refused by name. */
export function readWorkload(deployment: RenderedDeployment, values: NamedValues): Workload {
  const service = deployment.metadata.name;
  const template = deployment.spec?.template;
  const pod = template?.spec;
  const container = pod?.containers?.[0];
  if (container?.image === undefined) throw unsupported(service, 'has no container image');
  if (pod?.containers?.length !== 1)
    throw unsupported(service, `has ${pod?.containers?.length} containers in its Pod`);
  if ((pod.initContainers ?? []).length > 0) throw unsupported(service, 'has init containers');
  if (container.lifecycle?.postStart !== undefined) throw unsupported(service, 'has a postStart hook');
  const mounted = (pod.volumes ?? []).find((volume) => !('emptyDir' in volume));
  if (mounted !== undefined) {
    const kind = Object.keys(mounted).find((key) => key !== 'name');
    throw unsupported(
      service,
      `mounts the volume ${String(mounted.name)} (${kind}); only emptyDir is known here`,
    );
  }
  if ((container.ports ?? []).length > 1)
    throw unsupported(service, `has ${container.ports?.length} container ports`);

  const port = container.ports?.[0];
  const probe = (rendered: RenderedProbe | undefined, field: string) =>
    rendered && readProbe(rendered, port, (reason) => unsupported(service, `has a ${field} that ${reason}`));
  return {
    service,
    ...splitImage(container.image, service),
    replicas: deployment.spec?.replicas ?? 1,
    command: container.command,
    args: container.args,
    workingDirectory: container.workingDir,
    environment: readVariables(container, values, service, (reason) => unsupported(service, reason)),
    port: port?.containerPort,
    startup: probe(container.startupProbe, 'startupProbe'),
    readiness: probe(container.readinessProbe, 'readinessProbe'),
    liveness: probe(container.livenessProbe, 'livenessProbe'),
    grace: pod.terminationGracePeriodSeconds ?? 30,
    templateDigest: `sha256:${createHash('sha256').update(JSON.stringify(template)).digest('hex')}`,
  };
}

/** A release names the digest too, which then decides; a tag alone is what has been built under it. */
function splitImage(
  image: string,
  service: string,
): { repository: string; tag: string; digest: string | undefined } {
  const [, repository, tag, digest] = /^([^@]+):([\w][\w.-]*)(?:@(sha256:[0-9a-f]{64}))?$/.exec(image) ?? [];
  if (repository === undefined || tag === undefined)
    throw unsupported(service, `names its image without a tag (${image})`);
  return { repository, tag, digest };
}

function unsupported(service: string, reason: string): BitiqError {
  return new BitiqError({
    code: 'service-start-failed',
    message: `Deployment ${service} ${reason}, which a process on this machine cannot have.`,
    fix: 'Leave it out in the values of this environment, or run the environment on Kubernetes.',
  });
}
