// Parameters, matrices, when expressions, references to results and defaults of Tekton's types.
import { differ, differInAnyOrder, errorOf } from './kit.js';

export async function compareValues(kit) {
  const { load, readTask, readPipeline, readPipelineTask, readPipelineRun, readTaskRun, readParams } = kit;
  const { readParamSpecs, replaceValue, replacementsOf, valueOf } = kit;
  const { countCombinations, fanOut } = await load('plan/fan-out.js');
  const { planTimeouts } = await load('plan/timeouts.js');
  const { resultReferencesOf } = await load('plan/result-references.js');
  const { replacePipelineTask } = await load('substitution/replace-task.js');
  const { parseResultReference, variablesOf } = await load('substitution/variables.js');
  const { allHold } = await load('run/when.js');

  const matrixOf = (matrix) => readPipelineTask({ name: 't', matrix: matrix ?? undefined }).matrix;
  const whenOf = (when) => readPipelineTask({ name: 't', when: when ?? [] }).when;
  const withoutPlaces = (params) => params.map(({ name, value }) => ({ name, value }));
  const replaceWhen = (when, strings, arrays) =>
    replacePipelineTask({ params: [], workspaces: [], when: whenOf(when) }, replacementsOf(strings, arrays))
      .when;
  const referenceOf = ({ task, result, key, index }) => ({
    pipelineTask: task,
    result,
    property: key ?? '',
    resultsIndex: index === undefined || index === '*' ? null : Number(index),
  });
  const unique = (list) => [...new Map(list.map((one) => [JSON.stringify(one), one])).values()];
  const reread =
    (read) =>
    ({ arguments: [before, settings], after: [after] }) => {
      if (before === null) return undefined;
      const why = differ(read(before), read(after));
      const isOther = Object.keys(settings ?? {}).length > 0;
      return why && isOther
        ? { outside: `only with other settings, ${JSON.stringify(settings)}: ${why}` }
        : why;
    };
  const milliseconds = (duration) => (duration === null ? undefined : Math.round(duration / 1e6));
  const limit =
    (part) =>
    ({ arguments: [run], results }) => {
      const { timeouts } = readPipelineRun(run);
      if (timeouts.pipeline === undefined)
        return { outside: 'a run without timeouts.pipeline, which the defaults of admission always write' };
      return differ(planTimeouts({ timeouts })[part], durationOf(results[0]) ?? 0);
    };
  const { parseDuration } = await load('read/duration.js');
  const durationOf = (value) =>
    typeof value === 'string' ? parseDuration(value) : (milliseconds(value?.Duration ?? null) ?? undefined);
  const effective = (run) => ({
    ...run,
    timeouts: run.timeouts && planTimeouts(run),
    timeout: run.timeout ?? '1h0m0s',
    serviceAccount: run.serviceAccount || 'default',
    labels: {},
  });

  return Object.fromEntries(
    Object.entries({
      'Matrix.FanOut': ({ arguments: [matrix], results }) =>
        differ(
          matrix ? fanOut(matrixOf(matrix)) : [],
          (results[0] ?? []).map((one) => one.map(({ name, value }) => ({ name, value }))),
        ),
      'Matrix.CountCombinations': ({ arguments: [matrix], results }) =>
        differ(matrix ? countCombinations(matrixOf(matrix)) : 0, results[0]),
      'Matrix.HasParams': ({ arguments: [matrix], results }) =>
        differ((matrixOf(matrix)?.params.length ?? 0) > 0, results[0]),
      'Matrix.HasInclude': ({ arguments: [matrix], results }) =>
        differ((matrixOf(matrix)?.include.length ?? 0) > 0, results[0]),
      'Matrix.GetAllParams': ({ arguments: [matrix], results }) => {
        const read = matrixOf(matrix);
        const all = read ? [...read.params, ...read.include.flatMap(({ params }) => params)] : [];
        return differ(withoutPlaces(all), withoutPlaces(readParams(results[0])));
      },
      'PipelineTask.IsMatrixed': ({ arguments: [task], results }) => {
        const matrix = readPipelineTask({ name: 't', ...task }).matrix;
        return differ((matrix?.params.length ?? 0) + (matrix?.include.length ?? 0) > 0, results[0]);
      },
      'ParamValue.ApplyReplacements': ({ arguments: [value, ...all], after }) =>
        differ(replaceValue(valueOf(value), replacementsOf(...all)), valueOf(after[0])),
      'ParamValue.UnmarshalJSON': (call) => {
        const [, text] = call.arguments;
        if (errorOf(call)) return undefined;
        const given = text === '' ? '""' : text;
        if (!isJson(given)) return { outside: 'a text that is no JSON, which no file holds' };
        const { pipelines } = kit.loadTektonObjects([
          {
            file: 'table',
            text: `{"apiVersion":"tekton.dev/v1","kind":"Pipeline","metadata":{"name":"it"},"spec":{"tasks":[{"name":"t","params":[{"name":"p","value":${given}}]}]}}`,
          },
        ]);
        return differ(pipelines.get('it').spec.tasks[0].params[0].value, valueOf(call.after[0]));
      },
      'Params.ReplaceVariables': ({ arguments: [params, ...all], results }) =>
        differ(
          readParams(params).map((param) => ({
            ...param,
            value: replaceValue(param.value, replacementsOf(...all)),
          })),
          readParams(results[0]),
        ),
      'WhenExpressions.AllowsExecution': ({ arguments: [when], results }) =>
        differ(allHold(whenOf(when)), results[0]),
      'WhenExpressions.ReplaceVariables': ({ arguments: [when, ...all], results }) =>
        differ(replaceWhen(when, ...all), whenOf(results[0])),
      'WhenExpression.applyReplacements': ({ arguments: [when, ...all], results }) =>
        differ(replaceWhen([when], ...all), whenOf([results[0]])),
      NewResultRefs: ({ arguments: [expressions], results }) =>
        differ(
          (expressions ?? []).map(parseResultReference).filter(Boolean).map(referenceOf),
          results[0] ?? [],
        ),
      LooksLikeContainsResultRefs: ({ arguments: [expressions], results }) =>
        differ(
          (expressions ?? []).some((key) => parseResultReference(key) !== undefined),
          results[0],
        ),
      ParseResultName: ({ arguments: [text], results: [name, index] }) => {
        const reference = parseResultReference(`tasks.t.results.${text}`);
        return differ([reference?.result, reference?.index ?? ''], [name, index]);
      },
      PipelineTaskResultRefs: ({ arguments: [given], results }) => {
        const task = readPipelineTask({ name: 't', ...given });
        return differInAnyOrder(
          unique(resultReferencesOf(task, task.taskSpec).map(referenceOf)),
          unique(results[0]),
        );
      },
      'PipelineTaskList.Deps': ({ arguments: [tasks], results }) => {
        const names = (tasks ?? []).map((task) => {
          const read = readPipelineTask(task);
          const before = [
            ...read.runAfter,
            ...resultReferencesOf(read, read.taskSpec).map((one) => one.task),
          ];
          return [read.name, [...new Set(before)].sort()];
        });
        return differ(Object.fromEntries(names.filter(([, before]) => before.length > 0)), results[0] ?? {});
      },
      'PipelineResult.GetVarSubstitutionExpressions': ({ arguments: [result], results }) => {
        const value = valueOf(result.value);
        const texts = typeof value === 'string' ? [value] : Object.values(value);
        return differInAnyOrder(texts.flatMap(variablesOf), results[0]);
      },
      'ParamSpec.SetDefaults': reread((spec) => readParamSpecs([spec])),
      'TaskResult.SetDefaults': reread((result) => readTask({ results: [result] }).results),
      'StepResult.SetDefaults': reread(
        (result) => readTask({ steps: [{ results: [result] }] }).steps[0].results,
      ),
      'Task.SetDefaults': reread(({ spec }) => readTask(spec)),
      'TaskSpec.SetDefaults': reread(readTask),
      'Pipeline.SetDefaults': reread(({ spec }) => readPipeline(spec)),
      'PipelineSpec.SetDefaults': reread(readPipeline),
      'PipelineTask.SetDefaults': reread(readPipelineTask),
      'TaskRun.SetDefaults': reread((run) => effective(readTaskRun(run))),
      'TaskRunSpec.SetDefaults': reread((spec) => effective(readTaskRun({ spec }))),
      'PipelineRun.SetDefaults': reread((run) => effective(readPipelineRun(run))),
      'PipelineRunSpec.SetDefaults': reread((spec) => effective(readPipelineRun({ spec }))),
      MergeStepsWithStepTemplate: ({ arguments: [stepTemplate, steps], results }) =>
        steps.some((step) => step.ref)
          ? {
              outside:
                'a step with a StepAction: the template lies under it from the start, not when the action is known',
            }
          : differ(
              readTask({ steps, ...(stepTemplate ? { stepTemplate } : {}) }).steps,
              readTask({ steps: results[0] }).steps,
            ),
      'PipelineRun.TasksTimeout': limit('tasks'),
      'PipelineRun.FinallyTimeout': limit('finally'),
    }).map(([name, one]) => [`pkg/apis/pipeline/v1:${name}`, one]),
  );
}

function isJson(text) {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
