// What Tekton puts into tasks and pipelines before they run, and what it checks of their parameters.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { differ, errorOf } from './kit.js';

const place = { file: 'table' };
const at = { what: 'It', place };

export async function compareApply(kit) {
  const { load, readTask, readPipeline, readPipelineRun, readTaskRun, readParams, readParamSpecs } = kit;
  const { replacementsOf, texts, replaceText } = kit;
  const { bindParams } = await load('plan/bind-params.js');
  const { bindTaskParams } = await load('plan/bind-task-params.js');
  const { bindWorkspaces } = await load('plan/bind-workspaces.js');
  const { checkIndices, checkSpecIndices } = await load('plan/check-indices.js');
  const { checkTaskRunSpecs } = await load('plan/check-task-run-specs.js');
  const { checkStepResults } = await load('plan/put-in-step-actions.js');
  const { replaceSource } = await load('substitution/replace-source.js');
  const { replaceTask, replacePipelineSpec } = await load('substitution/replace-task.js');
  const { paramReplacements, resultReplacements, taskParamReplacements } = await load(
    'substitution/param-replacements.js',
  );
  const { putInActionParams, replaceTaskVariables } = await load('run/task-variables.js');
  const { readResults } = await load('run/task-results.js');

  const bind = (declared, given, isClosed = false) =>
    bindParams(readParamSpecs(declared), readParams(given), { ...at, isClosed });
  const bindTask = (declared, given) => bindTaskParams(readParamSpecs(declared), readParams(given));
  /** Both refuse, or both accept; ours for one of the reasons when they are given. */
  const refusal = (call, findings, reasons) => {
    const mine = findings.filter(
      ({ severity, reason }) => severity === 'error' && (!reasons || reasons.includes(reason)),
    );
    if (mine.length > 0 === Boolean(errorOf(call))) return undefined;
    return `got ${mine.map(({ message }) => message).join('; ') || 'no fault'}, want ${errorOf(call)?.error ?? 'none'}`;
  };

  const seen = {
    results: '/tekton/results',
    step: (name) => ({
      results: `/tekton/steps/step-${name}/results`,
      exitCode: `/tekton/steps/step-${name}/exitCode`,
    }),
  };
  /** The task with all its variables put in, whose values are those of a Pod. */
  const putIn = (
    spec,
    { run, taskName = '', workspaces = new Map(), workspaceNames = [], credentials = seen.credentials } = {},
  ) =>
    replaceTaskVariables(
      { name: 't', taskName, spec: readTask(spec), params: [], workspaces: [], place },
      {
        taskRun: {
          name: run?.metadata?.name ?? '',
          namespace: run?.metadata?.namespace ?? '',
          uid: run?.metadata?.uid ?? '',
        },
        retryCount: run?.status?.retriesStatus?.length ?? 0,
        folders: { seen: { ...seen, credentials }, hasRealPaths: true },
        workspaceNames,
        workspaces,
      },
    ).spec;
  const bindingsOf = (workspaces) =>
    readTaskRun({
      spec: {
        workspaces: (workspaces ?? []).map((one) => ({
          name: 'w',
          ...one,
          ...(one.name ? {} : { name: 'w' }),
        })),
      },
    }).workspaces;
  const replaceBindings = (workspaces, replacements) => {
    const inText = (text) => replaceText(text, replacements);
    return bindingsOf(workspaces).map((one) => ({
      ...one,
      subPath: one.subPath && inText(one.subPath),
      source: replaceSource(one.source, inText),
    }));
  };
  const unsupportedSource = /"csi"|serviceAccountToken/;
  const compareBindings = (given, replacements, want) =>
    unsupportedSource.test(JSON.stringify(given))
      ? {
          outside:
            'a source that needs a cluster (CSI, tokens of a ServiceAccount), which is refused by name',
        }
      : differ(replaceBindings(given, replacements), bindingsOf(want));

  const task = {
    ApplyParameters: ({ arguments: [spec, run, defaults], results }) =>
      differ(
        replaceTask(readTask(spec), taskParamReplacements(bindTask(defaults, run.spec?.params))),
        readTask(results[0]),
      ),
    ApplyContexts: ({ arguments: [spec, name, run], results }) =>
      differ(putIn(spec, { run, taskName: name }), readTask(results[0])),
    ApplyResults: ({ arguments: [spec], results }) => differ(putIn(spec), readTask(results[0])),
    ApplyStepExitCodePath: ({ arguments: [spec], results }) => differ(putIn(spec), readTask(results[0])),
    ApplyWorkspaces: ({ arguments: [, spec, declared, bindings], results }) => {
      const names = (declared ?? []).map(({ name }) => name);
      const open = names
        .filter(
          (name) =>
            !declared.find((one) => one.name === name).optional || bindings?.some((one) => one.name === name),
        )
        .map((name) => {
          const declaration = declared.find((one) => one.name === name);
          const [binding] = bindingsOf((bindings ?? []).filter((one) => one.name === name));
          return [
            name,
            { path: declaration.mountPath || `/workspace/${name}`, binding: binding ?? { source: {} } },
          ];
        });
      return differ(putIn(spec, { workspaces: new Map(open), workspaceNames: names }), readTask(results[0]));
    },
    ApplyCredentialsPath: ({ arguments: [spec, path], results }) =>
      differ(putIn(spec, { credentials: path }), readTask(results[0])),
    ApplyArtifacts: () => ({ outside: 'artifacts are an alpha feature, and refused by name' }),
    ApplyParametersToWorkspaceBindings: ({ arguments: [spec, run], results }) =>
      compareBindings(
        run.spec.workspaces,
        taskParamReplacements(bindTask(spec.params, run.spec.params)),
        results[0].spec.workspaces,
      ),
    applyStepActionParameters: (call) => {
      const [step, spec, run, stepParams, defaults] = call.arguments;
      if (errorOf(call)) {
        const { findings } = bind(defaults, stepParams, true);
        return refusal(call, [...findings, ...checkStepResults(readParams(stepParams))]);
      }
      const read = readTask({ steps: [{ name: 's', ...step }] }).steps[0];
      const outer = taskParamReplacements(bindTask(spec?.params, run.spec?.params));
      const full = { ...read, params: readParams(stepParams), actionParams: readParamSpecs(defaults) };
      const { params: _, actionParams: __, ...got } = putInActionParams(full, outer);
      const { params: ___, ...want } = readTask({ steps: [{ name: 's', ...call.results[0] }] }).steps[0];
      return differ(got, want);
    },
    ValidateParamArrayIndex: (call) => {
      const [spec, params] = call.arguments;
      return refusal(call, checkSpecIndices(readTask(spec), bind(spec.params, params).values));
    },
  };

  const taskRun = {
    ValidateResolvedTask: (call) => {
      const [, params, matrix, resolved] = call.arguments;
      const included = (matrix?.include ?? []).flatMap((one) => one.params ?? []);
      const each = [...(matrix?.params ?? []), ...included].map(({ name, value }) => ({
        name,
        value: included.some((one) => one.name === name) ? value : '$()',
      }));
      const { findings } = bind(resolved.TaskSpec.params, [...(params ?? []), ...each]);
      return refusal(call, findings);
    },
    ValidateEnumParam: (call) => {
      const [, params, specs] = call.arguments;
      return refusal(call, bind(specs, params).findings, ['InvalidParamValue']);
    },
    validateTaskRunResults: async (call) => {
      const [run, resolved] = call.arguments;
      const folder = mkdtempSync(join(tmpdir(), 'bitiq-results-'));
      try {
        for (const { name, value } of run.status.results ?? [])
          writeFileSync(join(folder, name), typeof value === 'string' ? value : JSON.stringify(value));
        const results = [...(run.spec.taskSpec?.results ?? []), ...(resolved?.results ?? [])];
        const declared = readTask({ results }).results;
        const { fault } = await readResults(folder, declared);
        return refusal(call, fault ? [{ severity: 'error', message: fault.message }] : []);
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  };

  const comparePipelines = (spec, replacements, want) => {
    // What onError becomes is read again only when the run is planned.
    const known = (task) => ({ ...task, onError: task.onError === 'continue' ? 'continue' : 'stopAndFail' });
    const got = replacePipelineSpec(readPipeline(spec), replacements);
    return differ({ ...got, tasks: got.tasks.map(known) }, readPipeline(want));
  };
  const contexts = (name, { metadata }) => [
    ['context.pipelineRun.name', metadata?.name ?? ''],
    ['context.pipelineRun.namespace', metadata?.namespace ?? ''],
    ['context.pipelineRun.uid', metadata?.uid ?? ''],
    ['context.pipeline.name', name],
  ];
  const resultsOf = (all) =>
    Object.entries(all ?? {}).flatMap(([name, list]) =>
      list.map((one) => ({ task: name, result: one.name, value: kit.valueOf(one.value) })),
    );
  const pipeline = {
    ApplyParameters: (call) => {
      const [spec, run] = call.arguments;
      const { values, findings } = bind(spec.params, run.spec?.params, true);
      if (errorOf(call)) return refusal(call, findings, ['PipelineValidationFailed', 'ParameterMissing']);
      return comparePipelines(spec, paramReplacements(values), call.results[0]);
    },
    ApplyContexts: ({ arguments: [spec, name, run], results }) =>
      comparePipelines(spec, texts(contexts(name, run)), results[0]),
    ApplyWorkspaces: ({ arguments: [spec, run], results }) => {
      const read = readPipeline(spec);
      const { bound } = bindWorkspaces(read.workspaces, readPipelineRun(run), (text) => text);
      return comparePipelines(spec, texts(bound), results[0]);
    },
    ApplyParametersToWorkspaceBindings: ({ arguments: [run], after }) =>
      compareBindings(
        run.spec.workspaces,
        paramReplacements(bind([], run.spec.params).values),
        after[0].spec.workspaces,
      ),
    ApplyResultsToWorkspaceBindings: ({ arguments: [all, run], after }) =>
      compareBindings(run.spec.workspaces, resultReplacements(resultsOf(all)), after[1].spec.workspaces),
    ValidateParamTypesMatching: (call) => {
      const [spec, run] = call.arguments;
      return refusal(call, bind(spec.params, run.spec.params).findings, ['ParameterTypeMismatch']);
    },
    ValidateRequiredParametersProvided: ({ arguments: [declared, given], ...call }) =>
      refusal(call, bind(declared, given).findings, ['ParameterMissing']),
    ValidateObjectParamRequiredKeys: ({ arguments: [declared, given], ...call }) =>
      refusal(call, bind(declared, given).findings, ['ObjectParameterMissKeys', 'ParameterMissing']),
    ValidateParamArrayIndex: (call) => {
      const [spec, params] = call.arguments;
      const { values } = bind(spec.params, params);
      const { tasks, finally: lastly } = replacePipelineSpec(readPipeline(spec), paramReplacements(values));
      return refusal(
        call,
        [...tasks, ...lastly].flatMap((one) => checkIndices(one, values)),
      );
    },
    ValidateWorkspaceBindings: (call) => {
      const [spec, run] = call.arguments;
      return refusal(
        call,
        bindWorkspaces(readPipeline(spec).workspaces, readPipelineRun(run), (text) => text).findings,
      );
    },
    ValidateTaskRunSpecs: (call) => {
      const [spec, run] = call.arguments;
      return refusal(call, checkTaskRunSpecs(readPipelineRun(run), readPipeline(spec)));
    },
  };
  const workspace = {
    ReplaceWorkspaceBindingsVars: ({ arguments: [bindings, strings], results }) =>
      compareBindings(bindings, replacementsOf(strings), results[0]),
    ValidateBindings: (call) => {
      const [, declared, bindings] = call.arguments;
      const read = readTask({ workspaces: declared ?? [] }).workspaces;
      const run = readTaskRun({ spec: { workspaces: bindings ?? [] } });
      const all = bindWorkspaces(read, run, (text) => text).findings;
      // Of bindings that nothing declares, a warning is given: a run of a pipeline may have more than a task needs.
      return refusal(call, [
        ...all.map((one) => ({ ...one, severity: 'error' })),
        ...kit.readObject('TaskRun', { taskRef: { name: 't' }, workspaces: bindings ?? [] }).findings,
      ]);
    },
  };
  const withPackage = (name, all) =>
    Object.fromEntries(Object.entries(all).map(([key, one]) => [`${name}:${key}`, one]));
  return {
    ...withPackage('pkg/reconciler/taskrun/resources', task),
    ...withPackage('pkg/reconciler/taskrun', taskRun),
    ...withPackage('pkg/reconciler/pipelinerun/resources', pipeline),
    ...withPackage('pkg/workspace', workspace),
  };
}
