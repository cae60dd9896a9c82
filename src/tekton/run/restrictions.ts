import { quantityUnits } from '../../model/quantity-units.ts';

/** What a security context and resource limits ask of a container, as far as an engine without a cluster can do it. */
export interface Restrictions {
  /** `uid` or `uid:gid`. */
  readonly user?: string | undefined;
  readonly groups: readonly string[];
  readonly mustNotBeRoot: boolean;
  readonly isRootReadOnly: boolean;
  readonly addedCapabilities: readonly string[];
  readonly droppedCapabilities: readonly string[];
  readonly noNewPrivileges: boolean;
  /** Bytes. */
  readonly memory?: number | undefined;
  readonly cpus?: number | undefined;
}

/** The restrictions of a container: its own security context over that of its Pod, and its limits. */
export function restrictionsOf(pod: unknown, container: unknown, resources: unknown): Restrictions {
  const context = { ...fieldsOf(pod), ...fieldsOf(container) };
  const capabilities = fieldsOf(context['capabilities']);
  const limits = fieldsOf(fieldsOf(resources)['limits']);
  const { runAsUser, runAsGroup } = context;
  const group = runAsGroup === undefined ? '' : `:${textOf(runAsGroup)}`;
  return {
    user: runAsUser === undefined && group === '' ? undefined : `${textOf(runAsUser ?? 0)}${group}`,
    groups: [context['fsGroup'], ...listOf(context['supplementalGroups'])]
      .filter((id) => id !== undefined)
      .map(textOf),
    mustNotBeRoot: context['runAsNonRoot'] === true,
    isRootReadOnly: context['readOnlyRootFilesystem'] === true,
    addedCapabilities: listOf(capabilities['add']).map(textOf),
    droppedCapabilities: listOf(capabilities['drop']).map(textOf),
    noNewPrivileges: context['allowPrivilegeEscalation'] === false,
    memory: quantityOf(limits['memory']),
    cpus: quantityOf(limits['cpu']),
  };
}

const suffixes: Readonly<Record<string, number>> = { ...quantityUnits, m: 1e-3 };

/** A Kubernetes quantity such as `500m` or `64Mi` as a number; undefined when it is not one. */
function quantityOf(value: unknown): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(m|k|M|G|T|Ki|Mi|Gi|Ti)?$/.exec(textOf(value ?? ''));
  return match ? Number(match[1]) * (suffixes[match[2] ?? ''] ?? 1) : undefined;
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : String(value as number);
}
