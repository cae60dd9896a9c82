import { readManifests, type KubernetesObject } from '../../kubernetes/objects.ts';
import { BitiqError } from '../../model/errors.ts';
import { readWorkload, type RenderedDeployment } from './read-workload.ts';
import type { NamedValues, Peer, RenderedWorkloads, Workload } from './rendering.ts';

/**
 * Reads the text of `helm template` for what can run as processes. Other kinds are left out knowingly; a Deployment that cannot
 * run as one process is refused by name (`service-start-failed`).
 */
export function readRendering(manifests: string): RenderedWorkloads {
  const documents = readManifests(manifests);
  const ofKind = (kind: string) =>
    documents.flatMap((document) => (document.kind === kind ? [document.object as RenderedObject] : []));
  const values: NamedValues = {
    configMaps: new Map(ofKind('ConfigMap').map((object) => [object.metadata.name, object.data ?? {}])),
    secrets: new Map(ofKind('Secret').map((object) => [object.metadata.name, plainSecret(object)])),
    externalSecrets: new Map(ofKind('ExternalSecret').map(keysOfExternalSecret)),
  };
  const deployments = ofKind('Deployment') as RenderedDeployment[];
  const workloads = deployments.map((deployment) => readWorkload(deployment, values));
  return {
    workloads,
    peers: ofKind('Service').flatMap((service) => readPeers(service, deployments, workloads)),
  };
}

interface RenderedObject extends KubernetesObject {
  readonly data?: Readonly<Record<string, string>>;
  readonly stringData?: Readonly<Record<string, string>>;
  readonly spec?: {
    readonly selector?: Readonly<Record<string, string>>;
    readonly ports?: readonly { readonly port: number }[];
    readonly target?: { readonly name?: string };
    readonly data?: readonly { readonly secretKey: string }[];
    readonly dataFrom?: readonly unknown[];
  };
}

function plainSecret(secret: RenderedObject): Record<string, string> {
  const decoded = Object.entries(secret.data ?? {}).map(([key, value]) => [
    key,
    Buffer.from(value, 'base64').toString('utf8'),
  ]);
  return { ...Object.fromEntries(decoded), ...secret.stringData };
}

function keysOfExternalSecret(object: RenderedObject): [string, readonly string[] | undefined] {
  const spec = object.spec ?? {};
  const keys = (spec.data ?? []).map((entry) => entry.secretKey);
  return [spec.target?.name ?? object.metadata.name, (spec.dataFrom ?? []).length > 0 ? undefined : keys];
}

function readPeers(
  service: RenderedObject,
  deployments: readonly RenderedDeployment[],
  workloads: readonly Workload[],
): Peer[] {
  const selector = Object.entries(service.spec?.selector ?? {});
  const index = deployments.findIndex((deployment) => {
    const labels = deployment.spec?.template?.metadata?.labels ?? {};
    return selector.length > 0 && selector.every(([label, value]) => labels[label] === value);
  });
  const workload = workloads[index];
  if (workload === undefined) return [];
  const ports = service.spec?.ports ?? [];
  if (ports.length > 1) {
    throw new BitiqError({
      code: 'service-start-failed',
      message: `Service ${service.metadata.name} has ${ports.length} ports; without a cluster a service has one address, and so one port.`,
      fix: 'Give the Service one port, or run this environment on Kubernetes.',
    });
  }
  const namespace = service.metadata.namespace;
  return ports.map(({ port }) => ({
    host: service.metadata.name,
    namespace,
    port,
    service: workload.service,
  }));
}
