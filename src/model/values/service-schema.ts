import { z } from 'zod';
import { serviceNamePattern } from '../service-name.ts';
import { tagPattern } from '../tag.ts';
import { httpRouteSchema, ingressSchema, networkPolicySchema, secretSchema } from './network-schemas.ts';
import {
  absolutePath,
  removable,
  seconds,
  textMap,
  unprivilegedPort,
  variableName,
} from './scalar-schemas.ts';
import { affinitySchema, tolerationSchema, topologySpreadSchema } from './scheduling-schemas.ts';
import {
  autoscalingSchema,
  disruptionBudgetSchema,
  probesSchema,
  resourcesSchema,
  securityContextSchema,
  serviceObjectSchema,
  strategySchema,
} from './workload-schemas.ts';

const settings = {
  replicas: removable(z.int().min(0)).describe('Number of Pods, unless autoscaling decides it.'),
  port: removable(unprivilegedPort).describe('Port that the container listens on.'),
  service: removable(serviceObjectSchema).describe('The Service in front of the Pods.'),
  command: removable(z.array(z.string())).describe("Replaces the image's entry point."),
  args: removable(z.array(z.string())).describe("Replaces the image's arguments."),
  env: removable(z.record(variableName, z.string().nullable())).describe(
    'Environment variables: name → text. Quote numbers and true/false.',
  ),
  secrets: removable(z.array(secretSchema)).describe('Secrets of the store, as environment variables.'),
  resources: removable(resourcesSchema).describe('What the container asks for and may use.'),
  probes: removable(probesSchema).describe('How the state of the container is told.'),
  securityContext: removable(securityContextSchema).describe('Choices within the "restricted" standard.'),
  writablePaths: removable(z.array(absolutePath)).describe(
    'Folders the container may write in, empty at start.',
  ),
  strategy: removable(strategySchema).describe('How a new version takes the place of the old one.'),
  terminationGracePeriodSeconds: removable(seconds).describe('Seconds to end in before being killed.'),
  autoscaling: removable(autoscalingSchema).describe('Replicas by CPU load.'),
  disruptionBudget: removable(disruptionBudgetSchema).describe('Pods to keep while nodes are drained.'),
  networkPolicy: removable(networkPolicySchema).describe('Who may call the service.'),
  ingress: removable(ingressSchema).describe('Way in from outside, through an ingress controller.'),
  httpRoute: removable(httpRouteSchema).describe('Way in from outside, through a Gateway.'),
  serviceAccount: removable(
    z.strictObject({
      annotations: removable(textMap).describe('Annotations of the ServiceAccount.'),
      automount: removable(z.boolean()).describe('Whether Pods get credentials for the Kubernetes API.'),
    }),
  ).describe('The identity of the Pods.'),
  annotations: removable(textMap).describe('Annotations of the Deployment.'),
  podAnnotations: removable(textMap).describe('Annotations of the Pods.'),
  podLabels: removable(textMap).describe('More labels of the Pods.'),
  nodeSelector: removable(textMap).describe('Labels that a node must have.'),
  tolerations: removable(z.array(tolerationSchema)).describe('Taints that the Pods put up with.'),
  affinity: removable(affinitySchema).describe('Nodes and Pods to be near or away from.'),
  topologySpreadConstraints: removable(z.array(topologySpreadSchema)).describe('How the Pods are spread.'),
};

const pullPolicy = removable(z.enum(['IfNotPresent', 'Always', 'Never'])).describe(
  'When a node fetches the image.',
);

/** What `defaults:` may say: every field of a service but those that say which service it is. */
export const defaultsSchema = z.strictObject({
  image: removable(z.strictObject({ pullPolicy })).describe("Defaults of the services' images."),
  ...settings,
});

/** One entry of `services:`. */
export const serviceSchema = z.strictObject({
  name: z
    .string()
    .regex(new RegExp(serviceNamePattern))
    .describe('Name of the service and of its objects. A DNS label of at most 40 characters.'),
  image: z
    .strictObject({
      repository: z
        .string()
        .regex(/^[a-z0-9]+([.-][a-z0-9]+)*(:[0-9]+)?(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)+$/)
        .describe(
          "Registry and repository. Its last part is the service's name, unless nameOverride is true.",
        ),
      tag: z
        .string()
        .regex(new RegExp(`^${tagPattern}$`))
        .describe('vX.Y.Z-N.g<sha>, as `bitiq tag` prints it.'),
      digest: z
        .string()
        .regex(/^sha256:[0-9a-f]{64}$/)
        .optional()
        .describe(
          'What the registry gave for the tag when the release was made. bitiq writes it to releases of pinned environments.',
        ),
      pullPolicy,
      nameOverride: z
        .boolean()
        .optional()
        .describe("True says: the repository's last part is not the service's name, and that is meant."),
    })
    .describe('The image that the service runs.'),
  ...settings,
});

/** What `defaults:` says. */
export type ServiceDefaults = z.infer<typeof defaultsSchema>;

/** One entry of `services:`. */
export type ServiceValues = z.infer<typeof serviceSchema>;
