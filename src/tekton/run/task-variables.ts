import { bindParams } from '../plan/bind-params.ts';
import type { PlannedTask } from '../plan/types.ts';
import { texts, type Replacements } from '../substitution/replace.ts';
import { paramReplacements } from '../substitution/param-replacements.ts';
import { replaceTask } from '../substitution/replace-task.ts';
import type { ParamValue, TaskSpec, WorkspaceBinding } from '../types.ts';
import type { TaskFolders } from './task-folders.ts';

export interface TaskVariables {
  readonly taskRun: { readonly name: string; readonly namespace: string; readonly uid: string };
  readonly retryCount: number;
  readonly folders: TaskFolders;
  readonly workspaceNames: readonly string[];
  readonly workspaces: ReadonlyMap<string, { readonly folder: string; readonly binding: WorkspaceBinding }>;
}

/** The values of a task's parameters, its own defaults included. */
export function taskParams(task: PlannedTask): Map<string, ParamValue> {
  return bindParams(task.spec.params, task.params, { what: task.name, place: task.place }).values;
}

/**
 * The task with everything put in that is known before its first step, phase by phase in Tekton's order: params,
 * context, results, exit codes, workspaces.
 */
export function replaceTaskVariables(task: PlannedTask, variables: TaskVariables): TaskSpec {
  const phases: Replacements[] = [
    paramReplacements(taskParams(task)),
    texts([
      ['context.taskRun.name', variables.taskRun.name],
      ['context.taskRun.namespace', variables.taskRun.namespace],
      ['context.taskRun.uid', variables.taskRun.uid],
      ['context.task.name', task.taskName],
      ['context.task.retry-count', String(variables.retryCount)],
    ]),
    texts(resultPaths(task.spec, variables.folders)),
    texts(
      task.spec.steps.map((step) => [
        `steps.step-${step.name}.exitCode.path`,
        variables.folders.step(step.name).exitCode,
      ]),
    ),
    texts(workspaceVariables(variables)),
  ];
  const replaced = phases.reduce((spec, phase) => replaceTask(spec, phase), task.spec);
  const steps = replaced.steps.map((step) => {
    const folder = variables.folders.step(step.name).results;
    return replaceTask(
      { ...replaced, steps: [step] },
      texts(
        step.results.flatMap((result) => spellings('step.results', result.name, `${folder}/${result.name}`)),
      ),
    ).steps[0]!;
  });
  return { ...replaced, steps };
}

function resultPaths(spec: TaskSpec, folders: TaskFolders): [string, string][] {
  return spec.results.flatMap((result) =>
    spellings('results', result.name, `${folders.results}/${result.name}`),
  );
}

function spellings(root: string, name: string, path: string): [string, string][] {
  return [`${root}.${name}.path`, `${root}["${name}"].path`, `${root}['${name}'].path`].map((key) => [
    key,
    path,
  ]);
}

function workspaceVariables({ workspaceNames, workspaces }: TaskVariables): [string, string][] {
  return workspaceNames.flatMap((name): [string, string][] => {
    const open = workspaces.get(name);
    const source = open?.binding.source;
    return [
      [`workspaces.${name}.path`, open?.folder ?? ''],
      [`workspaces.${name}.bound`, String(open !== undefined)],
      [`workspaces.${name}.claim`, source && 'claimName' in source ? source.claimName : ''],
      [`workspaces.${name}.volume`, open ? `ws-${name}` : ''],
    ];
  });
}
