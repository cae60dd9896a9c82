// The results that the tasks of a run take from each other, and what is checked of them.
import { differ, differInAnyOrder, errorOf } from './kit.js';
import { outsideCustom } from './states.js';

const place = { file: 'table' };

export async function compareResults(kit, states) {
  const { load, readPipeline, readTask, readPipelineTask, readParams, readParamSpecs, valueOf, texts } = kit;
  const { isForeign, resultStates, stateMap, stateOf, taskOf, withResults } = states;
  const { replacePipelineTask, replaceTask } = await load('substitution/replace-task.js');
  const { resultReplacements } = await load('substitution/param-replacements.js');
  const { parseResultReference } = await load('substitution/variables.js');
  const { checkEnums } = await load('plan/check-enums.js');
  const { checkResults, checkTask } = await load('plan/check-task.js');
  const { childName, taskRunNames } = await load('plan/child-name.js');
  const { matrixVariables, resultOf } = await load('run/task-state.js');
  const { pipelineResults } = await load('run/pipeline-results.js');

  const isWrong = ({ index, key }, value) =>
    value === undefined ||
    (index !== undefined && index !== '*' && (!Array.isArray(value) || Number(index) >= value.length)) ||
    (key !== undefined && (typeof value === 'string' || !(key in value)));
  const byTask = (list) => [
    ...new Map(list.map((one) => [JSON.stringify([one.task, one.result]), one])).values(),
  ];
  /** Whether a task of another kind takes results, or its results are taken. */
  const isAbout = (all, targets) => {
    const names = targets.flatMap((one) => taskOf(one).results.map(({ task }) => task));
    return (
      targets.some(isForeign) || all.some((one) => isForeign(one) && names.includes(one.PipelineTask?.name))
    );
  };
  const resolve = (call) => {
    const [all, targets] = call.arguments;
    const list = Array.isArray(targets) ? targets : [targets];
    if (isAbout(all, list)) return outsideCustom;
    const known = stateMap(all);
    const found = list
      .flatMap((one) => taskOf(one).results)
      .map((reference) => [reference, resultOf(known.get(reference.task), reference.result)]);
    if (errorOf(call))
      return found.some(([reference, value]) => isWrong(reference, value))
        ? undefined
        : `got all results, want ${errorOf(call).error}`;
    const got = found.map(([{ task, result }, value]) => ({ task, result, value }));
    return differInAnyOrder(byTask(got), byTask(resolvedOf(call.results[0])));
  };
  const resolvedOf = (references) =>
    (references ?? []).map(({ ResultReference: from, Value }) => ({
      task: from.pipelineTask,
      result: from.result,
      value: valueOf(Value),
    }));
  const refuses = (call, findings) =>
    findings.length > 0 === Boolean(errorOf(call))
      ? undefined
      : `got ${findings.map(({ message }) => message).join('; ') || 'no fault'}, want ${errorOf(call)?.error ?? 'none'}`;
  const readResults = (results) => readPipeline({ tasks: [], results: results ?? [] }).results;
  const pipelineOf = (results) => ({
    results: readResults(results),
    workspaces: [],
    tasks: [],
    finally: [],
    place,
  });
  const isKnown = (name) => ({ outside: `${name} that the status of a run already has` });

  return {
    ApplyTaskResults: ({ arguments: [targets, references], after }) => {
      const replacements = resultReplacements(resolvedOf(references));
      const got = targets.map((one) => replacePipelineTask(readPipelineTask(one.PipelineTask), replacements));
      // A reference to a Task is looked up when the run is planned, before there are results.
      const bare = (tasks) => tasks.map((task) => ({ ...task, taskRef: undefined }));
      return differ(bare(got), bare(after[0].map((one) => readPipelineTask(one.PipelineTask))));
    },
    ApplyPipelineTaskContexts: ({ arguments: [task, status, facts], results }) => {
      const read = readPipelineTask({ name: 't', ...task });
      const declared = (status?.pipelineSpec?.tasks ?? []).map((PipelineTask) => stateOf({ PipelineTask }));
      const ran = (facts?.State ?? []).map((one) => stateOf(withResults(one)));
      const retries = ['context.pipelineTask.retries', String(read.retries)];
      const all = texts([retries, ...matrixVariables([...declared, ...ran])]);
      return differ(replacePipelineTask(read, all), readPipelineTask({ name: 't', ...results[0] }));
    },
    ApplyPipelineTaskStateContext: ({ arguments: [all, strings], after }) =>
      differ(
        all.map((one) =>
          replacePipelineTask(readPipelineTask(one.PipelineTask), texts(Object.entries(strings))),
        ),
        after[0].map((one) => readPipelineTask(one.PipelineTask)),
      ),
    PropagateResults: ({ arguments: [one, all], after }) => {
      const spec = one.ResolvedTask?.TaskSpec;
      if (!spec) return undefined;
      const results = all.flatMap((from) =>
        (from.TaskRuns ?? []).flatMap((run) =>
          (run.status?.results ?? []).map((result) => ({
            task: from.PipelineTask.name,
            result: result.name,
            value: valueOf(result.value),
          })),
        ),
      );
      const got = replaceTask(readTask(spec), resultReplacements(results));
      return differ(got, readTask(after[0].ResolvedTask.TaskSpec));
    },
    ApplyTaskResultsToPipelineResults: ({ arguments: [declared, all, custom, status], results }) => {
      if (Object.keys(custom ?? {}).length > 0) return outsideCustom;
      const known = resultStates(all);
      for (const [name, word] of Object.entries(status ?? {}))
        if (!known.has(name) && word !== 'Succeeded')
          known.set(name, { task: { name, results: [] }, phase: 'skipped', taskRuns: [] });
      const { results: got } = pipelineResults({ results: readResults(declared) }, known);
      return differInAnyOrder(
        got,
        (results[0] ?? []).map(({ name, value }) => ({ name, value: valueOf(value) })),
      );
    },
    createResultsCacheMatrixedTaskRuns: ({ arguments: [one], results }) => {
      const state = stateOf(one);
      const names = Object.keys(results[0] ?? {});
      return differ(Object.fromEntries(names.map((name) => [name, resultOf(state, name)])), results[0]);
    },
    ResolveResultRefs: resolve,
    ResolveResultRef: resolve,
    CheckMissingResultReferences: (call) => {
      const [all, target] = call.arguments;
      if (isAbout(all, [target])) return outsideCustom;
      const known = stateMap(all);
      const missing = taskOf(target).results.filter(({ task, result, index }) => {
        const value = resultOf(known.get(task), result);
        return value === undefined || (/^\d+$/.test(index ?? '') && Number(index) >= value.length);
      });
      return refuses(
        call,
        missing.map(({ result }) => ({ message: `no ${result}` })),
      );
    },
    ValidatePipelineTaskResults: (call) => {
      if (call.arguments[0].some(isForeign)) return outsideCustom;
      const tasks = call.arguments[0].map(taskOf);
      const names = tasks.map((task) => task.name);
      // That a task is there is checked when the Pipeline is read.
      const unknown = tasks.flatMap((task) => task.results.filter(({ task: name }) => !names.includes(name)));
      return refuses(call, [
        ...checkResults(tasks, [], pipelineOf([])),
        ...unknown.map(({ task }) => ({ message: `There is no task ${task}.` })),
      ]);
    },
    ValidatePipelineResults: (call) => {
      const [spec, all] = call.arguments;
      const tasks = (all ?? []).map(taskOf);
      const keys = readResults(spec.results).flatMap(
        ({ value }) => JSON.stringify(value).match(/(?<=\$\()[^)]*/g) ?? [],
      );
      const unknown = keys.flatMap((key) => {
        const reference = parseResultReference(key);
        return reference && !tasks.some((task) => task.name === reference.task) ? [{ message: key }] : [];
      });
      return refuses(call, [...checkResults(tasks, [], pipelineOf(spec.results)), ...unknown]);
    },
    ValidateOptionalWorkspaces: (call) => {
      const [workspaces, all] = call.arguments;
      const spec = readPipeline({ tasks: [], workspaces: workspaces ?? [] });
      const findings = all.flatMap((one) => checkTask(taskOf(one), spec, []));
      return refuses(
        call,
        findings.filter(({ reason }) => reason === 'InvalidWorkspaceBindings'),
      );
    },
    ValidateParameterTypesInMatrix: (call) => {
      const isWhole = (value) => Array.isArray(value) || /^\$\(.*\[\*\]\)$/.test(value);
      const findings = (call.arguments[0] ?? []).flatMap((one) => {
        const { matrix } = readPipelineTask({ name: 't', ...one.PipelineTask });
        const wrong = (matrix?.params ?? []).filter(({ value }) => !isWhole(value));
        const included = (matrix?.include ?? [])
          .flatMap(({ params }) => params)
          .filter(({ value }) => typeof value !== 'string');
        return [...wrong, ...included].map(({ name }) => ({ message: `${name} is of the wrong type` }));
      });
      return refuses(call, findings);
    },
    ValidateParamEnumSubset: (call) => {
      const [params, specs, resolved] = call.arguments;
      if (!resolved?.TaskSpec) return undefined;
      const ofTask = readParamSpecs(resolved.TaskSpec.params);
      return refuses(call, checkEnums(readParams(params), ofTask, readParamSpecs(specs)));
    },
    GetTaskRunName: ({ arguments: [references, task, run], results }) =>
      references?.some((one) => one.pipelineTaskName === task)
        ? isKnown('a name')
        : differ(childName(run, `-${task}`), results[0]),
    GetNamesOfTaskRuns: ({ arguments: [references, task, run, count], results }) =>
      references?.some((one) => one.pipelineTaskName === task)
        ? isKnown('names')
        : differ(taskRunNames(run, task, count), results[0]),
  };
}
