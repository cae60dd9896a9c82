import { z } from 'zod';
import { envFromSchema, envSchema } from './environment-schemas.ts';
import { lifecycleSchema } from './probe-schemas.ts';
import { absolutePath, dnsLabel, kubernetesObject, portName, unprivilegedPort } from './scalar-schemas.ts';
import { resourcesSchema } from './workload-schemas.ts';

const mount = z.strictObject({
  name: dnsLabel.describe('Name of a volume of the service.'),
  mountPath: absolutePath.describe('Where this container has it.'),
  subPath: z.string().min(1).optional().describe('A folder or file within the volume.'),
  readOnly: z.boolean().optional().describe('Whether it may only read.'),
});

const fields = {
  name: dnsLabel.describe('Name of the container.'),
  image: z
    .string()
    .regex(/^[^\s@]+(:[\w][\w.-]*|@sha256:[0-9a-f]{64})$/)
    .optional()
    .describe("Image with its tag or digest. Default: the service's own."),
  imagePullPolicy: z
    .enum(['IfNotPresent', 'Always', 'Never'])
    .optional()
    .describe('When a node fetches the image.'),
  command: z.array(z.string()).optional().describe("Replaces the image's entry point."),
  args: z.array(z.string()).optional().describe("Replaces the image's arguments."),
  workingDir: absolutePath.optional().describe('Folder in which it starts.'),
  env: envSchema.optional().describe('Its environment variables.'),
  envFrom: z.array(envFromSchema).optional().describe('Variables from ConfigMaps and Secrets.'),
  inheritEnv: z.boolean().optional().describe("True: it has the service's variables and secrets, too."),
  ports: z
    .array(
      z.strictObject({
        name: portName.describe('Name of the port.'),
        containerPort: unprivilegedPort.describe('Its number.'),
        protocol: z.enum(['TCP', 'UDP', 'SCTP']).optional().describe('Default: TCP.'),
      }),
    )
    .optional()
    .describe('Its ports.'),
  resources: resourcesSchema.optional().describe("What it asks for and may use. Default: the service's own."),
  volumeMounts: z.array(mount).optional().describe("Default: the service's own mounts."),
  lifecycle: lifecycleSchema.optional().describe('What happens after its start and before its stop.'),
  startupProbe: kubernetesObject.optional().describe('As in Kubernetes.'),
  readinessProbe: kubernetesObject.optional().describe('As in Kubernetes.'),
  livenessProbe: kubernetesObject.optional().describe('As in Kubernetes.'),
};

/** A container beside that of the service. It has the same restricted security context. */
export const sidecarSchema = z.strictObject(fields);

/** A container that runs before that of the service; `restartPolicy: Always` keeps it running beside it (a native sidecar). */
export const initContainerSchema = z.strictObject({
  ...fields,
  restartPolicy: z.literal('Always').optional().describe('Makes it a native sidecar.'),
});
