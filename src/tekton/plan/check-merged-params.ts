import type { TektonFinding } from '../finding.ts';
import { typeOf } from '../read/params.ts';
import { isFields } from '../read/fields.ts';
import { isList } from '../substitution/replace.ts';
import { parseParamReference, variablesOf } from '../substitution/variables.ts';
import type { Param, ParamSpec, ParamType, PipelineRun, PipelineTask } from '../types.ts';
import { textsIn } from './result-references.ts';

interface Merged {
  readonly type: ParamType;
  readonly properties: readonly string[];
}

/**
 * Reports embedded tasks that Tekton's `validateInlineParameters` refuses in a PipelineRun with its Pipeline in it: there it takes
 * the parameters of one name of the run, the Pipeline and all its tasks for one, of the type that came first and, of objects,
 * with the properties that came last.
 */
export function checkMergedParams({ params, pipelineSpec }: PipelineRun): TektonFinding[] {
  if (!pipelineSpec) return [];
  const merged = mergeParams(params, pipelineSpec.params, pipelineSpec.tasks);
  return pipelineSpec.tasks.flatMap((task) =>
    (task.taskSpec?.params ?? []).flatMap(({ name }): TektonFinding[] => {
      const variable = refusedVariable(task, name, merged.get(name)!);
      if (variable === undefined) return [];
      return [
        {
          code: 'tekton-invalid',
          severity: 'error',
          reason: 'PipelineValidationFailed',
          message: `$(${variable}) does not fit: Tekton's admission takes the parameters "${name}" of all tasks in this PipelineRun for one, which another task makes ${describe(merged.get(name)!)}.`,
          fix: 'Give the parameters different names, or put the Pipeline or the Tasks into objects of their own.',
          place: task.place,
        },
      ];
    }),
  );
}

function mergeParams(
  given: readonly Param[],
  declared: readonly ParamSpec[],
  tasks: readonly PipelineTask[],
): Map<string, Merged> {
  const merged = new Map<string, Merged>();
  const declare = (specs: readonly ParamSpec[]) => {
    for (const { name, type, properties } of specs) {
      const known = merged.get(name);
      if (!known) merged.set(name, { type, properties });
      else if (known.type === 'object' && properties.length > 0) merged.set(name, { ...known, properties });
    }
  };
  const give = (params: readonly Param[]) => {
    for (const { name, value } of params) {
      const known = merged.get(name);
      const keys = typeof value === 'string' || isList(value) ? [] : Object.keys(value);
      if (known) merged.set(name, { ...known, properties: [...known.properties, ...keys] });
      else merged.set(name, { type: typeOf(value), properties: keys });
    }
  };
  give(given);
  declare(declared);
  for (const task of tasks) {
    give(task.params);
    declare(task.taskSpec?.params ?? []);
  }
  return merged;
}

/** A variable of the parameter in a step that is not of the type, or names no property. */
function refusedVariable(task: PipelineTask, name: string, { type, properties }: Merged): string | undefined {
  const source = task.taskSpec?.source;
  const steps: unknown = isFields(source) ? source['steps'] : undefined;
  return (Array.isArray(steps) ? steps : []).flatMap(textsIn).flatMap((text) =>
    variablesOf(text).filter((key) => {
      const reference = parseParamReference(key);
      if (reference?.name !== name) return false;
      if (type === 'array') return reference.index === undefined && text !== `$(${key})`;
      return type === 'object' && reference.key !== undefined && !properties.includes(reference.key);
    }),
  )[0];
}

function describe({ type, properties }: Merged): string {
  return type === 'object' ? `an object with ${properties.join(', ')} alone` : `an ${type}`;
}
