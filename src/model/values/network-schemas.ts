import { z } from 'zod';
import { serviceNamePattern } from '../service-name.ts';
import {
  absolutePath,
  dnsLabel,
  hostName,
  kubernetesObject,
  objectName,
  port,
  portName,
  removable,
  textMap,
} from './scalar-schemas.ts';

const pathType = z.enum(['Prefix', 'Exact', 'ImplementationSpecific']);
const ingressHost = z.strictObject({
  host: hostName.describe('Host name.'),
  paths: removable(
    z.array(
      z.strictObject({
        path: absolutePath.describe('Path that leads to the service.'),
        pathType: removable(pathType).describe('How `path` is read. Default: Prefix.'),
        port: removable(portName).describe('Port of the service, by name. Default: the first.'),
      }),
    ),
  ).describe('Default: every path.'),
});

/** An Ingress: a way in from outside through an ingress controller. */
export const ingressSchema = z.strictObject({
  enabled: removable(z.boolean()).describe('Whether the service gets an Ingress.'),
  className: removable(objectName).describe('IngressClass. Default: the default class of the cluster.'),
  host: removable(hostName).describe('Host name that leads to the service. Needed when enabled.'),
  path: removable(absolutePath).describe('Path that leads to the service.'),
  pathType: removable(pathType).describe('How `path` is read.'),
  hosts: removable(z.array(ingressHost).min(1)).describe(
    'Several hosts or paths. Takes the place of `host` and `path`.',
  ),
  tls: removable(
    z.strictObject({
      secretName: removable(objectName).describe(
        'Secret with the certificate and its key. Left out: the controller has one of its own.',
      ),
    }),
  ).describe('TLS for every host.'),
  annotations: removable(textMap).describe('Annotations of the Ingress.'),
});

const parentRef = z.strictObject({
  name: objectName.describe('Name of the Gateway.'),
  namespace: removable(dnsLabel).describe('Its namespace. Default: that of the service.'),
  sectionName: removable(z.string().min(1).max(253)).describe('Listener of the Gateway.'),
  port: removable(port).describe('Port of the Gateway.'),
});

const open = removable(z.array(kubernetesObject));

// Gateway API, HTTPRouteRule.
const routeRule = z.strictObject({
  path: removable(absolutePath).describe('Path prefix of the requests.'),
  matches: open.describe('Which requests, as in Gateway API. Takes the place of `path`.'),
  filters: open.describe('What is changed in them, as in Gateway API.'),
  timeouts: removable(
    z.strictObject({
      request: removable(z.string()).describe('Longest time for the whole answer, such as `10s`.'),
      backendRequest: removable(z.string()).describe('Longest time for one try.'),
    }),
  ).describe('Limits of time.'),
  port: removable(portName).describe('Port of the service, by name. Default: the first.'),
});

/** An HTTPRoute: a way in from outside through a Gateway. */
export const httpRouteSchema = z.strictObject({
  enabled: removable(z.boolean()).describe('Whether the service gets an HTTPRoute.'),
  parentRefs: removable(z.array(parentRef)).describe('Gateways that carry the route. Needed when enabled.'),
  hostnames: removable(z.array(hostName)).describe('Host names that lead to the service.'),
  path: removable(absolutePath).describe('Path prefix that leads to the service.'),
  rules: removable(z.array(routeRule).min(1)).describe('Several rules. They take the place of `path`.'),
  annotations: removable(textMap).describe('Annotations of the HTTPRoute.'),
});

/** A GRPCRoute: a way in from outside for gRPC through a Gateway. */
export const grpcRouteSchema = z.strictObject({
  enabled: removable(z.boolean()).describe('Whether the service gets a GRPCRoute.'),
  parentRefs: removable(z.array(parentRef)).describe('Gateways that carry the route. Needed when enabled.'),
  hostnames: removable(z.array(hostName)).describe('Host names that lead to the service.'),
  port: removable(portName).describe('Port of the service, by name. Default: the first.'),
  rules: removable(
    z.array(
      z.strictObject({
        matches: open.describe('Which calls.'),
        filters: open.describe('What is changed in them.'),
      }),
    ),
  ).describe('Default: every call.'),
  annotations: removable(textMap).describe('Annotations of the GRPCRoute.'),
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
  allowFromCIDRs: removable(z.array(z.string().regex(/^[0-9a-fA-F.:]+\/[0-9]{1,3}$/))).describe(
    'Address ranges that may call it, such as `10.0.0.0/8`.',
  ),
  ingress: removable(z.array(kubernetesObject)).describe('More rules for calls to it, as in Kubernetes.'),
  egress: removable(z.array(kubernetesObject)).describe(
    'Rules for calls that it makes, as in Kubernetes. Left out: it may call anything.',
  ),
});
