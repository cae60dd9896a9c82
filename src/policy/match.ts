import { isClusterScoped } from '../kubernetes/kinds.ts';
import { matchesLabels, type LabelSelector } from '../kubernetes/label-selector.ts';
import type { MatchResources } from './policy-schema.ts';
import type { Subject } from './subject.ts';

type Rule = NonNullable<MatchResources['resourceRules']>[number];

/** Whether a subject matches the constraints of a policy, by the rules of the API server's webhooks. */
export function matchesConstraints(match: MatchResources, subject: Subject): boolean {
  if (!matchesNamespace(match.namespaceSelector, subject)) return false;
  if (match.objectSelector && !matchesLabels(match.objectSelector, subject.labels)) return false;
  if (match.excludeResourceRules?.some((rule) => matchesRule(rule, subject))) return false;
  const rules = match.resourceRules ?? [];
  return rules.length === 0 || rules.some((rule) => matchesRule(rule, subject));
}

function matchesNamespace(selector: LabelSelector | undefined, subject: Subject): boolean {
  if (!selector) return true;
  if (subject.kind === 'Namespace' && subject.group === '') return matchesLabels(selector, subject.labels);
  // An object outside namespaces cannot be selected by its namespace, so it is not excluded either.
  if (subject.namespace === '') return true;
  const labels = subject.namespaceObject?.metadata.labels ?? {
    'kubernetes.io/metadata.name': subject.namespace,
  };
  return matchesLabels(selector, labels);
}

function matchesRule(rule: Rule, subject: Subject): boolean {
  const includes = (list: readonly string[] | undefined, value: string) =>
    list?.some((each) => each === '*' || each === value) ?? false;
  return (
    includes(rule.apiGroups, subject.group) &&
    includes(rule.apiVersions, subject.version) &&
    // The API server fills `*` in where a binding or policy names no operation.
    (rule.operations === undefined || includes(rule.operations, subject.operation)) &&
    (rule.resources ?? []).some((each) => each === '*' || each === '*/*' || each === subject.resource) &&
    matchesScope(rule.scope, subject) &&
    ((rule.resourceNames ?? []).length === 0 || rule.resourceNames!.includes(subject.name))
  );
}

function matchesScope(scope: Rule['scope'], subject: Subject): boolean {
  if (scope === undefined || scope === '*') return true;
  const isCluster = isClusterScoped(subject.kind);
  return scope === 'Cluster' ? isCluster : !isCluster;
}
