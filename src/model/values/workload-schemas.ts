import { z } from 'zod';
import {
  countOrPercentage,
  dnsLabel,
  kubernetesObject,
  port,
  portName,
  qualifiedName,
  quantity,
  removable,
  textMap,
  unprivilegedPort,
} from './scalar-schemas.ts';

// Beside Kubernetes' own three, extended resources have a domain in front, such as `nvidia.com/gpu`.
const amounts = z
  .object({
    cpu: removable(quantity).describe('CPU, such as `250m`.'),
    memory: removable(quantity).describe('Memory, such as `64Mi`.'),
    'ephemeral-storage': removable(quantity).describe('Disk that goes with the Pod, such as `1Gi`.'),
  })
  .catchall(removable(quantity));

/** What a container asks for and may use. */
export const resourcesSchema = z.strictObject({
  requests: removable(amounts).describe('What the scheduler sets aside.'),
  limits: removable(amounts).describe('What the container may not exceed.'),
});

const id = z.int().min(1).max(2147483647);

/** The parts of the "restricted" Pod security standard that a service may choose; the rest is fixed by the chart. */
export const securityContextSchema = z.strictObject({
  runAsUser: removable(id).describe('User id of the processes. Never 0.'),
  runAsGroup: removable(id).describe('Group id of the processes. Never 0.'),
  fsGroup: removable(id).describe('Group that owns mounted volumes.'),
  readOnlyRootFilesystem: removable(z.boolean()).describe('Whether the image cannot be written to.'),
  addNetBindService: removable(z.boolean()).describe(
    'Adds NET_BIND_SERVICE, the only capability that "restricted" allows.',
  ),
});

/** How a new version takes the place of the old one. */
export const strategySchema = z.strictObject({
  type: removable(z.enum(['RollingUpdate', 'Recreate'])).describe(
    'RollingUpdate keeps serving; Recreate stops all old Pods first.',
  ),
  rollingUpdate: removable(
    z.strictObject({
      maxSurge: removable(countOrPercentage).describe('Pods above the wanted number during a rollout.'),
      maxUnavailable: removable(countOrPercentage).describe('Pods below the wanted number during a rollout.'),
    }),
  ).describe('Only for the type RollingUpdate.'),
});

/** A HorizontalPodAutoscaler. */
export const autoscalingSchema = z.strictObject({
  enabled: removable(z.boolean()).describe('Whether the number of replicas follows the load.'),
  minReplicas: removable(z.int().min(1)).describe('Fewest replicas.'),
  maxReplicas: removable(z.int().min(1)).describe('Most replicas.'),
  targetCPUUtilizationPercentage: removable(z.int().min(1).max(1000)).describe(
    'CPU use to aim at, as a percentage of the CPU request.',
  ),
  targetMemoryUtilizationPercentage: removable(z.int().min(1).max(1000)).describe(
    'Memory use to aim at, as a percentage of the memory request.',
  ),
  metrics: removable(z.array(kubernetesObject)).describe(
    'More metrics (custom, external), as in Kubernetes.',
  ),
  behavior: removable(kubernetesObject).describe('How fast it scales up and down, as in Kubernetes.'),
});

/** A PodDisruptionBudget. */
export const disruptionBudgetSchema = z.strictObject({
  enabled: removable(z.boolean()).describe('Whether draining a node must leave Pods running.'),
  minAvailable: removable(countOrPercentage).describe(
    'Pods that must stay. Not together with maxUnavailable.',
  ),
  maxUnavailable: removable(countOrPercentage).describe('Pods that may go. 1 when neither is given.'),
});

/** The Service in front of the Pods. */
export const serviceObjectSchema = z.strictObject({
  port: removable(port).describe("Port that peers use for the container's `port`."),
  type: removable(z.enum(['ClusterIP', 'NodePort', 'LoadBalancer'])).describe('Type of the Service.'),
  headless: removable(z.boolean()).describe('True: no address of its own; its name leads to the Pods.'),
  sessionAffinity: removable(z.enum(['None', 'ClientIP'])).describe('ClientIP: a client stays with its Pod.'),
  externalTrafficPolicy: removable(z.enum(['Cluster', 'Local'])).describe(
    'Local keeps the address of the client.',
  ),
  internalTrafficPolicy: removable(z.enum(['Cluster', 'Local'])).describe(
    'Local: only Pods of the same node.',
  ),
  loadBalancerClass: removable(qualifiedName).describe('Class of the load balancer.'),
  publishNotReadyAddresses: removable(z.boolean()).describe(
    'Whether Pods that are not ready are found, too.',
  ),
  annotations: removable(z.record(z.string(), z.string().nullable())).describe('Annotations of the Service.'),
});

/** One more port of the container, and of the Service. */
export const portSchema = z.strictObject({
  name: portName.describe('Name of the port, such as `grpc` or `metrics`.'),
  port: unprivilegedPort.describe('Port that the container listens on.'),
  servicePort: removable(port).describe('Port that peers use. Default: the same number.'),
  protocol: removable(z.enum(['TCP', 'UDP', 'SCTP'])).describe('Default: TCP.'),
  appProtocol: removable(qualifiedName).describe('What is spoken on it, such as `kubernetes.io/h2c`.'),
  expose: removable(z.boolean()).describe('False leaves it out of the Service.'),
});

/** What a Pod of a CronJob or Job does (Kubernetes API, batch/v1). */
export const jobSchema = z.strictObject({
  backoffLimit: removable(z.int().min(0)).describe('Retries before the Job counts as failed.'),
  activeDeadlineSeconds: removable(z.int().min(1)).describe('Most seconds that it may run.'),
  ttlSecondsAfterFinished: removable(z.int().min(0)).describe('Seconds until a finished Job is removed.'),
  completions: removable(z.int().min(1)).describe('Pods that must succeed.'),
  parallelism: removable(z.int().min(0)).describe('Pods at one time.'),
  restartPolicy: removable(z.enum(['Never', 'OnFailure'])).describe(
    'Whether a failed container is started again in its Pod.',
  ),
  when: removable(z.enum(['version', 'sync'])).describe(
    'Only for the kind Job. version: once for each version, before the other services change. sync: at every sync (Argo CD PreSync, Helm pre-install and pre-upgrade).',
  ),
});

/** When a CronJob runs (Kubernetes API, batch/v1 CronJobSpec). */
export const cronJobSchema = z.strictObject({
  schedule: removable(z.string().min(1)).describe(
    'Five fields as in cron, or `@hourly`. Needed for the kind CronJob.',
  ),
  timeZone: removable(z.string().min(1)).describe('Such as `Europe/Berlin`. Default: that of the cluster.'),
  concurrencyPolicy: removable(z.enum(['Allow', 'Forbid', 'Replace'])).describe(
    'While the last run still goes on.',
  ),
  suspend: removable(z.boolean()).describe('True: no new runs.'),
  startingDeadlineSeconds: removable(z.int().min(1)).describe('Seconds by which a run may be late.'),
  successfulJobsHistoryLimit: removable(z.int().min(0)).describe('Finished runs that are kept.'),
  failedJobsHistoryLimit: removable(z.int().min(0)).describe('Failed runs that are kept.'),
});

/** What only a StatefulSet has. */
export const statefulSetSchema = z.strictObject({
  podManagementPolicy: removable(z.enum(['OrderedReady', 'Parallel'])).describe(
    'Parallel starts all Pods at once.',
  ),
  updateStrategy: removable(kubernetesObject).describe('As in Kubernetes. Default: RollingUpdate.'),
  persistentVolumeClaimRetentionPolicy: removable(kubernetesObject).describe(
    'What becomes of the claims, as in Kubernetes.',
  ),
});

/** A ServiceMonitor or PodMonitor of the Prometheus Operator. */
export const monitorSchema = z.strictObject({
  enabled: removable(z.boolean()).describe('Whether Prometheus reads the metrics of the service.'),
  kind: removable(z.enum(['ServiceMonitor', 'PodMonitor'])).describe(
    'Default: ServiceMonitor, or PodMonitor without a Service.',
  ),
  port: removable(portName).describe('Name of the port. Default: `metrics` if there is one, else the first.'),
  path: removable(z.string().regex(/^\/\S*$/)).describe('Path of the metrics. Default: /metrics.'),
  interval: removable(z.string().regex(/^([0-9]+(ms|s|m|h))+$/)).describe('How often.'),
  scrapeTimeout: removable(z.string().regex(/^([0-9]+(ms|s|m|h))+$/)).describe('Longest wait for an answer.'),
  labels: removable(textMap).describe('Labels by which a Prometheus finds it.'),
});

/** The identity of the Pods. */
export const serviceAccountSchema = z.strictObject({
  create: removable(z.boolean()).describe('False: `name` is a ServiceAccount that is there already.'),
  name: removable(dnsLabel).describe('Name of the ServiceAccount. Default: that of the service.'),
  annotations: removable(textMap).describe('Annotations of the ServiceAccount.'),
  automount: removable(z.boolean()).describe('Whether Pods get credentials for the Kubernetes API.'),
  rules: removable(z.array(kubernetesObject)).describe(
    'What it may do in its namespace: the rules of a Role, as in Kubernetes.',
  ),
});
