import type { Place } from '../../model/errors.ts';
import type { TektonFinding } from '../finding.ts';
import { closest } from '../../model/did-you-mean.ts';
import type { PipelineSpec, WorkspaceBinding } from '../types.ts';
import { bindParams, variablesIn } from './bind-params.ts';
import { checkTaskDefaults } from './bind-task-params.ts';
import { countCombinations, maxCombinations } from './fan-out.ts';
import type { PlannedTask } from './types.ts';
import { isWord } from './wrong-on-error.ts';
import { parseResultReference } from '../substitution/variables.ts';

/** Faults between a task of a pipeline and the Task it names: parameters and workspaces. */
export function checkTask(
  task: PlannedTask,
  pipeline: PipelineSpec,
  bindings: readonly WorkspaceBinding[],
): TektonFinding[] {
  const consumer = { what: `The task "${task.name}"`, place: task.place };
  const fromMatrix = [task.matrix?.params ?? [], ...(task.matrix?.include ?? []).map((item) => item.params)];
  // Each is a text that is not known yet.
  const each = fromMatrix.flat().map((param) => ({ ...param, value: '$()' }));
  const given = [...task.params, ...each];
  const findings = [
    ...bindParams(task.spec.params, given, consumer).findings,
    ...checkTaskDefaults(task.spec.params, given, consumer),
  ];
  if (task.matrix && countCombinations(task.matrix) > maxCombinations) {
    findings.push(
      invalid(
        'PipelineValidationFailed',
        `The matrix of "${task.name}" has ${countCombinations(task.matrix)} combinations, and at most ${maxCombinations} are allowed.`,
        'Use fewer values.',
        task.place,
      ),
    );
  }
  // The parameters of a Task on its own are put in later.
  for (const { onError, place } of task.isEmbedded ? task.spec.steps : []) {
    if (isWord(onError) || onError.includes('$(')) continue;
    findings.push(
      invalid(
        'CreateRunFailed',
        `The onError of a step of "${task.name}" is "${onError}" once the parameters are put in.`,
        'Let it be continue or stopAndFail.',
        place,
      ),
    );
  }
  for (const workspace of task.spec.workspaces) {
    const given = task.workspaces.find((item) => item.name === workspace.name);
    const propagated = task.isEmbedded && bindings.some((binding) => binding.name === workspace.name);
    if (!given && !workspace.optional && !propagated) {
      findings.push(
        invalid(
          'PipelineValidationFailed',
          `The task "${task.name}" does not give the workspace "${workspace.name}", which its Task needs.`,
          `Add it under workspaces of "${task.name}".`,
          task.place,
        ),
      );
    }
    const source = pipeline.workspaces.find((declared) => declared.name === given?.workspace);
    if (
      source?.optional &&
      !workspace.optional &&
      !bindings.some((binding) => binding.name === source.name)
    ) {
      findings.push(
        invalid(
          'InvalidWorkspaceBindings',
          `The task "${task.name}" needs the workspace "${workspace.name}", and the optional workspace "${source.name}" is not bound.`,
          `Bind "${source.name}", or make "${workspace.name}" optional in the Task.`,
          task.place,
        ),
      );
    }
  }
  for (const given of task.workspaces) {
    const known = pipeline.workspaces.map((workspace) => workspace.name);
    if (!known.includes(given.workspace) && !bindings.some((binding) => binding.name === given.workspace)) {
      findings.push(unknown(`workspace "${given.workspace}"`, given.workspace, known, given.place));
    }
    const declared = task.spec.workspaces.map((workspace) => workspace.name);
    const isBound = bindings.some((binding) => binding.name === given.workspace);
    if (task.isEmbedded && known.includes(given.workspace) && !isBound && !declared.includes(given.name)) {
      findings.push(
        invalid(
          'InvalidWorkspaceBindings',
          `The task "${task.name}" is given the workspace "${given.workspace}", which the run does not bind.`,
          `Bind "${given.workspace}", or declare "${given.name}" as optional in the taskSpec.`,
          given.place,
        ),
      );
    }
    if (!declared.includes(given.name) && !task.isEmbedded) {
      findings.push(unknown(`workspace "${given.name}" of its Task`, given.name, declared, given.place));
    }
  }
  return findings;
}

/** Results that the Task of a pipeline task does not declare, which is known only when the Task is found. */
export function checkResults(
  tasks: readonly PlannedTask[],
  lastly: readonly PlannedTask[],
  pipeline: PipelineSpec,
): TektonFinding[] {
  const all = [...tasks, ...lastly];
  return [
    ...all.flatMap((task) =>
      task.results.flatMap(({ task: name, result }) => checkResult(name, result, tasks, task.place)),
    ),
    ...pipeline.results.flatMap((given) =>
      variablesIn(given.value).flatMap((key) => {
        const reference = parseResultReference(key);
        if (!reference) return [];
        const { task, result } = reference;
        return [...checkResult(task, result, all, given.place), ...checkMatrix(task, all, given.place)];
      }),
    ),
  ];
}

/** Warns of a result of a Pipeline that is one of a matrix of which no task takes any. */
function checkMatrix(name: string, all: readonly PlannedTask[], place: Place): TektonFinding[] {
  const isTaken = all.some(({ results }) => results.some(({ task }) => task === name));
  if (isTaken || !all.some((task) => task.name === name && task.matrix)) return [];
  return [
    {
      ...invalid(
        'CouldntGetPipelineResult',
        `No other task takes a result of the matrix "${name}", and Tekton then knows none of them when the run ends, and fails it.`,
        'Let another task take a result of it, and give the Pipeline a result of that task.',
        place,
      ),
      severity: 'warning',
    },
  ];
}

/** The tasks that must be over before this one starts. */
export function dependenciesOf(task: PlannedTask): string[] {
  return [...new Set([...task.runAfter, ...task.results.map((reference) => reference.task)])];
}

function checkResult(
  name: string,
  result: string,
  tasks: readonly PlannedTask[],
  place: Place,
): TektonFinding[] {
  const producer = tasks.find((task) => task.name === name);
  // That there is such a task was checked when the Pipeline was read.
  if (!producer) return [];
  const declared = producer.spec.results.map((item) => item.name);
  return declared.includes(result)
    ? []
    : [unknown(`result "${result}" of the task "${name}"`, result, declared, place)];
}

function unknown(what: string, name: string, there: readonly string[], place: Place): TektonFinding {
  const meant = closest(name, there);
  return invalid(
    'PipelineValidationFailed',
    `There is no ${what}.`,
    meant ? `Did you mean "${meant}"?` : `There is ${there.join(', ') || 'none'}.`,
    place,
  );
}

function invalid(reason: string, message: string, fix: string, place: Place): TektonFinding {
  return { code: 'tekton-invalid', severity: 'error', reason, message, fix, place };
}
