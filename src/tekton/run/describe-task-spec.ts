import { changeFields, each, type Fields, isFields } from '../read/fields.ts';
import { resultDefaults, withTaskDefaults } from '../read/with-defaults.ts';
import { replaceInTask } from '../substitution/replace-deep.ts';
import { texts, type Replacements } from '../substitution/replace.ts';
import type { EnvironmentVariable, ParamValue, Step, TaskSpec, VolumeMount } from '../types.ts';

export interface SpecDescription {
  readonly spec: TaskSpec;
  /** The steps, those of StepActions with their parameters put in. */
  readonly steps: readonly Step[];
  readonly params: ReadonlyMap<string, ParamValue>;
  /** The workspaces that the task is given, and those of its run that it may use. */
  readonly workspaces: { readonly given: readonly string[]; readonly around: readonly string[] };
  /** Everything that is put in, phase by phase. */
  readonly phases: readonly Replacements[];
}

/** The spec of a task for its status, as Tekton writes it: StepActions written out, values put in, paths those of a Pod. */
export function describeTaskSpec({ spec, steps, params, workspaces, phases }: SpecDescription): unknown {
  const written = changeFields(withTaskDefaults(spec.source), {
    params: each((declared) => withGivenKeys(declared, params)),
    steps: each((step, index) => writeStepOut(step, steps[index], templateNames(spec.source))),
  });
  if (!isFields(written)) return written;
  const { metadata: _metadata, apiVersion: _apiVersion, kind: _kind, ...own } = written;
  const described = phases.reduce((value, phase) => replaceInTask(value, phase), {
    ...own,
    ...withPropagated(own, workspaces),
  } as unknown);
  return changeFields(described, {
    steps: each((step, index) => replaceInStep(step, stepResultPaths(steps[index]))),
  });
}

/** Tekton puts the keys that are given into the default of an object, and shows it so. */
function withGivenKeys(declared: unknown, params: ReadonlyMap<string, ParamValue>): unknown {
  if (!isFields(declared) || !isFields(declared['default'])) return declared;
  const given = params.get(String(declared['name']));
  return isFields(given) ? { ...declared, default: { ...declared['default'], ...given } } : declared;
}

/** The workspaces that an embedded task is given, and those of its run that it names, are declared, too. */
function withPropagated(spec: Fields, { given, around }: SpecDescription['workspaces']): Fields {
  const list: readonly unknown[] = Array.isArray(spec['workspaces']) ? spec['workspaces'] : [];
  const text = JSON.stringify([spec['steps'], spec['sidecars'], spec['stepTemplate']]);
  const used = around.filter((name) => text.includes(`$(workspaces.${name}.`)).toSorted();
  const more = [...new Set([...given, ...used])].filter(
    (name) => !list.some((one) => isFields(one) && one['name'] === name),
  );
  return more.length > 0 ? { workspaces: [...list, ...more.map((name) => ({ name }))] } : {};
}

/** The step with its StepAction in it, in the fields that Tekton takes over. */
function writeStepOut(written: unknown, step: Step | undefined, fromTemplate: ReadonlySet<string>): unknown {
  if (!isFields(written) || !step?.actionParams) return written;
  const { ref: _ref, params: _params, ...own } = written;
  const { image, command, args, script, workingDir, results } = step;
  const env = step.env.filter(({ name }) => !fromTemplate.has(name));
  const volumeMounts = step.volumeMounts.filter(({ name }) => !fromTemplate.has(name));
  return {
    ...own,
    ...(image === undefined ? {} : { image }),
    ...(workingDir === undefined ? {} : { workingDir }),
    ...(script === undefined ? {} : { script }),
    ...(command.length > 0 ? { command } : {}),
    ...(args.length > 0 ? { args } : {}),
    ...(env.length > 0 ? { env: env.map(printVariable) } : {}),
    ...(volumeMounts.length > 0 ? { volumeMounts: volumeMounts.map(printMount) } : {}),
    ...(results.length > 0
      ? { results: results.map(({ name, type }) => resultDefaults({ name, type })) }
      : {}),
  };
}

/** The names of what is in the template of the steps, which Tekton puts in only when it makes the Pod. */
function templateNames(source: unknown): ReadonlySet<string> {
  const template = isFields(source) && isFields(source['stepTemplate']) ? source['stepTemplate'] : {};
  const lists = [template['env'], template['volumeMounts']];
  const items = lists.flatMap((list): readonly unknown[] => (Array.isArray(list) ? list : []));
  return new Set(items.filter(isFields).map(({ name }) => String(name)));
}

function printMount({ name, mountPath, subPath, readOnly }: VolumeMount): unknown {
  return { name, mountPath, ...(subPath ? { subPath } : {}), ...(readOnly ? { readOnly } : {}) };
}

function printVariable({ name, value, from }: EnvironmentVariable): unknown {
  if (!from) return { name, value };
  const { kind, name: source, key, optional } = from;
  const reference = { name: source, key, ...(optional ? { optional } : {}) };
  return {
    name,
    valueFrom: kind === 'secret' ? { secretKeyRef: reference } : { configMapKeyRef: reference },
  };
}

function stepResultPaths(step: Step | undefined): Replacements {
  return texts(
    (step?.results ?? []).flatMap(({ name }) => {
      const path = `${stepFolder(step!.name)}/results/${name}`;
      return ['.' + name, `["${name}"]`, `['${name}']`].map((key): [string, string] => [
        `step.results${key}.path`,
        path,
      ]);
    }),
  );
}

function replaceInStep(step: unknown, replacements: Replacements): unknown {
  const { steps } = replaceInTask({ steps: [step] }, replacements) as { steps: unknown[] };
  return steps[0];
}

/** Where Tekton says that a step reports, in a Pod. */
export function stepFolder(name: string): string {
  return `/tekton/steps/step-${name}`;
}
