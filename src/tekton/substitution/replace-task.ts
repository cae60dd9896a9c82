import type {
  Container,
  Matrix,
  Param,
  PipelineSpec,
  PipelineTask,
  Probe,
  Sidecar,
  Step,
  TaskSpec,
  WhenExpression,
} from '../types.ts';
import { variablesOf } from './variables.ts';
import { replaceInTask } from './replace-deep.ts';
import { replaceSource } from './replace-source.ts';
import { isList, type Replacements, replaceList, replaceText, replaceValue } from './replace.ts';

/** Replaces in every field of a step that Tekton substitutes. */
export function replaceStep(step: Step, replacements: Replacements): Step {
  const inText = (text: string) => replaceText(text, replacements);
  return {
    ...replaceContainer(step, replacements),
    timeout: step.timeout && inText(step.timeout),
    onError: inText(step.onError),
    when: replaceWhen(step.when, replacements),
    params: step.params.map((param) => ({ ...param, value: replaceValue(param.value, replacements) })),
  };
}

/** Replaces in what a step, a sidecar and a StepAction have in common. */
export function replaceContainer<One extends Container>(container: One, replacements: Replacements): One {
  const inText = (text: string) => replaceText(text, replacements);
  return {
    ...container,
    name: inText(container.name),
    image: container.image && inText(container.image),
    command: replaceList(container.command, replacements),
    args: replaceList(container.args, replacements),
    script: container.script === undefined ? undefined : inText(container.script),
    workingDir: container.workingDir && inText(container.workingDir),
    env: container.env.map((variable) => ({
      ...variable,
      value: variable.value === undefined ? undefined : inText(variable.value),
      from: variable.from && {
        ...variable.from,
        name: inText(variable.from.name),
        key: inText(variable.from.key),
      },
    })),
    envFrom: container.envFrom.map((from) => ({
      ...from,
      name: inText(from.name),
      prefix: inText(from.prefix),
    })),
    volumeMounts: container.volumeMounts.map((mount) => ({
      ...mount,
      name: inText(mount.name),
      mountPath: inText(mount.mountPath),
      subPath: mount.subPath && inText(mount.subPath),
    })),
  };
}

/** Replaces in all steps, sidecars and volumes of a task, and in the same as they were written. */
export function replaceTask(spec: TaskSpec, replacements: Replacements): TaskSpec {
  const inText = (text: string) => replaceText(text, replacements);
  return {
    ...spec,
    steps: spec.steps.map((step) => replaceStep(step, replacements)),
    sidecars: spec.sidecars.map((sidecar) => replaceSidecar(sidecar, replacements)),
    volumes: spec.volumes.map((volume) => ({
      ...volume,
      name: inText(volume.name),
      source: replaceSource(volume.source, inText),
    })),
    workspaces: spec.workspaces.map((workspace) => ({
      ...workspace,
      mountPath: workspace.mountPath && inText(workspace.mountPath),
    })),
    source: replaceInTask(spec.source, replacements),
  };
}

function replaceSidecar(sidecar: Sidecar, replacements: Replacements): Sidecar {
  const inProbe = (probe: Probe | undefined): Probe | undefined =>
    probe?.how.kind === 'exec'
      ? { ...probe, how: { kind: 'exec', command: replaceList(probe.how.command, replacements) } }
      : probe;
  return {
    ...replaceContainer(sidecar, replacements),
    startupProbe: inProbe(sidecar.startupProbe),
    readinessProbe: inProbe(sidecar.readinessProbe),
  };
}

function replaceWhen(when: readonly WhenExpression[], replacements: Replacements): WhenExpression[] {
  return when.map((expression) => ({
    input: replaceInput(expression.input, replacements),
    operator: expression.operator,
    values: replaceList(expression.values, replacements),
    ...(expression.cel === undefined ? {} : { cel: replaceText(expression.cel, replacements) }),
  }));
}

/** A whole array as an input is its JSON. */
function replaceInput(input: string, replacements: Replacements): string {
  const [key] = variablesOf(input);
  const array =
    key?.endsWith('[*]') && input === `$(${key})` ? replacements.arrays.get(key.slice(0, -3)) : undefined;
  return array ? JSON.stringify(array) : replaceText(input, replacements);
}

/** Replaces in what the pipeline gives to a task; the embedded task only when `inTask` says so. */
export function replacePipelineTask<
  Replaced extends Pick<PipelineTask, 'params' | 'matrix' | 'when' | 'workspaces'>,
>(task: Replaced, replacements: Replacements): Replaced {
  return {
    ...task,
    params: task.params.map((param) => ({ ...param, value: replaceValue(param.value, replacements) })),
    matrix: task.matrix && replaceMatrix(task.matrix, replacements),
    when: replaceWhen(task.when, replacements),
    workspaces: task.workspaces.map((workspace) => ({
      ...workspace,
      subPath: workspace.subPath && replaceText(workspace.subPath, replacements),
    })),
  };
}

function replaceMatrix(matrix: Matrix, replacements: Replacements): Matrix {
  const inParams = (params: Matrix['params']) =>
    params.map((param) => ({ ...param, value: replaceValue(param.value, replacements) }));
  return {
    params: inParams(matrix.params),
    include: matrix.include.map((item) => ({ ...item, params: inParams(item.params) })),
  };
}

/** Replaces in every task of a pipeline, also in what is in it; of an embedded task its own parameters are nearer. @public */
export function replacePipelineSpec(spec: PipelineSpec, replacements: Replacements): PipelineSpec {
  const inTask = (task: PipelineTask) => replaceWholeTask(task, replacements);
  return { ...spec, tasks: spec.tasks.map(inTask), finally: spec.finally.map(inTask) };
}

/** Replaces in all that a task of a pipeline is. */
export function replaceWholeTask(task: PipelineTask, replacements: Replacements): PipelineTask {
  const replaced = replacePipelineTask(task, replacements);
  return {
    ...replaced,
    onError: replaceText(task.onError, replacements),
    taskRef: task.taskRef && {
      ...task.taskRef,
      name: replaceText(task.taskRef.name, replacements),
      params: task.taskRef.params.map((param) => ({
        ...param,
        value: replaceValue(param.value, replacements),
      })),
    },
    taskSpec: task.taskSpec && replaceTask(task.taskSpec, withGiven(replacements, replaced.params)),
  };
}

/** The replacements with what a task is given in the place of what is around it: what is nearer wins. */
function withGiven(replacements: Replacements, given: readonly Param[]): Replacements {
  if (given.length === 0) return replacements;
  const all = {
    texts: new Map(replacements.texts),
    arrays: new Map(replacements.arrays),
    objects: new Map(replacements.objects),
  };
  for (const { name, value } of given) {
    const object = typeof value === 'string' || isList(value) ? {} : value;
    for (const key of [`params.${name}`, `params["${name}"]`, `params['${name}']`]) {
      if (all.texts.has(key)) all.texts.set(key, typeof value === 'string' ? value : '');
      if (all.arrays.has(key)) all.arrays.set(key, isList(value) ? value : []);
      if (!all.objects.has(key)) continue;
      all.objects.set(key, object);
      for (const [property, text] of Object.entries(object))
        all.texts.set(`params.${name}.${property}`, text);
    }
  }
  return all;
}
