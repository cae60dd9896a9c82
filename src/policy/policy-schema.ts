import { z } from 'zod';

const labelSelector = z.object({
  matchLabels: z.record(z.string(), z.string()).optional(),
  matchExpressions: z
    .array(
      z.strictObject({
        key: z.string(),
        operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']),
        values: z.array(z.string()).nullish(),
      }),
    )
    .optional(),
});

const resourceRule = z.strictObject({
  apiGroups: z.array(z.string()).optional(),
  apiVersions: z.array(z.string()).optional(),
  operations: z.array(z.enum(['CREATE', 'UPDATE', 'DELETE', 'CONNECT', '*'])).optional(),
  resources: z.array(z.string()).optional(),
  resourceNames: z.array(z.string()).optional(),
  scope: z.enum(['Cluster', 'Namespaced', '*']).optional(),
});

const matchResources = z.strictObject({
  resourceRules: z.array(resourceRule).optional(),
  excludeResourceRules: z.array(resourceRule).optional(),
  namespaceSelector: labelSelector.optional(),
  objectSelector: labelSelector.optional(),
  matchPolicy: z.enum(['Exact', 'Equivalent']).optional(),
});

const expression = z.string().min(1);
const named = z.strictObject({ name: z.string().min(1), expression });

const spec = z.strictObject({
  matchConstraints: matchResources.optional(),
  matchConditions: z.array(named).optional(),
  variables: z.array(named).optional(),
  validations: z
    .array(
      z.strictObject({
        expression,
        message: z.string().optional(),
        messageExpression: z.string().optional(),
        reason: z.string().optional(),
      }),
    )
    .optional(),
  auditAnnotations: z.array(z.strictObject({ key: z.string(), valueExpression: expression })).optional(),
  validationActions: z.array(z.enum(['Deny', 'Warn', 'Audit'])).optional(),
  // Deprecated spelling, still in Kyverno's own tests.
  validationAction: z.array(z.enum(['Deny', 'Warn', 'Audit'])).optional(),
  failurePolicy: z.enum(['Fail', 'Ignore']).optional(),
  evaluation: z
    .strictObject({
      mode: z.enum(['Kubernetes', 'JSON', 'HTTP', 'Envoy']).optional(),
      admission: z.strictObject({ enabled: z.boolean() }).optional(),
      background: z.strictObject({ enabled: z.boolean() }).optional(),
    })
    .optional(),
  autogen: z
    .strictObject({
      podControllers: z.strictObject({ controllers: z.array(z.string()).optional() }).optional(),
      validatingAdmissionPolicy: z.strictObject({ enabled: z.boolean() }).optional(),
    })
    .optional(),
  webhookConfiguration: z.strictObject({ timeoutSeconds: z.number().optional() }).optional(),
  // Of admission policies alone.
  paramKind: z.strictObject({ apiVersion: z.string(), kind: z.string() }).optional(),
});

const metadata = z.object({
  name: z.string().min(1),
  namespace: z.string().optional(),
  annotations: z.record(z.string(), z.string()).nullish(),
  labels: z.record(z.string(), z.string()).nullish(),
});

const kyvernoVersion = z.enum([
  'policies.kyverno.io/v1',
  'policies.kyverno.io/v1beta1',
  'policies.kyverno.io/v1alpha1',
]);
const kubernetesVersion = z.enum([
  'admissionregistration.k8s.io/v1',
  'admissionregistration.k8s.io/v1beta1',
  'admissionregistration.k8s.io/v1alpha1',
]);

/** A ValidatingPolicy of Kyverno, or a ValidatingAdmissionPolicy of Kubernetes. Unknown fields of `spec` are refused. */
export const policySchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ValidatingPolicy'), apiVersion: kyvernoVersion, metadata, spec }),
  z.object({ kind: z.literal('NamespacedValidatingPolicy'), apiVersion: kyvernoVersion, metadata, spec }),
  z.object({ kind: z.literal('ValidatingAdmissionPolicy'), apiVersion: kubernetesVersion, metadata, spec }),
]);

/** Binds a ValidatingAdmissionPolicy to objects and parameters. */
export const bindingSchema = z.object({
  kind: z.literal('ValidatingAdmissionPolicyBinding'),
  apiVersion: kubernetesVersion,
  metadata,
  spec: z.strictObject({
    policyName: z.string(),
    validationActions: z.array(z.enum(['Deny', 'Warn', 'Audit'])).optional(),
    matchResources: matchResources.optional(),
    paramRef: z
      .strictObject({
        name: z.string().optional(),
        namespace: z.string().optional(),
        selector: labelSelector.optional(),
        parameterNotFoundAction: z.enum(['Allow', 'Deny']).optional(),
      })
      .optional(),
  }),
});

/** Excepts objects from policies. */
export const exceptionSchema = z.object({
  kind: z.literal('PolicyException'),
  apiVersion: kyvernoVersion,
  metadata,
  spec: z.strictObject({
    policyRefs: z.array(z.object({ name: z.string(), kind: z.string() })).min(1),
    matchConditions: z.array(named).optional(),
    images: z.array(z.string()).optional(),
    allowedValues: z.array(z.string()).optional(),
    reportResult: z.enum(['pass', 'skip']).optional(),
    expiresAt: z.coerce.date().optional(),
  }),
});

export type Policy = z.infer<typeof policySchema>;
export type PolicySpec = Policy['spec'];
export type MatchResources = z.infer<typeof matchResources>;
export type PolicyBinding = z.infer<typeof bindingSchema>;
export type Exception = z.infer<typeof exceptionSchema>;
