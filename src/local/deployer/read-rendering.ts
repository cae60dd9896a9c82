import { parse } from 'yaml';
import { BitiqError, messageOf } from '../../model/errors.ts';
import { readWorkload, type RenderedDeployment } from './read-workload.ts';
import type { Peer, Rendering, Workload } from './rendering.ts';

/** The values that Pods can name: ConfigMaps and Secrets of the rendering, and which keys an ExternalSecret fills. */
export interface NamedValues {
  readonly configMaps: ReadonlyMap<string, Readonly<Record<string, string>>>;
  readonly secrets: ReadonlyMap<string, Readonly<Record<string, string>>>;
  /** Secret name → its keys; undefined keys when the whole entry of the store is taken. */
  readonly externalSecrets: ReadonlyMap<string, readonly string[] | undefined>;
}

const kindsThatMatter = /^kind: *["']?(Deployment|Service|ConfigMap|Secret|ExternalSecret)["']? *$/m;

/**
 * Reads the text of `helm template` for what can run as processes. Other kinds are left out knowingly; a Deployment that cannot
 * run as one process is refused by name (`manifest-unsupported`).
 */
export function readRendering(manifests: string): Rendering {
  const objects = manifests
    .split(/^---.*$/m)
    .flatMap((document) => (kindsThatMatter.test(document) ? [parseObject(document)] : []));
  const ofKind = (kind: string) => objects.filter((object) => object.kind === kind);
  const values: NamedValues = {
    configMaps: new Map(ofKind('ConfigMap').map((object) => [nameOf(object), object.data ?? {}])),
    secrets: new Map(ofKind('Secret').map((object) => [nameOf(object), plainSecret(object)])),
    externalSecrets: new Map(ofKind('ExternalSecret').map(keysOfExternalSecret)),
  };
  const deployments = ofKind('Deployment') as RenderedDeployment[];
  const workloads = deployments.map((deployment) => readWorkload(deployment, values));
  return {
    workloads,
    peers: ofKind('Service').flatMap((service) => readPeers(service, deployments, workloads)),
  };
}

interface RenderedObject {
  readonly kind: string;
  readonly metadata?: { readonly name?: string; readonly namespace?: string };
  readonly data?: Record<string, string>;
  readonly stringData?: Record<string, string>;
  readonly spec?: any; // eslint-disable-line -- read field by field below
}

function parseObject(document: string): RenderedObject {
  try {
    return parse(document, { logLevel: 'silent', schema: 'core' }) as RenderedObject;
  } catch (error) {
    throw new BitiqError({
      code: 'manifest-unsupported',
      message: `The rendered manifests hold a document that is not YAML: ${messageOf(error)}`,
      fix: 'Run `bitiq render` for this environment and look at the document that the message shows.',
      cause: error,
    });
  }
}

function nameOf(object: RenderedObject): string {
  return object.metadata?.name ?? '';
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
  const keys: string[] = (spec.data ?? []).map((entry: { secretKey: string }) => entry.secretKey);
  return [spec.target?.name ?? nameOf(object), (spec.dataFrom ?? []).length > 0 ? undefined : keys];
}

function readPeers(
  service: RenderedObject,
  deployments: readonly RenderedDeployment[],
  workloads: readonly Workload[],
): Peer[] {
  const selector = Object.entries((service.spec?.selector ?? {}) as Record<string, string>);
  const index = deployments.findIndex((deployment) => {
    const labels = deployment.spec?.template?.metadata?.labels ?? {};
    return selector.length > 0 && selector.every(([label, value]) => labels[label] === value);
  });
  const workload = workloads[index];
  if (workload === undefined) return [];
  const ports = (service.spec?.ports ?? []) as { port: number }[];
  if (ports.length > 1) {
    throw new BitiqError({
      code: 'manifest-unsupported',
      message: `Service ${nameOf(service)} has ${ports.length} ports; without a cluster a service has one address, and so one port.`,
      fix: 'Give the Service one port, or run this environment on Kubernetes.',
    });
  }
  const namespace = service.metadata?.namespace;
  return ports.map(({ port }) => ({ host: nameOf(service), namespace, port, service: workload.service }));
}
