import type { Place } from '../../model/errors.ts';
import type { TektonFinding } from '../finding.ts';
import type { PipelineRunPlan } from '../plan/types.ts';
import { variablesOf } from '../substitution/variables.ts';
import type { Container, KeySource, PathNeed, VolumeSource } from '../types.ts';
import { imageCommand } from './known-images.ts';
import type { ExecuteOptions } from './options.ts';
import { isKnownClaim } from './volumes.ts';

/**
 * What the run needs and does not have, found before anything runs: a claim without a folder, a Secret or ConfigMap (or a key
 * of one) that was not given, the entrypoint of an image, and real paths where the executor has none.
 */
export async function checkInputs(plan: PipelineRunPlan, options: ExecuteOptions): Promise<TektonFinding[]> {
  const findings: TektonFinding[] = [];
  for (const { name, source, place } of plan.workspaces) {
    const missing = missingSource(source, plan, options);
    if (missing) findings.push(notGiven(`The workspace "${name}" cannot be bound: ${missing}.`, place));
  }
  const tasks = [...plan.tasks, ...plan.finally];
  for (const { name, source, place } of [...plan.volumes, ...tasks.flatMap((task) => task.spec.volumes)]) {
    const missing = missingSource(source, plan, options);
    if (missing) findings.push(notGiven(`The volume "${name}" cannot be made: ${missing}.`, place));
  }
  for (const task of tasks) {
    for (const container of [...task.spec.steps, ...task.spec.sidecars]) {
      findings.push(...checkEnvironment(task.name, container, options), ...checkCommand(container, options));
    }
    if ((await options.executor.realPaths()) === 'never')
      findings.push(...task.spec.pathNeeds.map(unreachable));
  }
  return findings;
}

function checkEnvironment(task: string, container: Container, options: ExecuteOptions): TektonFinding[] {
  const keys = container.env.flatMap(({ from, place }) => {
    if (!from || from.optional || isOpen(from.name + from.key)) return [];
    if (valuesOf(from, options)?.[from.key] !== undefined) return [];
    const what = `the key "${from.key}" of the ${kindOf(from)} "${from.name}"`;
    return [notGiven(`The task "${task}" needs ${what}, and it is not given.`, place)];
  });
  const whole = container.envFrom.flatMap((from) => {
    if (from.optional || isOpen(from.name) || valuesOf(from, options)) return [];
    return [
      notGiven(
        `The task "${task}" needs the ${kindOf(from)} "${from.name}", and it is not given.`,
        from.place,
      ),
    ];
  });
  return [...keys, ...whole];
}

function checkCommand(container: Container, options: ExecuteOptions): TektonFinding[] {
  if (options.executor.kind === 'container' && !container.image) {
    const message = `"${container.name}" has no image, and a container needs one.`;
    return [notGiven(message, container.place, 'Name an image, or run it with --runtime process.')];
  }
  if (container.script !== undefined || container.command.length > 0) return [];
  if (options.executor.kind === 'container' || isOpen(container.image ?? '')) return [];
  if (imageCommand(container.image, [], options.imageCommands)) return [];
  return [
    {
      code: 'tekton-unsupported',
      severity: 'error',
      message: `The step "${container.name}" has neither command nor script: an image's own entrypoint is not supported without a cluster (${container.image ?? 'no image'}).`,
      fix: 'Write command or script.',
      place: container.place,
    },
  ];
}

function unreachable({ what, place }: PathNeed): TektonFinding {
  return {
    code: 'tekton-unsupported',
    severity: 'error',
    message: `${what} is not supported where this system allows no private mount namespace.`,
    fix: 'Use $(workspaces.<name>.path), $(results.<name>.path) or $(step.results.<name>.path), or run on Linux with `unshare` where users may make namespaces.',
    place,
  };
}

function missingSource(
  source: VolumeSource,
  plan: PipelineRunPlan,
  options: ExecuteOptions,
): string | undefined {
  switch (source.kind) {
    case 'persistentVolumeClaim':
      if (isOpen(source.claimName) || isKnownClaim(source.claimName, plan, options)) return undefined;
      return `the PersistentVolumeClaim "${source.claimName}" has no folder`;
    case 'projected':
      return source.sources.map((one) => missingKeys(one, options)).find((missing) => missing !== undefined);
    case 'secret':
    case 'configMap':
      return missingKeys(source, options);
    case 'emptyDir':
    case 'volumeClaimTemplate':
      return undefined;
  }
}

function missingKeys(source: KeySource, options: ExecuteOptions): string | undefined {
  if (source.optional || isOpen(source.name)) return undefined;
  const values = valuesOf(source, options);
  if (!values) return `the ${kindOf(source)} "${source.name}" is not given`;
  const missing = source.items?.find(({ key }) => !isOpen(key) && values[key] === undefined);
  return missing && `the ${kindOf(source)} "${source.name}" has no key "${missing.key}"`;
}

function valuesOf({ kind, name }: Pick<KeySource, 'kind' | 'name'>, options: ExecuteOptions) {
  return (kind === 'secret' ? options.secrets : options.configMaps)?.[name];
}

function kindOf({ kind }: Pick<KeySource, 'kind'>): string {
  return kind === 'secret' ? 'Secret' : 'ConfigMap';
}

function isOpen(text: string): boolean {
  return variablesOf(text).length > 0;
}

function notGiven(
  message: string,
  place: Place,
  fix = 'Give it to the run, or change what the files ask for.',
): TektonFinding {
  return {
    code: 'tekton-invalid',
    severity: 'error',
    message,
    fix,
    place,
  };
}
