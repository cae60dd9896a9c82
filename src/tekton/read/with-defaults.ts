import { parseDuration, printDuration } from './duration.ts';
import { changeFields, each, type Fields, isFields } from './fields.ts';
import { mergeStepTemplate } from './merge-step-template.ts';

/** The spec of a Task as it was written, with what Tekton's admission and Go's types put in (task_defaults.go). */
export function withTaskDefaults(spec: unknown): unknown {
  return changeFields(spec, {
    params: each(paramDefaults),
    results: each(resultDefaults),
    steps: each((step) => containerDefaults(isFields(step) ? { name: '', ...step } : step)),
    sidecars: each(containerDefaults),
  });
}

/** The spec of a Pipeline as it was written, with what Tekton's admission and Go's types put in (pipeline_defaults.go). */
export function withPipelineDefaults(spec: unknown): unknown {
  const tasks = each((task) =>
    changeFields(task, {
      taskRef: referenceDefaults,
      taskSpec: (task) => withTaskDefaults(mergeStepTemplate(task)),
      timeout: printedDuration,
    }),
  );
  return changeFields(spec, {
    params: each(paramDefaults),
    tasks,
    finally: tasks,
    results: each((result) => (isFields(result) ? { description: '', ...result } : result)),
  });
}

/** The spec of a Pipeline without the empty inputs of `when`, which Go leaves out. */
export function withoutEmptyInputs(spec: unknown): unknown {
  const tasks = each((task) =>
    changeFields(task, {
      when: each((expression) => {
        if (!isFields(expression) || expression['input'] !== '') return expression;
        const { input: _input, ...rest } = expression;
        return rest;
      }),
    }),
  );
  return changeFields(spec, { tasks, finally: tasks });
}

function containerDefaults(container: unknown): unknown {
  return changeFields(container, {
    timeout: printedDuration,
    workspaces: each((workspace) => (isFields(workspace) ? { mountPath: '', ...workspace } : workspace)),
  });
}

/** A duration as Go prints it: 60s is 1m0s. */
function printedDuration(text: unknown): unknown {
  const duration = typeof text === 'string' ? parseDuration(text) : undefined;
  return duration === undefined ? text : printDuration(duration);
}

/** The result of a Task or step with its type. */
export function resultDefaults(result: unknown): unknown {
  return typed(result, () => 'string');
}

/** A reference to a Task with the kind that is meant when none is written; one that a resolver follows has none. */
function referenceDefaults(reference: unknown): unknown {
  if (!isFields(reference) || reference['kind'] || reference['resolver'] || !reference['name'])
    return reference;
  return { ...reference, kind: 'Task' };
}

function paramDefaults(param: unknown): unknown {
  return typed(param, (fields) => typeOf(fields['default']));
}

/** The type that is written, that of an object when its properties are, else what the rest says. */
function typed(declared: unknown, otherwise: (fields: Fields) => string): unknown {
  if (!isFields(declared)) return declared;
  const { properties } = declared;
  return {
    ...declared,
    type: declared['type'] || (properties ? 'object' : otherwise(declared)),
    ...(isFields(properties) ? { properties: typedProperties(properties) } : {}),
  };
}

function typedProperties(properties: Fields): Fields {
  return Object.fromEntries(
    Object.entries(properties).map(([name, property]) => [
      name,
      isFields(property) ? { ...property, type: property['type'] || 'string' } : { type: 'string' },
    ]),
  );
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return isFields(value) ? 'object' : 'string';
}
