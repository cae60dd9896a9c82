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
});

const open = z.record(z.string(), z.unknown());

/** Kubernetes' own affinity; what stands inside it is checked by Kubernetes. */
export const affinitySchema = z.strictObject({
  nodeAffinity: removable(open).describe('Nodes to choose or avoid.'),
  podAffinity: removable(open).describe('Pods to be near.'),
  podAntiAffinity: removable(open).describe('Pods to keep away from.'),
});
