import type { EnvironmentConfig } from '../../model/config.ts';
import type { Plan, PlannedCommit, ValueEdit } from '../../model/plan.ts';
import type { EnvironmentState } from '../read/environment-state.ts';
import type { PreparedPlan } from './prepared-plan.ts';

export interface RecordOptions {
  readonly action: Plan['action'];
  readonly environment: EnvironmentConfig;
  readonly state: EnvironmentState;
  readonly head: string;
  /** The file that says what is kept where, and its new content. */
  readonly file: string;
  readonly edit: { readonly edits: readonly ValueEdit[]; readonly content: string };
  readonly commit: Pick<PlannedCommit, 'subject' | 'body' | 'trailers'>;
  readonly notes?: readonly string[] | undefined;
}

/** Plans one commit on main that changes a record of an environment, such as its holds, and nothing that it runs. */
export function planRecord(options: RecordOptions): PreparedPlan {
  const { action, environment, state, head, file, edit, commit } = options;
  return {
    plan: {
      action,
      environment: environment.name,
      from: state.release,
      to: state.release,
      base: head,
      changes: [],
      commits: [{ on: 'main', ...commit, edits: edit.edits }],
      notes: options.notes ?? [],
    },
    files: [new Map([[file, edit.content]])],
  };
}
