/**
 * What Kubernetes tells the elements of a list apart by: the list-map keys of its OpenAPI (`+listMapKey` in k8s.io/api
 * v0.36.3), by the name of the list. Lists that are not here have their order as their only identity.
 */
const listKeys: Readonly<Record<string, readonly (readonly string[])[]>> = {
  containers: [['name']],
  initContainers: [['name']],
  ephemeralContainers: [['name']],
  env: [['name']],
  volumes: [['name']],
  volumeMounts: [['mountPath']],
  volumeDevices: [['devicePath']],
  // Of a container, and of a Service.
  ports: [
    ['containerPort', 'protocol'],
    ['port', 'protocol'],
  ],
  imagePullSecrets: [['name']],
  secrets: [['name']],
  hostAliases: [['ip']],
  resourceClaims: [['name']],
  topologySpreadConstraints: [['topologyKey', 'whenUnsatisfiable']],
  // Of an HTTPRoute and of an ExternalSecret, whose schemas name no keys: what people tell them apart by.
  parentRefs: [['name', 'namespace', 'sectionName', 'port']],
  data: [['secretKey']],
};

/** The value that a key has where it is not written. */
const keyDefaults: Readonly<Record<string, string>> = { protocol: 'TCP' };

/** A list by the identity of its elements, such as `web` or `8080/UDP`; undefined where the order is the identity. */
export function keyedElements(
  list: string,
  elements: readonly unknown[],
): ReadonlyMap<string, unknown> | undefined {
  for (const keys of listKeys[list] ?? []) {
    const keyed = new Map(elements.map((element) => [identityOf(element, keys), element] as const));
    if (keyed.size === elements.length && !keyed.has(undefined)) return keyed as Map<string, unknown>;
  }
  return undefined;
}

function identityOf(element: unknown, keys: readonly string[]): string | undefined {
  if (typeof element !== 'object' || element === null) return undefined;
  const fields = element as Readonly<Record<string, unknown>>;
  const [first = '', ...others] = keys;
  const values = [fields[first], ...others.map((key) => fields[key] ?? keyDefaults[key])];
  if (!values.every(isIdentity) || values[0] === undefined) return undefined;
  return values.filter((value, index) => index === 0 || (value !== undefined && value !== 'TCP')).join('/');
}

function isIdentity(value: unknown): value is string | number | undefined {
  return typeof value === 'string' || typeof value === 'number' || value === undefined;
}
