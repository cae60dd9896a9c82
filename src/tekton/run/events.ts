import type { PipelineRunResult } from './describe-run.ts';
import type { RunRecord } from './record.ts';
import type { Condition, TerminationReason } from './status.ts';

/** What happens in a run, in order; `at` is ISO 8601. Texts are masked. */
export type RunEvent =
  | { readonly type: 'run-started'; readonly at: string }
  | { readonly type: 'task-started'; readonly at: string; readonly task: string; readonly attempt: number }
  | { readonly type: 'step-started'; readonly at: string; readonly task: string; readonly step: string }
  | {
      readonly type: 'log';
      readonly at: string;
      readonly task: string;
      readonly step: string;
      readonly line: string;
    }
  | {
      readonly type: 'step-ended';
      readonly at: string;
      readonly task: string;
      readonly step: string;
      readonly exitCode: number;
      readonly reason: TerminationReason;
    }
  | { readonly type: 'task-ended'; readonly at: string; readonly task: string; readonly condition: Condition }
  | { readonly type: 'task-skipped'; readonly at: string; readonly task: string; readonly reason: string }
  /** The record of the run is on disk as it is here; several changes may make one record. */
  | { readonly type: 'recorded'; readonly at: string; readonly record: RunRecord }
  /** The process ends while the run goes on; `doing` names the steps that ran, each as `task/step`. */
  | {
      readonly type: 'run-interrupted';
      readonly at: string;
      readonly doing: readonly string[];
      readonly result: PipelineRunResult;
    }
  | { readonly type: 'run-ended'; readonly at: string; readonly condition: Condition };
