import { changeFields, each, type Fields, isFields } from '../read/fields.ts';
import { resultDefaults, withTaskDefaults } from '../read/with-defaults.ts';
import { replaceInTask } from '../substitution/replace-deep.ts';
import { texts, type Replacements } from '../substitution/replace.ts';
import type { EnvironmentVariable, ParamValue, Step, TaskSpec } from '../types.ts';

export interface SpecDescription {
  readonly spec: TaskSpec;
  /** The steps, those of StepActions with their parameters put in. */
  readonly steps: readonly Step[];
  readonly params: ReadonlyMap<string, ParamValue>;
  readonly workspaces: readonly string[];
  /** Everything that is put in, phase by phase. */
  readonly phases: readonly Replacements[];
}

/** The spec of a task for its status, as Tekton writes it: StepActions written out, values put in, paths those of a Pod. */
export function describeTaskSpec({ spec, steps, params, workspaces, phases }: SpecDescription): unknown {
  const written = changeFields(withTaskDefaults(spec.source), {
    params: each((declared) => withGivenKeys(declared, params)),
    steps: each((step, index) => writeStepOut(step, steps[index])),
  });
  if (!isFields(written)) return written;
  const { metadata: _metadata, apiVersion: _apiVersion, kind: _kind, ...own } = written;
  const described = phases.reduce((value, phase) => replaceInTask(value, phase), {
    ...own,
    ...withPropagated(own['workspaces'], workspaces),
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

/** The workspaces that an embedded task has from its run are declared, too. */
function withPropagated(declared: unknown, names: readonly string[]): Fields {
  const list: readonly unknown[] = Array.isArray(declared) ? declared : [];
  const more = names.filter((name) => !list.some((one) => isFields(one) && one['name'] === name));
  return more.length > 0 ? { workspaces: [...list, ...more.map((name) => ({ name }))] } : {};
}

/** The step with its StepAction in it, in the fields that Tekton takes over. */
function writeStepOut(written: unknown, step: Step | undefined): unknown {
  if (!isFields(written) || !step?.actionParams) return written;
  const { ref: _ref, params: _params, ...own } = written;
  const { image, command, args, script, workingDir, env, volumeMounts, results } = step;
  return {
    ...own,
    ...(image === undefined ? {} : { image }),
    ...(workingDir === undefined ? {} : { workingDir }),
    ...(script === undefined ? {} : { script }),
    ...(command.length > 0 ? { command } : {}),
    ...(args.length > 0 ? { args } : {}),
    ...(env.length > 0 ? { env: env.map(printVariable) } : {}),
    ...(volumeMounts.length > 0 ? { volumeMounts: volumeMounts.map(({ place: _, ...mount }) => mount) } : {}),
    ...(results.length > 0
      ? { results: results.map(({ name, type }) => resultDefaults({ name, type })) }
      : {}),
  };
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
