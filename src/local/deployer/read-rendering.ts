import { readManifests, type KubernetesObject } from '../../kubernetes/objects.ts';
import { readWorkload, type RenderedDeployment } from './read-workload.ts';
import type { NamedValues, Peer, RenderedWorkloads, UnsupportedWorkload, Workload } from './rendering.ts';

/**
 * Reads the text of `helm template` for what can run as processes: Deployments, and StatefulSets and DaemonSets with as much of them
 * as a process can have. What only a cluster can run is in `unsupported`, with the reason, and keeps nothing else from running.
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
  const unsupported: UnsupportedWorkload[] = [...ofKind('CronJob'), ...ofKind('Job')].map((object) => ({
    service: object.metadata.labels?.['app.kubernetes.io/name'] ?? object.metadata.name,
    tag: object.metadata.labels?.['app.kubernetes.io/version'] ?? '',
    reason: `It is a ${object.kind}, which only a cluster runs.`,
  }));
  const running = ['Deployment', 'StatefulSet', 'DaemonSet'].flatMap(ofKind) as RenderedDeployment[];
  const deployments: RenderedDeployment[] = [];
  const workloads: Workload[] = [];
  for (const deployment of running) {
    const read = readWorkload(deployment, values);
    if ('reason' in read) unsupported.push(read);
    else {
      deployments.push(deployment);
      workloads.push(read);
    }
  }
  return {
    workloads,
    peers: ofKind('Service').flatMap((service) => readPeers(service, deployments, workloads)),
    unsupported,
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
  // A workload that runs here has one port, so its Service has one, too.
  const ports = (service.spec?.ports ?? []).slice(0, 1);
  const namespace = service.metadata.namespace;
  return ports.map(({ port }) => ({
    host: service.metadata.name,
    namespace,
    port,
    service: workload.service,
  }));
}
