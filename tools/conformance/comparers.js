// What this toolkit does with a row of a table of Tekton's tests: undefined when it agrees, else what differs.
import { isDeepStrictEqual } from 'node:util';
import { join } from 'node:path';

export async function comparers(modules) {
  const load = (path) => import(join(modules, 'tekton', path));
  const { replaceText, replaceList, texts } = await load('substitution/replace.js');
  const { replacePipelineTask } = await load('substitution/replace-task.js');
  const { countCombinations, fanOut } = await load('plan/fan-out.js');
  const { findCircle } = await load('plan/graph.js');
  const { planPipelineRun } = await load('plan/plan-pipeline-run.js');
  const { loadTektonObjects } = await load('load-objects.js');
  const { allHold } = await load('run/when.js');
  const { bindEvent, evaluateExpression, findExpressions } = await load('triggers/bind-event.js');
  const { fillText } = await load('triggers/fill-template.js');

  const place = { file: 'table' };
  const differ = (got, want) =>
    isDeepStrictEqual(got, want) ? undefined : `got ${JSON.stringify(got)}, want ${JSON.stringify(want)}`;
  const fails = (action) => {
    try {
      return `got ${JSON.stringify(action())}, want an error`;
    } catch {
      return undefined;
    }
  };
  const valueOf = ({ Type, StringVal, ArrayVal, ObjectVal }) =>
    Type === 'array' || ArrayVal?.length > 0
      ? (ArrayVal ?? [])
      : Type === 'object'
        ? (ObjectVal ?? {})
        : StringVal;
  const paramsOf = (params) =>
    (params ?? []).map(({ Name, Value }) => ({ name: Name, value: valueOf(Value), place }));
  const matrixOf = ({ Params, Include }) => ({
    params: paramsOf(Params),
    include: (Include ?? []).map((item) => ({ name: item.Name, params: paramsOf(item.Params) })),
  });
  const whenOf = ({ Input, Operator, Values, CEL }) => ({
    input: Input,
    operator: Operator,
    values: Values ?? [],
    ...(CEL ? { cel: CEL } : {}),
  });
  const arraysOf = (arrays) => new Map(Object.entries(arrays ?? {}));
  const textsOf = (entries) => texts(Object.entries(entries ?? {}));

  const substitution = ({ args, expectedOutput, original, replacements, arrayReplacements, expected }) => {
    if (args) return differ(replaceText(args.input, textsOf(args.replacements)), expectedOutput);
    const all = { ...textsOf(replacements), arrays: arraysOf(arrayReplacements) };
    const task = { params: [], workspaces: [], when: [whenOf(original)] };
    return differ(replacePipelineTask(task, all).when[0], whenOf(expected));
  };

  /** The tasks of a Pipeline as a PipelineRun that only has to be planned. */
  const planTasks = (tasks) => {
    const written = tasks.map((task) => ({
      name: task.Name,
      runAfter: task.RunAfter ?? [],
      params: (task.Params ?? []).map(({ Name, Value }, index) => ({
        name: Name || `p${index}`,
        value: valueOf(Value),
      })),
      when: (task.When ?? []).map((one) => ({
        input: one.Input,
        operator: one.Operator || 'in',
        values: one.Values ?? [],
      })),
      taskSpec: {
        results: (task.TaskSpec?.TaskSpec?.Results ?? []).map(({ Name }) => ({ name: Name })),
        steps: [{ name: 's', script: 'true' }],
      },
    }));
    const run = {
      apiVersion: 'tekton.dev/v1',
      kind: 'PipelineRun',
      metadata: { name: 'r' },
      spec: { pipelineSpec: { tasks: written } },
    };
    const objects = loadTektonObjects([{ file: 'table', text: JSON.stringify(run) }]);
    return planPipelineRun(objects, objects.pipelineRuns[0], { name: 'r', uid: 'u' });
  };

  const template = { params: [], resources: [], escapesQuotes: false };
  const eventOf = ({ header, body, extensions }) => ({
    header: Object.fromEntries(Object.entries(header ?? {}).map(([key, values]) => [key, values.join(',')])),
    body: body ? JSON.parse(body) : null,
    extensions: extensions ?? {},
    context: { eventID: '1234567' },
  });
  const bind = (row, params) => {
    const bound = bindEvent(
      (params ?? []).map(({ Name, Value }) => ({ name: Name, value: Value })),
      template,
      eventOf(row),
    );
    return [...bound].map(([Name, Value]) => ({ Name, Value }));
  };
  const byName = (list) => [...(list ?? [])].sort((a, b) => (a.Name < b.Name ? -1 : 1));
  const fill = (resource, params, escapesQuotes, uid = '$(uid)') =>
    fillText(resource, new Map(params.map(({ Name, Value }) => [Name, Value])), escapesQuotes, uid);

  return {
    'pipeline:TestApplyReplacements': substitution,
    'pipeline:TestApplyArrayReplacements': ({ args, expectedOutput }) => {
      const all = { ...textsOf(args.stringReplacements), arrays: arraysOf(args.arrayReplacements) };
      return differ(replaceList([args.input], all), expectedOutput);
    },
    'pipeline:TestAllowsExecution': ({ whenExpressions, expected }) =>
      differ(allHold((whenExpressions ?? []).map(whenOf)), expected),
    'pipeline:TestMatrix_FanOut': ({ matrix, want }) =>
      differ(
        fanOut(matrixOf(matrix)),
        (want ?? []).map((one) => one.map(({ Name, Value }) => ({ name: Name, value: valueOf(Value) }))),
      ),
    'pipeline:TestPipelineTask_CountCombinations': ({ matrix, want }) =>
      differ(countCombinations(matrixOf(matrix)), want),
    'pipeline:TestFindCyclesInDependencies': ({ deps, err }) =>
      differ(
        findCircle(new Map(Object.entries(deps).map(([name, names]) => [name, names ?? []]))) !== undefined,
        err !== '',
      ),
    'pipeline:TestBuild_InvalidDAG': ({ spec }) =>
      planTasks(spec.Tasks ?? []).findings.some(({ severity }) => severity === 'error')
        ? undefined
        : 'got no fault',
    'triggers:TestParseJSONPath': ({ expr, in: data, want }) =>
      differ(evaluateExpression(expr.slice(2, -1), JSON.parse(data)), want.replaceAll(' ', '')),
    'triggers:TestParseJSONPath_Error': (expr) =>
      fails(() => {
        const [found] = findExpressions(expr);
        if (!found) throw new Error('no expression');
        return evaluateExpression(found.path, { body: { key: 'val' } });
      }),
    'triggers:TestTektonJSONPathExpression': ({ expr, want }) =>
      differ(
        evaluateExpression(findExpressions(expr)[0].path, { metadata: { name: 'found' } }),
        want === '' ? '' : 'found',
      ),
    'triggers:TestTektonJSONPathExpression_Error': (expr) =>
      fails(() => {
        const [found] = findExpressions(expr);
        if (!found) throw new Error('no expression');
        return evaluateExpression(found.path, { foo: { bar: 1 }, asd: 1, metadata: { name: 1 } });
      }),
    'triggers:TestRelaxedJSONPathExpression': ({ expr, want }) =>
      differ(evaluateExpression(expr, { metadata: { name: 'found' } }), want === '' ? '' : 'found'),
    'triggers:TestRelaxedJSONPathExpression_Error': (expr) =>
      fails(() => evaluateExpression(expr, { foo: { bar: 1 } })),
    'triggers:TestFindTektonExpressions': ({ in: text, want, original }) => {
      const found = findExpressions(text);
      return (
        differ(
          found.map(({ path }) => `$(${path})`),
          want ?? [],
        ) ??
        differ(
          found.map((one) => one.original),
          original ?? [],
        )
      );
    },
    'triggers:TestApplyEventValuesToParams': (row) => differ(byName(bind(row, row.params)), byName(row.want)),
    'triggers:TestApplyEventValuesToParams_Error': (row) => fails(() => bind(row, row.params)),
    'triggers:Test_applyParamToResourceTemplate': ({ args, oldEscape, want }) =>
      differ(fill(args.rt, [args.param], oldEscape), want),
    'triggers:Test_ApplyParamsToResourceTemplate': ({ args, oldEscape, want }) =>
      differ(fill(args.rt, args.params ?? [], oldEscape), want),
    'triggers:Test_escapeTektonVariables': ({ input, want }) =>
      differ(fill('$(tt.params.p)', [{ Name: 'p', Value: input }], false), want),
    'triggers:Test_ApplyUIDToResourceTemplate': ({ rt, expectedRt }) =>
      differ(fill(rt, [], false, 'abcde'), expectedRt),
  };
}
