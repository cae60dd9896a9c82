import { z } from 'zod';
import { serviceNamePattern } from '../service-name.ts';
import {
  absolutePath,
  dnsLabel,
  hostName,
  objectName,
  port,
  removable,
  textMap,
  variableName,
} from './scalar-schemas.ts';

/** An Ingress: a way in from outside through an ingress controller. */
export const ingressSchema = z.strictObject({
  enabled: removable(z.boolean()).describe('Whether the service gets an Ingress.'),
  className: removable(objectName).describe('IngressClass. Default: the default class of the cluster.'),
  host: removable(hostName).describe('Host name that leads to the service. Needed when enabled.'),
  path: removable(absolutePath).describe('Path that leads to the service.'),
  pathType: removable(z.enum(['Prefix', 'Exact', 'ImplementationSpecific'])).describe('How `path` is read.'),
  tls: removable(
    z.strictObject({ secretName: objectName.describe('Secret with the certificate and its key.') }),
  ).describe('TLS for `host`.'),
  annotations: removable(textMap).describe('Annotations of the Ingress.'),
});

const parentRef = z.strictObject({
  name: objectName.describe('Name of the Gateway.'),
  namespace: removable(dnsLabel).describe('Its namespace. Default: that of the service.'),
  sectionName: removable(z.string().min(1).max(253)).describe('Listener of the Gateway.'),
  port: removable(port).describe('Port of the Gateway.'),
});

/** An HTTPRoute: a way in from outside through a Gateway. */
export const httpRouteSchema = z.strictObject({
  enabled: removable(z.boolean()).describe('Whether the service gets an HTTPRoute.'),
  parentRefs: removable(z.array(parentRef)).describe('Gateways that carry the route. Needed when enabled.'),
  hostnames: removable(z.array(hostName)).describe('Host names that lead to the service.'),
  path: removable(absolutePath).describe('Path prefix that leads to the service.'),
  annotations: removable(textMap).describe('Annotations of the HTTPRoute.'),
});

/** Who may open connections to a service. */
export const networkPolicySchema = z.strictObject({
  enabled: removable(z.boolean()).describe('Whether only those named below may call the service.'),
  allowFrom: removable(z.array(z.string().regex(new RegExp(serviceNamePattern)))).describe(
    'Services of the same environment that may call it.',
  ),
  allowFromNamespaces: removable(z.array(dnsLabel)).describe(
    'Namespaces whose Pods may call it, such as that of the ingress controller.',
  ),
});

/** One secret of the store that becomes environment variables. */
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
    .record(variableName, z.string().min(1))
    .optional()
    .describe('Environment variable → key of the secret. Left out: every key, under its own name.'),
  refreshInterval: z
    .string()
    .regex(/^([0-9]+(s|m|h))+$/)
    .optional()
    .describe('How often the store is read. Default: 1h.'),
});
