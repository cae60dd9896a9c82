import { changeFields, each, type Fields, isFields } from '../read/fields.ts';
import type { ParamValue } from '../types.ts';
import { type Replacements, replaceList, replaceText, replaceValue } from './replace.ts';

/** Replaces in the spec of a Pipeline as it was written, for the status of a run: in its tasks alone, as Tekton does. */
export function replaceInPipeline(spec: unknown, replacements: Replacements): unknown {
  const tasks = each((task) => replaceInPipelineTask(task, replacements));
  return changeFields(spec, { tasks, finally: tasks });
}

/** Replaces in the spec of a Task as it was written, for the status of a run: not in what it declares. */
export function replaceInTask(spec: unknown, replacements: Replacements): unknown {
  const deep = (value: unknown) => replaceDeep(value, replacements);
  const containers = each((container) => replaceInContainer(container, replacements));
  return changeFields(spec, {
    steps: containers,
    sidecars: containers,
    stepTemplate: deep,
    volumes: deep,
    workspaces: each((workspace) => changeFields(workspace, { mountPath: deep })),
  });
}

function replaceInContainer(container: unknown, replacements: Replacements): unknown {
  if (!isFields(container)) return container;
  const { name, results, ...rest } = container;
  return {
    ...(name === undefined ? {} : { name }),
    ...(replaceDeep(rest, replacements) as Fields),
    ...(results === undefined ? {} : { results }),
  };
}

function replaceInPipelineTask(task: unknown, replacements: Replacements): unknown {
  if (!isFields(task)) return task;
  const deep = (value: unknown) => replaceDeep(value, replacements);
  const params = deep(task['params']);
  return changeFields(task, {
    params: () => params,
    when: deep,
    taskRef: deep,
    onError: deep,
    workspaces: deep,
    matrix: (matrix) =>
      changeFields(matrix, {
        params: deep,
        include: each((include) => changeFields(include, { params: deep })),
      }),
    displayName: (text) => (task['matrix'] === undefined ? deep(text) : text),
    taskSpec: (spec) => replaceInTask(spec, withOwnParams(replacements, params)),
  });
}

/** What a task is given hides what its pipeline has under the same name. */
function withOwnParams(replacements: Replacements, params: unknown): Replacements {
  if (!Array.isArray(params) || params.length === 0) return replacements;
  const own = { ...replacements, texts: new Map(replacements.texts), arrays: new Map(replacements.arrays) };
  for (const { name, value } of params as { name: string; value: ParamValue }[]) {
    for (const key of [`params.${name}`, `params["${name}"]`, `params['${name}']`]) {
      if (own.texts.has(key) && typeof value === 'string') own.texts.set(key, value);
      if (own.arrays.has(key) && Array.isArray(value)) own.arrays.set(key, value as readonly string[]);
      if (replacements.objects.has(key) && isFields(value)) {
        for (const [property, text] of Object.entries(value))
          own.texts.set(`${key}.${property}`, String(text));
      }
    }
  }
  return own;
}

function replaceDeep(value: unknown, replacements: Replacements): unknown {
  if (typeof value === 'string') return replaceText(value, replacements);
  if (Array.isArray(value)) {
    return value.flatMap((item: unknown) =>
      typeof item === 'string' ? replaceList([item], replacements) : [replaceDeep(item, replacements)],
    );
  }
  if (!isFields(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      name === 'value' && typeof item === 'string'
        ? replaceValue(item, replacements)
        : replaceDeep(item, replacements),
    ]),
  );
}
