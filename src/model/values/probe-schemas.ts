import { z } from 'zod';
import { absolutePath, portReference, removable, seconds, unprivilegedPort } from './scalar-schemas.ts';

const httpHeaders = z.array(
  z.strictObject({
    name: z
      .string()
      .regex(/^[-A-Za-z0-9]+$/)
      .describe('Name of the header.'),
    value: z.string().describe('Its value.'),
  }),
);

const exec = z.strictObject({
  command: z
    .array(z.string())
    .min(1)
    .describe('Program and arguments, run in the container without a shell.'),
});

// How a probe looks at a container. Exactly one of exec, grpc, tcpSocket and path is used, in this order.
const probeSchema = z.strictObject({
  path: removable(absolutePath).describe('HTTP: path that answers 2xx or 3xx when all is well.'),
  port: removable(portReference).describe(
    "Port to ask, by name or number. Default: the service's first port.",
  ),
  scheme: removable(z.enum(['HTTP', 'HTTPS'])).describe('HTTP: scheme of the request. Default: HTTP.'),
  httpHeaders: removable(httpHeaders).describe('HTTP: headers of the request.'),
  tcpSocket: removable(z.boolean()).describe('True: an open TCP port is enough. Takes the place of `path`.'),
  grpc: removable(
    z.strictObject({
      service: removable(z.string()).describe(
        'Service name of the gRPC health protocol. Default: the whole server.',
      ),
    }),
  ).describe('Asks by the gRPC health protocol. Takes the place of `path`.'),
  exec: removable(exec).describe(
    'Runs a program that exits with 0 when all is well. Takes the place of `path`.',
  ),
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

// Kubernetes API, core/v1 LifecycleHandler.
const hookSchema = z.strictObject({
  exec: removable(exec).describe('Runs a program in the container.'),
  httpGet: removable(
    z.strictObject({
      path: absolutePath.describe('Path of the request.'),
      port: z.union([unprivilegedPort, z.string()]).describe('Port, by name or number.'),
      scheme: removable(z.enum(['HTTP', 'HTTPS'])).describe('Scheme of the request.'),
      httpHeaders: removable(httpHeaders).describe('Headers of the request.'),
    }),
  ).describe('Sends a request to the container.'),
  sleep: removable(z.strictObject({ seconds: seconds.describe('How long.') })).describe('Waits.'),
});

/** What happens right after a container has started and right before it is stopped. */
export const lifecycleSchema = z.strictObject({
  postStart: removable(hookSchema).describe('Right after the start.'),
  preStop: removable(hookSchema).describe('Before SIGTERM; within terminationGracePeriodSeconds.'),
});
