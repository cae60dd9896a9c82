import type { TektonFinding } from '../finding.ts';
import type { RunIdentity } from '../plan/types.ts';
import type { PipelineRun, TaskRunRequest } from '../types.ts';
import type { Condition } from './status.ts';

/** A run that could not start, as Tekton shows it: failed, with the reason and message of the first finding that has a reason. */
export interface RefusedRun {
  readonly apiVersion: 'tekton.dev/v1';
  readonly kind: 'PipelineRun' | 'TaskRun';
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly creationTimestamp: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly spec: unknown;
  readonly status: {
    readonly conditions: readonly Condition[];
    readonly startTime: string;
    readonly completionTime: string;
  };
}

/** The run with the status that says why it did not start; undefined when no finding is one that Tekton has a reason for. */
export function describeRefused(
  { kind, run }: { kind: 'PipelineRun'; run: PipelineRun } | { kind: 'TaskRun'; run: TaskRunRequest },
  { name, uid }: RunIdentity,
  findings: readonly TektonFinding[],
  at: string,
): RefusedRun | undefined {
  const cause = findings.find(({ severity, reason }) => severity === 'error' && reason !== undefined);
  if (cause?.reason === undefined) return undefined;
  const { namespace, labels, annotations, source } = run;
  const condition: Condition = {
    type: 'Succeeded',
    status: 'False',
    reason: cause.reason,
    message: cause.message,
    lastTransitionTime: at,
  };
  return {
    apiVersion: 'tekton.dev/v1',
    kind,
    metadata: { name, namespace, uid, creationTimestamp: at, labels, annotations },
    spec: source ?? {},
    status: { conditions: [condition], startTime: at, completionTime: at },
  };
}
