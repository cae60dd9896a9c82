import { z } from 'zod';
import { serviceNamePattern } from '../service-name.ts';
import { tagPattern } from '../tag.ts';
import { initContainerSchema, sidecarSchema } from './container-schemas.ts';
import { envFromSchema, envSchema, secretSchema } from './environment-schemas.ts';
import { grpcRouteSchema, httpRouteSchema, ingressSchema, networkPolicySchema } from './network-schemas.ts';
import { lifecycleSchema, probesSchema } from './probe-schemas.ts';
import {
  absolutePath,
  kubernetesObject,
  objectName,
  removable,
  seconds,
  textMap,
  unprivilegedPort,
} from './scalar-schemas.ts';
import {
  affinitySchema,
  dnsConfigSchema,
  hostAliasSchema,
  tolerationSchema,
  topologySpreadSchema,
} from './scheduling-schemas.ts';
import { claimTemplateSchema, filesSchema, volumeSchema } from './volume-schemas.ts';
import {
  autoscalingSchema,
  cronJobSchema,
  disruptionBudgetSchema,
  jobSchema,
  monitorSchema,
  portSchema,
  resourcesSchema,
  securityContextSchema,
  serviceAccountSchema,
  serviceObjectSchema,
  statefulSetSchema,
  strategySchema,
} from './workload-schemas.ts';

const settings = {
  kind: removable(z.enum(['Deployment', 'StatefulSet', 'DaemonSet', 'CronJob', 'Job'])).describe(
    'Workload that runs the Pods. Default: Deployment.',
  ),
  cronJob: removable(cronJobSchema).describe('When it runs, for the kind CronJob.'),
  job: removable(jobSchema).describe('How it runs, for the kinds CronJob and Job.'),
  statefulSet: removable(statefulSetSchema).describe('For the kind StatefulSet.'),
  volumeClaimTemplates: removable(z.array(claimTemplateSchema)).describe(
    'Claims of each Pod, for the kind StatefulSet.',
  ),
  replicas: removable(z.int().min(0)).describe('Number of Pods, unless autoscaling decides it.'),
  port: removable(unprivilegedPort).describe(
    'Port that the container listens on, named http. null without `ports`: no port and no Service, as for a worker.',
  ),
  ports: removable(z.array(portSchema)).describe('More ports, beside or instead of `port`.'),
  service: removable(serviceObjectSchema).describe('The Service in front of the Pods.'),
  command: removable(z.array(z.string())).describe("Replaces the image's entry point."),
  args: removable(z.array(z.string())).describe("Replaces the image's arguments."),
  workingDir: removable(absolutePath).describe('Folder in which the container starts.'),
  env: removable(envSchema).describe(
    "Environment variables: a map (name → text or valueFrom) or Kubernetes' list. Quote numbers and true/false.",
  ),
  envFrom: removable(z.array(envFromSchema)).describe(
    'Variables from ConfigMaps and Secrets of the namespace.',
  ),
  secrets: removable(z.array(secretSchema)).describe(
    'Secrets of the store, as environment variables or files.',
  ),
  files: removable(filesSchema).describe(
    'Config files: path → content. A change restarts this service alone.',
  ),
  volumes: removable(z.array(volumeSchema)).describe('Volumes and where the container has them.'),
  resources: removable(resourcesSchema).describe('What the container asks for and may use.'),
  probes: removable(probesSchema).describe('How the state of the container is told.'),
  lifecycle: removable(lifecycleSchema).describe('What happens after the start and before the stop.'),
  securityContext: removable(securityContextSchema).describe('Choices within the "restricted" standard.'),
  writablePaths: removable(z.array(absolutePath)).describe(
    'Folders the container may write in, empty at start.',
  ),
  initContainers: removable(z.array(initContainerSchema)).describe(
    'Containers that run first, and native sidecars.',
  ),
  sidecars: removable(z.array(sidecarSchema)).describe('Containers beside that of the service.'),
  strategy: removable(strategySchema).describe('How a new version takes the place of the old one.'),
  minReadySeconds: removable(seconds).describe('Seconds a new Pod must be ready before it counts.'),
  progressDeadlineSeconds: removable(z.int().min(1)).describe(
    'Seconds until a rollout without progress has failed.',
  ),
  revisionHistoryLimit: removable(z.int().min(0)).describe('Old ReplicaSets or revisions that are kept.'),
  terminationGracePeriodSeconds: removable(seconds).describe('Seconds to end in before being killed.'),
  autoscaling: removable(autoscalingSchema).describe('Replicas by load.'),
  disruptionBudget: removable(disruptionBudgetSchema).describe('Pods to keep while nodes are drained.'),
  networkPolicy: removable(networkPolicySchema).describe('Who may call the service, and whom it may call.'),
  ingress: removable(ingressSchema).describe('Way in from outside, through an ingress controller.'),
  httpRoute: removable(httpRouteSchema).describe('Way in from outside, through a Gateway.'),
  grpcRoute: removable(grpcRouteSchema).describe('Way in from outside for gRPC, through a Gateway.'),
  monitor: removable(monitorSchema).describe('Metrics for the Prometheus Operator.'),
  serviceAccount: removable(serviceAccountSchema).describe('The identity of the Pods.'),
  imagePullSecrets: removable(
    z.array(z.strictObject({ name: objectName.describe('Name of a Secret.') })),
  ).describe("Secrets with credentials of this service's registry, beside those of the environment."),
  commonLabels: removable(textMap).describe('More labels of all objects of the service, also its Pods.'),
  commonAnnotations: removable(textMap).describe('Annotations of all objects of the service, but its Pods.'),
  annotations: removable(textMap).describe('Annotations of the workload.'),
  podAnnotations: removable(textMap).describe('Annotations of the Pods.'),
  podLabels: removable(textMap).describe('More labels of the Pods.'),
  nodeSelector: removable(textMap).describe('Labels that a node must have.'),
  tolerations: removable(z.array(tolerationSchema)).describe('Taints that the Pods put up with.'),
  affinity: removable(affinitySchema).describe('Nodes and Pods to be near or away from.'),
  topologySpreadConstraints: removable(z.array(topologySpreadSchema)).describe('How the Pods are spread.'),
  priorityClassName: removable(objectName).describe('Which Pods go first when a node is full.'),
  runtimeClassName: removable(objectName).describe('Container runtime of the Pods.'),
  hostAliases: removable(z.array(hostAliasSchema)).describe('Lines of /etc/hosts.'),
  dnsPolicy: removable(z.enum(['ClusterFirst', 'Default', 'None'])).describe('Where names are looked up.'),
  dnsConfig: removable(dnsConfigSchema).describe('How names are looked up.'),
  podSpec: removable(kubernetesObject).describe(
    'Laid over the Pod that the chart renders: any field of Kubernetes. The policies judge the result.',
  ),
  containerSpec: removable(kubernetesObject).describe(
    "Laid over the service's container that the chart renders: any field of Kubernetes. The policies judge the result.",
  ),
  extraObjects: removable(z.array(kubernetesObject)).describe(
    "More Kubernetes objects that belong to the service. They get the service's labels.",
  ),
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
