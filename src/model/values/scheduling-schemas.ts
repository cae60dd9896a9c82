import { z } from 'zod';
import { removable } from './scalar-schemas.ts';

/** A taint that Pods put up with. */
export const tolerationSchema = z.strictObject({
  key: removable(z.string()).describe('Key of the taint. Left out with Exists: every taint.'),
  operator: removable(z.enum(['Equal', 'Exists'])).describe('How key and value are compared.'),
  value: removable(z.string()).describe('Value of the taint.'),
  effect: removable(z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute'])).describe('Effect of the taint.'),
  tolerationSeconds: removable(z.int().min(0)).describe('Seconds that a NoExecute taint is put up with.'),
});

/** How Pods are spread; the chart adds the selector of the service's own Pods. */
export const topologySpreadSchema = z.strictObject({
  maxSkew: z.int().min(1).describe('Largest difference between two places.'),
  topologyKey: z.string().min(1).describe('Label of nodes that says what a place is.'),
  whenUnsatisfiable: z.enum(['DoNotSchedule', 'ScheduleAnyway']).describe('What happens when it cannot be.'),
  minDomains: removable(z.int().min(1)).describe('Fewest places, with DoNotSchedule.'),
  matchLabelKeys: removable(z.array(z.string().min(1))).describe('Labels of Pods that are compared, too.'),
});

const open = z.record(z.string(), z.unknown());

/** Kubernetes' own affinity; what stands inside it is checked by Kubernetes. */
export const affinitySchema = z.strictObject({
  nodeAffinity: removable(open).describe('Nodes to choose or avoid.'),
  podAffinity: removable(open).describe('Pods to be near.'),
  podAntiAffinity: removable(open).describe('Pods to keep away from.'),
});

/** A line of /etc/hosts of the Pods. */
export const hostAliasSchema = z.strictObject({
  ip: z.string().min(2).describe('Address.'),
  hostnames: z.array(z.string().min(1)).min(1).describe('Names for it.'),
});

/** How the Pods find names, beside or instead of the cluster's DNS. */
export const dnsConfigSchema = z.strictObject({
  nameservers: removable(z.array(z.string().min(2))).describe('Addresses of name servers.'),
  searches: removable(z.array(z.string().min(1))).describe('Domains to search in.'),
  options: removable(
    z.array(
      z.strictObject({
        name: z.string().min(1).describe('Option.'),
        value: z.string().optional().describe('Its value.'),
      }),
    ),
  ).describe('Options, such as `ndots`.'),
});
