import { z } from 'zod';
import {
  absolutePath,
  countOrPercentage,
  port,
  quantity,
  removable,
  seconds,
  unprivilegedPort,
} from './scalar-schemas.ts';

// An HTTP GET that tells the state of a container.
const probeSchema = z.strictObject({
  path: removable(absolutePath).describe('Path that answers 2xx or 3xx when all is well.'),
  port: removable(unprivilegedPort).describe("Port that is asked. Default: the service's `port`."),
  initialDelaySeconds: removable(seconds).describe('Seconds before the first look.'),
  periodSeconds: removable(seconds.min(1)).describe('Seconds between two looks.'),
  timeoutSeconds: removable(seconds.min(1)).describe('Seconds until a look counts as failed.'),
  successThreshold: removable(z.int().min(1)).describe('Good looks in a row that make it well again.'),
  failureThreshold: removable(z.int().min(1)).describe('Failed looks in a row that make it count.'),
});

/** The three probes of a container. */
export const probesSchema = z.strictObject({
  startup: removable(probeSchema).describe('Until it succeeds once, the other two wait.'),
  readiness: removable(probeSchema).describe('While it fails, the Pod gets no requests.'),
  liveness: removable(probeSchema).describe('When it fails, the container is restarted.'),
});

const amounts = z.strictObject({
  cpu: removable(quantity).describe('CPU, such as `250m`.'),
  memory: removable(quantity).describe('Memory, such as `64Mi`.'),
  'ephemeral-storage': removable(quantity).describe('Disk that goes with the Pod, such as `1Gi`.'),
});

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

/** A HorizontalPodAutoscaler by CPU. */
export const autoscalingSchema = z.strictObject({
  enabled: removable(z.boolean()).describe('Whether the number of replicas follows the load.'),
  minReplicas: removable(z.int().min(1)).describe('Fewest replicas.'),
  maxReplicas: removable(z.int().min(1)).describe('Most replicas.'),
  targetCPUUtilizationPercentage: removable(z.int().min(1).max(1000)).describe(
    'CPU use to aim at, as a percentage of the CPU request.',
  ),
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
  port: removable(port).describe('Port that peers use.'),
  type: removable(z.enum(['ClusterIP', 'NodePort', 'LoadBalancer'])).describe('Type of the Service.'),
  annotations: removable(z.record(z.string(), z.string().nullable())).describe('Annotations of the Service.'),
});
