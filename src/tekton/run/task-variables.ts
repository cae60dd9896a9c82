import { bindParams } from '../plan/bind-params.ts';
import { bindTaskParams } from '../plan/bind-task-params.ts';
import type { PlannedTask } from '../plan/types.ts';
import { texts, type Replacements } from '../substitution/replace.ts';
import { parseParamReference, parseStepResultReference, variablesOf } from '../substitution/variables.ts';
import { taskParamReplacements } from '../substitution/param-replacements.ts';
import { replaceContainer, replaceStep, replaceTask } from '../substitution/replace-task.ts';
import type { Param, ParamSpec, ParamValue, Sidecar, Step, TaskSpec } from '../types.ts';
import { describeTaskSpec, stepFolder } from './describe-task-spec.ts';
import type { TaskFolders, TaskPlaces } from './task-folders.ts';
import { type OpenWorkspace, workspaceVolume } from './volumes.ts';

export interface TaskVariables {
  readonly taskRun: { readonly name: string; readonly namespace: string; readonly uid: string };
  readonly retryCount: number;
  readonly folders: TaskFolders;
  readonly workspaceNames: readonly string[];
  readonly workspaces: ReadonlyMap<string, OpenWorkspace>;
}

/** The values of a task's parameters, its own defaults included. */
export function taskParams(task: PlannedTask): Map<string, ParamValue> {
  return bindTaskParams(task.spec.params, task.params);
}

/**
 * The task with everything put in that is known before its first step, phase by phase in Tekton's order: params,
 * context, results, exit codes, workspaces.
 */
export function replaceTaskVariables(
  task: PlannedTask,
  variables: TaskVariables,
): { spec: TaskSpec; source: unknown } {
  const values = taskParams(task);
  const params = taskParamReplacements(values);
  const seen = variables.folders.seen;
  const known: Replacements[] = [
    params,
    texts([
      ['context.taskRun.name', variables.taskRun.name],
      ['context.taskRun.namespace', variables.taskRun.namespace],
      ['context.taskRun.uid', variables.taskRun.uid],
      // An embedded task has the name of its TaskRun.
      ['context.task.name', task.isEmbedded ? variables.taskRun.name : task.taskName],
      ['context.task.retry-count', String(variables.retryCount)],
    ]),
  ];
  const phases = [...known, ...pathPhases(task.spec, seen.results, (step) => seen.step(step).exitCode)];
  const workspaces = texts([
    ...workspaceVariables(variables, ({ path }) => path),
    ['credentials.path', seen.credentials],
  ]);
  const written: TaskSpec = {
    ...task.spec,
    steps: task.spec.steps.map((step) => putInActionParams(step, params)),
    source: undefined,
  };
  const early = phases.reduce((spec, phase) => replaceTask(spec, phase), written);
  const isolated = variables.folders.hasRealPaths ? withOwnPaths(early) : early;
  const replaced = replaceTask(isolated, workspaces);
  const steps = replaced.steps.map((step) => {
    const folder = seen.step(step.name).results;
    return replaceTask(
      { ...replaced, steps: [step] },
      texts(
        step.results.flatMap((result) => spellings('step.results', result.name, `${folder}/${result.name}`)),
      ),
    ).steps[0]!;
  });
  const source = describeTaskSpec({
    spec: task.spec,
    steps: written.steps,
    params: new Map(task.params.map(({ name, value }) => [name, value])),
    workspaces: {
      given: task.workspaces.map(({ name }) => name).filter((name) => variables.workspaces.has(name)),
      around: [...variables.workspaces.keys()],
    },
    phases: [
      ...known,
      ...pathPhases(task.spec, '/tekton/results', (step) => `${stepFolder(step)}/exitCode`),
      texts([
        ...workspaceVariables(variables, ({ clusterPath }) => clusterPath),
        ['credentials.path', '/tekton/creds'],
      ]),
    ],
  });
  return { spec: { ...replaced, steps }, source };
}

/** Where a step or sidecar has a workspace at a place of its own, that is its path. */
function withOwnPaths(spec: TaskSpec): TaskSpec {
  const inOne = <One extends Step | Sidecar>(one: One): One => {
    const own = one.workspaces.filter((workspace) => workspace.mountPath);
    if (own.length === 0) return one;
    return replaceContainer(
      one,
      texts(own.map(({ name, mountPath }) => [`workspaces.${name}.path`, mountPath!])),
    );
  };
  return { ...spec, steps: spec.steps.map(inOne), sidecars: spec.sidecars.map(inOne) };
}

function pathPhases(spec: TaskSpec, results: string, exitCode: (step: string) => string): Replacements[] {
  return [
    texts(resultPaths(spec, { results })),
    texts(spec.steps.map(({ name }) => [`steps.step-${name}.exitCode.path`, exitCode(name)])),
  ];
}

/** Puts the parameters of its StepAction into a step: what the step gives, with the task's parameters in it, else the defaults. @public */
export function putInActionParams(step: Step, taskParams: Replacements): Step {
  if (!step.actionParams) return step;
  const given = replaceStep(step, taskParams).params;
  const values = actionReplacements(step.actionParams, given);
  const { image, command, args, script, workingDir, env, envFrom, volumeMounts } = replaceContainer(
    step,
    values,
  );
  return { ...step, image, command, args, script, workingDir, env, envFrom, volumeMounts };
}

/** The defaults under the given values: a value of another type leaves the keys of an object's default in place. */
function actionReplacements(declared: readonly ParamSpec[], given: readonly Param[]): Replacements {
  const own = given.filter(({ name }) => declared.some((spec) => spec.name === name));
  const at = { what: '', place: { file: '' } };
  const late = fromStepResults(declared, own);
  const isLate = ({ name }: ParamSpec) => late.some(([key]) => parseParamReference(key)?.name === name);
  const early = declared.filter((spec) => !isLate(spec));
  const defaults = taskParamReplacements(bindParams(early, [], at).values);
  const values = taskParamReplacements(bindParams(early, own, at).values);
  return {
    texts: new Map([...defaults.texts, ...values.texts, ...late]),
    arrays: new Map([...defaults.arrays, ...values.arrays]),
    objects: new Map([...defaults.objects, ...values.objects]),
  };
}

/** A parameter that is a result of an earlier step stands for that step's variables, which are put in when the step starts. */
function fromStepResults(declared: readonly ParamSpec[], given: readonly Param[]): [string, string][] {
  return given.flatMap(({ name, value }): [string, string][] => {
    const key = typeof value === 'string' ? variablesOf(value)[0] : undefined;
    const reference = key === undefined ? undefined : parseStepResultReference(key);
    const spec = declared.find((param) => param.name === name);
    if (!reference || !spec || value !== `$(${key})`) return [];
    const result = `steps.${reference.step}.results.${reference.result}`;
    if (spec.type === 'object') {
      return spec.properties.map((property) => [`params.${name}.${property}`, `$(${result}.${property})`]);
    }
    if (spec.type === 'string') return [];
    const spellings = [`params.${name}`, `params["${name}"]`, `params['${name}']`];
    const indices = ['*', ...Array.from({ length: mostIndices }, (_, index) => String(index))];
    return spellings.flatMap((spelling) =>
      indices.map((index): [string, string] => [`${spelling}[${index}]`, `$(${result}[${index}])`]),
    );
  });
}

/** How many items of a step's array result a StepAction can take one by one. */
const mostIndices = 64;

function resultPaths(spec: TaskSpec, folders: Pick<TaskPlaces, 'results'>): [string, string][] {
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

function workspaceVariables(
  { workspaceNames, workspaces }: TaskVariables,
  pathOf: (workspace: OpenWorkspace) => string,
): [string, string][] {
  return workspaceNames.flatMap((name): [string, string][] => {
    const open = workspaces.get(name);
    const source = open?.binding.source;
    return [
      [`workspaces.${name}.path`, open ? pathOf(open) : ''],
      [`workspaces.${name}.bound`, String(open !== undefined)],
      [`workspaces.${name}.claim`, source && 'claimName' in source ? source.claimName : ''],
      [`workspaces.${name}.volume`, open ? workspaceVolume(name) : ''],
    ];
  });
}
