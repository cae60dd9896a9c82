import { createHash } from 'node:crypto';
import { readProbe, type RenderedProbe } from './read-probe.ts';
import { readVariables, type RenderedEnvFrom, type RenderedEnvVar } from './read-environment.ts';
import type { NamedValues, UnsupportedWorkload, Workload } from './rendering.ts';

/** The parts of a Deployment, StatefulSet or DaemonSet that are read; what an API server would refuse has been refused by `bitiq check`. */
export interface RenderedDeployment {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
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

/** Reads one workload; one that needs what a process cannot have (a second container, a mounted file, …) is given with the reason. */
export function readWorkload(
  deployment: RenderedDeployment,
  values: NamedValues,
): Workload | UnsupportedWorkload {
  try {
    return readSupported(deployment, values);
  } catch (error) {
    if (!(error instanceof Unsupported)) throw error;
    const tag = deployment.metadata.labels?.['app.kubernetes.io/version'] ?? '';
    return { service: deployment.metadata.name, tag, reason: error.message };
  }
}

function readSupported(deployment: RenderedDeployment, values: NamedValues): Workload {
  const service = deployment.metadata.name;
  const template = deployment.spec?.template;
  const pod = template?.spec;
  const container = pod?.containers?.[0];
  if (container?.image === undefined) throw unsupported('has no container image');
  if (pod?.containers?.length !== 1)
    throw unsupported(`has ${pod?.containers?.length} containers in its Pod`);
  if ((pod.initContainers ?? []).length > 0) throw unsupported('has init containers');
  if (container.lifecycle?.postStart !== undefined) throw unsupported('has a postStart hook');
  const mounted = (pod.volumes ?? []).find((volume) => !('emptyDir' in volume));
  if (mounted !== undefined) {
    const kind = Object.keys(mounted).find((key) => key !== 'name');
    throw unsupported(`mounts the volume ${String(mounted.name)} (${kind}); only emptyDir is known here`);
  }
  if ((container.ports ?? []).length > 1) throw unsupported(`has ${container.ports?.length} container ports`);

  const port = container.ports?.[0];
  const probe = (rendered: RenderedProbe | undefined, field: string) =>
    rendered && readProbe(rendered, port, (reason) => unsupported(`has a ${field} that ${reason}`));
  return {
    service,
    ...splitImage(container.image),
    replicas: deployment.spec?.replicas ?? 1,
    command: container.command,
    args: container.args,
    workingDirectory: container.workingDir,
    environment: readVariables(container, values, service, (reason) => unsupported(reason)),
    port: port?.containerPort,
    startup: probe(container.startupProbe, 'startupProbe'),
    readiness: probe(container.readinessProbe, 'readinessProbe'),
    liveness: probe(container.livenessProbe, 'livenessProbe'),
    grace: pod.terminationGracePeriodSeconds ?? 30,
    templateDigest: `sha256:${createHash('sha256').update(JSON.stringify(template)).digest('hex')}`,
  };
}

/** A release names the digest too, which then decides; a tag alone is what has been built under it. */
function splitImage(image: string): { repository: string; tag: string; digest: string | undefined } {
  const [, repository, tag, digest] = /^([^@]+):([\w][\w.-]*)(?:@(sha256:[0-9a-f]{64}))?$/.exec(image) ?? [];
  if (repository === undefined || tag === undefined)
    throw unsupported(`names its image without a tag (${image})`);
  return { repository, tag, digest };
}

class Unsupported extends Error {}

function unsupported(reason: string): Error {
  return new Unsupported(`It ${reason}, which a process on this machine cannot have; a cluster runs it.`);
}
