import { z } from 'zod';
import { dnsLabel, kubernetesObject, objectName, removable } from './values/scalar-schemas.ts';
import { defaultsSchema, serviceSchema } from './values/service-schema.ts';

/** The values of the chart: of one `values-<environment>.yaml`, or as Helm merges it over `values.yaml`. */
export const valuesSchema = z.strictObject({
  environment: dnsLabel.describe('Name of the environment.'),
  defaults: removable(defaultsSchema).describe('What every service has unless it says otherwise.'),
  services: z
    .array(serviceSchema)
    .describe('The complete list of services. A service is addressed by its name.'),
  secretStore: z
    .strictObject({
      kind: z
        .enum(['ClusterSecretStore', 'SecretStore'])
        .optional()
        .describe('Kind of the store of the External Secrets Operator.'),
      name: objectName.optional().describe('Name of the store.'),
    })
    .optional()
    .describe('Where ExternalSecret objects read from.'),
  imagePullSecrets: removable(
    z.array(z.strictObject({ name: objectName.describe('Name of a Secret.') })),
  ).describe('Secrets with the credentials of a private image registry.'),
  extraObjects: removable(z.array(kubernetesObject)).describe('More Kubernetes objects of the environment.'),
  global: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('Reserved by Helm; the chart does not read it.'),
});

export type { ServiceDefaults, ServiceValues } from './values/service-schema.ts';
