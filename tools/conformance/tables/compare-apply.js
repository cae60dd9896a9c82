// What Tekton puts into tasks and pipelines before they run.
import { differ } from './kit.js';

export async function compareApply(kit) {
  const { load, readTask, readPipeline, readPipelineRun, readTaskRun, readParams, readParamSpecs } = kit;
  const { readPipelineTask, replacementsOf, texts, valueOf } = kit;
  const { bindParams } = await load('plan/bind-params.js');
  const { replaceTask, replacePipelineTask, replacePipelineSpec } = await load(
    'substitution/replace-task.js',
  );
  const { paramReplacements, taskParamReplacements, resultReplacements } = await load(
    'substitution/param-replacements.js',
  );
  const at = { what: 'It', place: { file: 'table' } };
  const bind = (declared, given) => bindParams(readParamSpecs(declared), readParams(given), at);
  const task = {
    ApplyParameters: ({ arguments: [spec, run, defaults], results }) => {
      const values = bind(defaults, run.spec?.params).values;
      return differ(replaceTask(readTask(spec), taskParamReplacements(values)), readTask(results[0]));
    },
    ApplyReplacements: ({ arguments: [spec, ...all], results }) =>
      differ(replaceTask(readTask(spec), replacementsOf(...all)), readTask(results[0])),
  };
  const pipeline = {
    ApplyParameters: (call) => {
      const [spec, run] = call.arguments;
      const { values, findings } = bind(spec.params, run.spec?.params);
      const refused = findings.filter(({ reason }) => reason === 'PipelineValidationFailed');
      if (call.results[1] || refused.length > 0) return differ(refused.length > 0, Boolean(call.results[1]));
      return differ(
        replacePipelineSpec(readPipeline(spec), paramReplacements(values)),
        readPipeline(call.results[0]),
      );
    },
    ApplyReplacements: ({ arguments: [spec, ...all], results }) =>
      differ(replacePipelineSpec(readPipeline(spec), replacementsOf(...all)), readPipeline(results[0])),
  };
  void [
    readPipelineRun,
    readTaskRun,
    readPipelineTask,
    texts,
    valueOf,
    replacePipelineTask,
    resultReplacements,
  ];
  const withPackage = (name, all) =>
    Object.fromEntries(Object.entries(all).map(([key, one]) => [`${name}:${key}`, one]));
  return {
    ...withPackage('pkg/reconciler/taskrun/resources', task),
    ...withPackage('pkg/reconciler/pipelinerun/resources', pipeline),
  };
}
