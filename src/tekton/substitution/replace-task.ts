import type { PipelineTask, Step, TaskSpec, WhenExpression } from '../types.ts';
import { type Replacements, replaceList, replaceText, replaceValue } from './replace.ts';

/** Replaces in every field of a step that Tekton substitutes. */
export function replaceStep(step: Step, replacements: Replacements): Step {
  const inText = (text: string) => replaceText(text, replacements);
  return {
    ...step,
    image: step.image && inText(step.image),
    command: replaceList(step.command, replacements),
    args: replaceList(step.args, replacements),
    script: step.script === undefined ? undefined : inText(step.script),
    workingDir: step.workingDir && inText(step.workingDir),
    timeout: step.timeout && inText(step.timeout),
    onError: inText(step.onError),
    env: step.env.map((variable) => ({
      ...variable,
      value: variable.value === undefined ? undefined : inText(variable.value),
      from: variable.from && {
        ...variable.from,
        name: inText(variable.from.name),
        key: inText(variable.from.key),
      },
    })),
    when: replaceWhen(step.when, replacements),
  };
}

/** Replaces in all steps and in the mount paths of the workspaces. */
export function replaceTask(spec: TaskSpec, replacements: Replacements): TaskSpec {
  return { ...spec, steps: spec.steps.map((step) => replaceStep(step, replacements)) };
}

function replaceWhen(when: readonly WhenExpression[], replacements: Replacements): WhenExpression[] {
  return when.map((expression) => ({
    input: replaceText(expression.input, replacements),
    operator: expression.operator,
    values: replaceList(expression.values, replacements),
  }));
}

/** Replaces in what the pipeline gives to a task; the embedded task only when `inTask` says so. */
export function replacePipelineTask<Replaced extends Pick<PipelineTask, 'params' | 'when' | 'workspaces'>>(
  task: Replaced,
  replacements: Replacements,
): Replaced {
  return {
    ...task,
    params: task.params.map((param) => ({ ...param, value: replaceValue(param.value, replacements) })),
    when: replaceWhen(task.when, replacements),
    workspaces: task.workspaces.map((workspace) => ({
      ...workspace,
      subPath: workspace.subPath && replaceText(workspace.subPath, replacements),
    })),
  };
}

/** The replacements without those for the parameters that a task declares itself: nearer declarations win. */
export function withoutOwnParams(replacements: Replacements, spec: TaskSpec): Replacements {
  const own = new Set(spec.params.map((param) => param.name));
  const isForeign = (key: string) => {
    const name = /^params(?:\.([^.[]+)|\[["']([^"']+)["']\])/.exec(key);
    return !name || !own.has(name[1] ?? name[2]!);
  };
  const filter = <Value>(map: ReadonlyMap<string, Value>) =>
    new Map([...map].filter(([key]) => isForeign(key)));
  return {
    texts: filter(replacements.texts),
    arrays: filter(replacements.arrays),
    objects: filter(replacements.objects),
  };
}
