// What the comparers of Tekton's calls have in common: reading its objects as this toolkit does, and comparing two values.
import { isDeepStrictEqual } from 'node:util';

/** Opens the toolkit's modules by a loader of paths below src/tekton, such as `plan/graph.js`. */
export async function openKit(load) {
  const { loadTektonObjects } = await load('load-objects.js');
  const { replaceText, replaceValue, replaceList, texts } = await load('substitution/replace.js');

  /** Reads an object of a kind with this spec; names and API version are added. */
  const readObject = (kind, spec, metadata = { name: 'it' }) =>
    loadTektonObjects([
      {
        file: 'table',
        text: JSON.stringify({ apiVersion: apiVersionOf(kind), kind, metadata, spec: spec ?? {} }),
      },
    ]);
  const readTask = (spec) => readObject('Task', spec).tasks.get('it').spec;
  const readPipeline = (spec) => readObject('Pipeline', spec).pipelines.get('it').spec;
  const readPipelineRun = (run) =>
    readObject('PipelineRun', run.spec, { name: 'run', ...run.metadata }).pipelineRuns[0];
  const readTaskRun = (run) => readObject('TaskRun', run.spec, { name: 'run', ...run.metadata }).taskRuns[0];
  const { readDocuments } = await load('read/documents.js');
  const { readTaskSpec } = await load('read/task.js');
  /** The findings in the spec of a task that may stand in anything. */
  const readAlone = (spec) => {
    const findings = [];
    const [document] = readDocuments(
      [{ file: 'table', text: JSON.stringify({ kind: 'Task', spec }) }],
      findings,
    );
    readTaskSpec(document.at('spec'), { params: 'unknown', workspaces: [] });
    return { findings };
  };
  /** A task of a pipeline, which may lack what a whole one must have. */
  const readPipelineTask = (task) => readPipeline({ tasks: [task] }).tasks[0];
  const readParams = (params) => readPipelineTask({ name: 't', params: params ?? [] }).params;
  const readParamSpecs = (params) => readTask({ params: params ?? [] }).params;
  const valueOf = (value) => readParams([{ name: 'p', value: value ?? '' }])[0].value;

  return {
    ...{
      load,
      loadTektonObjects,
      readObject,
      readAlone,
      readTask,
      readPipeline,
      readPipelineRun,
      readTaskRun,
      readPipelineTask,
    },
    ...{ readParams, readParamSpecs, valueOf, replaceText, replaceValue, replaceList, texts },
    /** Replacements as Tekton gives them: texts, arrays and objects by key. */
    replacementsOf: (strings, arrays, objects) => ({
      texts: new Map(Object.entries(strings ?? {})),
      arrays: new Map(Object.entries(arrays ?? {}).map(([key, items]) => [key, items ?? []])),
      objects: new Map(Object.entries(objects ?? {})),
    }),
  };
}

function apiVersionOf(kind) {
  return kind === 'StepAction' ? 'tekton.dev/v1beta1' : 'tekton.dev/v1';
}

/** Undefined when both are the same but for places and what was written, else what differs. */
export function differ(got, want) {
  const [mine, theirs] = [plain(got), plain(want)];
  if (isDeepStrictEqual(mine, theirs)) return undefined;
  const [path, a, b] = firstDifference(mine, theirs, '');
  return `${path ? `${path}: ` : ''}got ${print(a)}, want ${print(b)}`;
}

function firstDifference(a, b, path) {
  const both =
    typeof a === 'object' && typeof b === 'object' && a && b && Array.isArray(a) === Array.isArray(b);
  if (!both) return [path, a, b];
  const key = [...new Set([...Object.keys(a), ...Object.keys(b)])].find(
    (one) => !isDeepStrictEqual(a[one], b[one]),
  );
  return key === undefined ? [path, a, b] : firstDifference(a[key], b[key], path ? `${path}.${key}` : key);
}

/** The same, whatever the order of the items. */
export function differInAnyOrder(got, want) {
  const sorted = (items) => [...(items ?? [])].map((item) => JSON.stringify(plain(item))).sort();
  return differ(sorted(got), sorted(want));
}

function plain(value) {
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Map) return plain(Object.fromEntries(value));
  if (typeof value !== 'object' || value === null) return value ?? undefined;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, item]) => item !== undefined && !['place', 'source', 'pathNeeds'].includes(key))
      .map(([key, item]) => [key, plain(item)])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function print(value) {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 400 ? `${text.slice(0, 400)}…` : text;
}

/** The error that a call gave back, or undefined. */
export function errorOf({ results }) {
  const last = results.at(-1);
  return last && typeof last === 'object' && 'error' in last ? last : undefined;
}
