import type { MatchResources, PolicySpec } from './policy-schema.ts';

/** The Pod controllers for which Kyverno rewrites a policy for Pods (pkg/cel/autogen/data.go), by plural. */
const controllers: Readonly<Record<string, { readonly group: string; readonly path: string }>> = {
  daemonsets: { group: 'apps', path: 'spec.template' },
  deployments: { group: 'apps', path: 'spec.template' },
  replicasets: { group: 'apps', path: 'spec.template' },
  statefulsets: { group: 'apps', path: 'spec.template' },
  jobs: { group: 'batch', path: 'spec.template' },
  cronjobs: { group: 'batch', path: 'spec.jobTemplate.spec.template' },
};

/** A policy for Pods, rewritten for Pod controllers; none when the policy is not for Pods alone, as Kyverno decides it. */
export function autogenSpecs(spec: PolicySpec): PolicySpec[] {
  const match = spec.matchConstraints;
  if (!match || !isForPodsAlone(match)) return [];
  const chosen = spec.autogen?.podControllers?.controllers ?? Object.keys(controllers);
  const known = chosen.filter((name) => Object.hasOwn(controllers, name));
  const paths = [...new Set(known.map((name) => controllers[name]!.path))];
  return paths.map((path) => {
    const resources = known.filter((name) => controllers[name]!.path === path);
    return { ...rewriteTexts(spec, path), matchConstraints: constraintsFor(match, resources) };
  });
}

function isForPodsAlone(match: MatchResources): boolean {
  const { matchLabels = {}, matchExpressions = [] } = match.objectSelector ?? {};
  const [rule, ...more] = match.resourceRules ?? [];
  if (!rule || more.length > 0 || Object.keys(matchLabels).length > 0 || matchExpressions.length > 0)
    return false;
  return (
    (match.excludeResourceRules ?? []).length === 0 &&
    (rule.resourceNames ?? []).length === 0 &&
    String(rule.apiGroups) === '' &&
    rule.apiGroups?.length === 1 &&
    String(rule.apiVersions) === 'v1' &&
    String(rule.resources) === 'pods'
  );
}

function constraintsFor(match: MatchResources, resources: readonly string[]): MatchResources {
  const groups = [...new Set(resources.map((name) => controllers[name]!.group))].sort();
  return {
    resourceRules: groups.map((group) => ({
      apiGroups: [group],
      apiVersions: ['v1'],
      operations: match.resourceRules?.[0]?.operations,
      resources: resources.filter((name) => controllers[name]!.group === group),
    })),
    namespaceSelector: match.namespaceSelector,
  };
}

/** Every text of the spec with its paths moved, which is how Kyverno does it (pkg/cel/autogen/replacement.go). */
function rewriteTexts<T>(value: T, path: string): T {
  if (typeof value === 'string') return rewriteText(value, path) as T;
  if (Array.isArray(value)) return value.map((item) => rewriteTexts<unknown>(item, path)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, rewriteTexts<unknown>(item, path)]),
  ) as T;
}

function rewriteText(text: string, path: string): string {
  return ['object.spec', 'oldObject.spec', 'object.metadata', 'oldObject.metadata'].reduce(
    (rewritten, from) => {
      const [root, field] = from.split('.');
      return rewritten.replace(
        new RegExp(`${root}\\.${field}(?!\\.namespace(?![A-Za-z0-9_]))`, 'g'),
        `${root}.${path}.${field}`,
      );
    },
    text,
  );
}
