import { z } from 'zod';
import {
  dnsLabel,
  kubernetesObject,
  absolutePath,
  objectName,
  removable,
  variableName,
} from './scalar-schemas.ts';

const keyOf = (what: string) =>
  z.strictObject({
    name: objectName.describe(`Name of the ${what}.`),
    key: z.string().min(1).describe('Its key.'),
    optional: removable(z.boolean()).describe('Whether the container starts without it.'),
  });

// Kubernetes API, core/v1 EnvVarSource.
const valueFrom = z.strictObject({
  fieldRef: removable(
    z.strictObject({
      apiVersion: removable(z.string()).describe('Version of the API. Default: v1.'),
      fieldPath: z.string().min(1).describe('Field of the Pod, such as `status.podIP`.'),
    }),
  ).describe('A field of the Pod.'),
  resourceFieldRef: removable(
    z.strictObject({
      resource: z.string().min(1).describe('Request or limit, such as `limits.memory`.'),
      containerName: removable(dnsLabel).describe('Container. Default: this one.'),
      divisor: removable(z.union([z.string(), z.number()])).describe('Unit of the value. Default: 1.'),
    }),
  ).describe('A request or limit of the container.'),
  configMapKeyRef: removable(keyOf('ConfigMap')).describe('A key of a ConfigMap.'),
  secretKeyRef: removable(keyOf('Secret')).describe('A key of a Secret that is in the namespace already.'),
});

const fromElsewhere = z.strictObject({ valueFrom: valueFrom.describe('Where the value comes from.') });
const variable = z.strictObject({
  name: variableName.describe('Name of the variable.'),
  value: z.string().optional().describe('Its text.'),
  valueFrom: valueFrom.optional().describe('Where the value comes from.'),
});

/** Environment variables: a map (name → text or `valueFrom`), which the chart sorts so that `$(NAME)` works, or Kubernetes' list. */
export const envSchema = z.union([
  z.record(variableName, z.union([z.string(), z.null(), fromElsewhere])),
  z.array(variable),
]);

const named = z.strictObject({
  name: objectName.describe('Its name.'),
  optional: removable(z.boolean()).describe('Whether the container starts without it.'),
});

/** Kubernetes API, core/v1 EnvFromSource: every key of a ConfigMap or Secret that is in the namespace already. */
export const envFromSchema = z.strictObject({
  prefix: removable(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/)).describe('Put in front of each name.'),
  configMapRef: removable(named).describe('The ConfigMap.'),
  secretRef: removable(named).describe('The Secret.'),
});

/** One secret of the store that becomes environment variables, or files. */
export const secretSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9]([-a-z0-9]{0,20}[a-z0-9])?$/)
    .describe('Its name here. The Secret in the cluster is <service>-<name>.'),
  path: z
    .string()
    .regex(/^[A-Za-z0-9_.-]+(\/[A-Za-z0-9_.-]+)*$/)
    .describe('Where the store keeps it, such as `shop/database`.'),
  keys: z
    .record(z.string().regex(/^[-._A-Za-z0-9]+$/), z.string().min(1))
    .optional()
    .describe(
      'Environment variable (or file name) → key of the secret. Left out: every key, under its own name.',
    ),
  mountPath: absolutePath
    .optional()
    .describe('Folder in which each key is a file, instead of an environment variable.'),
  store: z
    .strictObject({
      kind: z.enum(['ClusterSecretStore', 'SecretStore']).describe('Kind of the store.'),
      name: objectName.describe('Name of the store.'),
    })
    .optional()
    .describe('Store to read from. Default: the secretStore of the environment.'),
  template: kubernetesObject
    .optional()
    .describe("External Secrets' own template of the Secret: its type, data and metadata."),
  refreshInterval: z
    .string()
    .regex(/^([0-9]+(s|m|h))+$/)
    .optional()
    .describe('How often the store is read. Default: 1h.'),
});
