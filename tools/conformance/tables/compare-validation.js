// What Tekton's admission accepts and refuses, with the field at fault.
import { errorOf } from './kit.js';

const image = 'example.com/image';

export function compareValidation({ readObject, readAlone }) {
  /** Both accept; or both refuse, and the place of each of Tekton's faults holds one of ours or lies in one. */
  const verdict = (call, object, at, list = at, about = /./) => {
    if (call.arguments[0] === null) return undefined;
    const error = errorOf(call);
    const theirs = (error?.faults ?? (error ? [{ message: error.error, paths: [''] }] : [])).filter(
      ({ isWarning }) => !isWarning,
    );
    const mine = object.findings.filter(
      ({ severity, message }) => severity === 'error' && about.test(message),
    );
    const unsupported = mine.find(({ code }) => code === 'tekton-unsupported');
    const settings = call.arguments.map(unlikeHere).find((found) => found !== undefined);
    if (theirs.length === 0 && mine.length === 0) return undefined;
    const why =
      theirs.length > 0 && mine.length > 0
        ? missed(theirs, mine, at, list)
        : `got ${mine.map(({ message }) => message).join('; ') || 'no fault'}, want ${error?.error || 'none'}`;
    const isGated = ({ message }) => /feature flag|feature gate/.test(message);
    if (why && mine.length === 0 && theirs.every(isGated))
      return { outside: `an alpha feature that is switched on here: ${error.error}` };
    if (why && theirs.length === 0 && unsupported)
      return { outside: `refused by name: ${unsupported.message}` };
    if (why && settings)
      return { outside: `only with other feature flags, ${JSON.stringify(settings)}: ${why}` };
    return why;
  };
  const missed = (theirs, mine, at, list) => {
    // What is refused by name is refused at the field that names it, which may stand beside the one at fault.
    const places = mine.map(({ place, code }) => {
      const path = normal(place.keyPath ?? '', '');
      return code === 'tekton-unsupported' ? path.replace(/\.[^.]*$/, '') : path;
    });
    const lost = theirs.filter(({ paths }) => {
      // Some of its functions take the sentence for the path.
      const fields = paths.filter((path) => !/\s/.test(path));
      return ![...fields, ...(fields.length > 0 ? [] : [''])].some((path) =>
        places.some((place) => isNear(place, normal(path, path.startsWith('[') ? list : at))),
      );
    });
    return lost.length === 0 || lost.length < theirs.length
      ? undefined
      : `got ${mine.map(({ message, place }) => `${place.keyPath}: ${message}`).join('; ')}, want ${lost.map(({ message, paths }) => `${paths.join(', ')}: ${message}`).join('; ')}`;
  };

  /** A task by itself, whose parameters may come from around it. */
  const alone = (spec) => readAlone({ steps: [{ image }], ...spec });
  const asTask = (spec) => readObject('Task', spec);
  const asPipeline = (spec) => readObject('Pipeline', spec);
  const withTask = (part, more = {}) => asTask({ steps: [{ image }], ...part, ...more });
  const whole = (spec) => (call) => verdict(call, spec(call.arguments), '');
  const inside = (at, spec) => (call) => verdict(call, spec(call.arguments), at);
  /** Tasks that lack only what the function under test does not look at. */
  const complete = (tasks) =>
    (tasks ?? []).map((task, index) => ({
      ...task,
      name: task.name || `task-${index}`,
      ...(task.taskRef || task.taskSpec ? {} : { taskRef: { name: 'some-task' } }),
      ...(task.taskSpec ? { taskSpec: { ...task.taskSpec, steps: task.taskSpec.steps ?? [{ image }] } } : {}),
    }));
  /** The tasks and parameters that are only named, so that they are not missed. */
  const surround = (spec) => {
    const text = JSON.stringify(spec);
    const named = (pattern) => [...new Set([...text.matchAll(pattern)].map(([, name]) => name))];
    const known = spec.tasks.map(({ name }) => name);
    const others = named(/tasks\.([\w-]+)\.results\./g).filter((name) => !known.includes(name));
    return {
      params: named(/\(params\.([\w-]+)[).[]/g).map((name) => {
        const isArray = text.includes(`params.${name}[`);
        return { name, type: isArray ? 'array' : 'string' };
      }),
      ...spec,
      tasks: [
        ...spec.tasks,
        ...complete(others.length > 0 || spec.tasks.length > 0 ? others.map((name) => ({ name })) : [{}]),
      ],
    };
  };
  const ofTasks = (make) => (call) => verdict(call, asPipeline(make(...call.arguments)), '', 'tasks');
  const onTask = inside('tasks[0]', ([task]) => asPipeline({ tasks: [{ name: 't', ...task }] }));
  /** Only which of the fields are there counts. */
  const onForm = inside('tasks[0]', ([task]) => {
    const [{ taskRef, taskSpec, ...rest }] = [task];
    const steps = taskSpec?.steps ?? [{ image }];
    return asPipeline({
      tasks: [
        {
          ...rest,
          name: task.name || 't',
          ...(taskRef ? { taskRef: { name: 'x', ...taskRef } } : {}),
          ...(taskSpec ? { taskSpec: { ...taskSpec, steps } } : {}),
        },
      ],
    });
  });
  const onWhole = inside('tasks[0]', ([task]) => asPipeline(surround({ tasks: complete([task]) })));
  const isUpdate = () => ({
    outside: 'an update of a run that goes on, which no file of a run that starts can be',
  });

  return Object.fromEntries(
    Object.entries({
      'Task.Validate': whole(([task]) => readObject('Task', task.spec, task.metadata)),
      'TaskSpec.Validate': whole(([spec]) => readAlone(spec)),
      'Step.Validate': inside('steps[0]', ([step]) => alone({ steps: [step] })),
      'Sidecar.Validate': inside('sidecars[0]', ([sidecar]) => withTask({ sidecars: [sidecar] })),
      'Ref.Validate': inside('steps[0].ref', ([ref]) => asTask({ steps: [{ ref }] })),
      'TaskRef.Validate': inside('taskRef', ([taskRef]) => readObject('TaskRun', { taskRef })),
      'PipelineRef.Validate': inside('pipelineRef', ([pipelineRef]) =>
        readObject('PipelineRun', { pipelineRef }),
      ),
      'TaskResult.Validate': inside('results[0]', ([result]) => withResult(result)),
      'TaskResult.validateValue': inside('results[0]', ([result]) => withResult(result)),
      'StepResult.Validate': inside('steps[0].results[0]', ([result]) =>
        asTask({ steps: [{ name: 's', image, results: [result] }] }),
      ),
      ValidateUsageOfDeclaredParameters: whole(([, steps, params]) => asTask({ steps, params })),
      ValidateParameterVariables: whole(([, steps, params]) => asTask({ steps, params })),
      'ParamSpecs.ValidateNoDuplicateNames': whole(([params]) => withTask({ params })),
      'Pipeline.Validate': whole(([pipeline]) => readObject('Pipeline', pipeline.spec, pipeline.metadata)),
      'PipelineSpec.Validate': whole(([spec]) => asPipeline(spec)),
      'PipelineTask.Validate': onTask,
      'PipelineTask.ValidateName': inside('tasks[0]', ([task]) =>
        asPipeline({ tasks: [{ ...complete([task])[0], name: task.name }] }),
      ),
      'PipelineTask.ValidateOnError': onWhole,
      'PipelineTask.validateRefOrSpec': onForm,
      'PipelineTask.validateEmbeddedOrType': onForm,
      'PipelineTask.validateCustomTask': onTask,
      'PipelineTask.validateTask': onTask,
      'PipelineTask.validateMatrix': onWhole,
      ValidatePipelineTasks: ofTasks((_, tasks, lastly) => ({ tasks, finally: lastly ?? [] })),
      validateGraph: ofTasks((tasks) => ({ tasks: complete(tasks) })),
      validatePipelineResults: ofTasks((results, tasks, lastly) => ({
        results,
        tasks: complete(tasks),
        finally: complete(lastly),
      })),
      ValidatePipelineParameterVariables: ofTasks((_, tasks, params) => ({
        tasks: complete(tasks ?? [{}]),
        params,
      })),
      validatePipelineTaskParameterUsage: ofTasks((tasks, params) => ({ tasks: complete(tasks), params })),
      validatePipelineWorkspacesDeclarations: ofTasks((workspaces) => ({
        workspaces,
        tasks: complete([{}]),
      })),
      validatePipelineTasksWorkspacesUsage: ofTasks((workspaces, tasks) => ({
        workspaces,
        tasks: complete(tasks),
      })),
      validateTasksAndFinallySection: ofTasks((spec) => ({
        ...spec,
        tasks: complete(spec.tasks),
        finally: complete(spec.finally),
      })),
      validateFinalTasks: ofTasks((tasks, lastly) => ({ tasks: complete(tasks), finally: complete(lastly) })),
      validatePipelineContextVariables: ({ arguments: [tasks], ...call }) =>
        verdict(
          { arguments: [tasks], ...call },
          asPipeline(surround({ tasks: complete(tasks) })),
          '',
          'tasks',
          /names nothing/,
        ),
      validateExecutionStatusVariables: ofTasks((tasks, lastly) =>
        surround({ tasks: complete(tasks), finally: complete(lastly) }),
      ),
      validateMatrix: ofTasks((_, tasks) => surround({ tasks: complete(tasks) })),
      'WhenExpressions.validate': inside('tasks[0]', ([when]) =>
        asPipeline(surround({ tasks: complete([{ when }]) })),
      ),
      'PipelineRun.Validate': whole(([run]) => readObject('PipelineRun', run.spec, run.metadata)),
      'PipelineRunSpec.Validate': whole(([spec]) => readObject('PipelineRun', spec)),
      'PipelineRunSpec.ValidateUpdate': isUpdate,
      'TaskRun.Validate': whole(([run]) => readObject('TaskRun', run.spec, run.metadata)),
      'TaskRunSpec.Validate': whole(([spec]) => readObject('TaskRun', spec)),
      'TaskRunSpec.ValidateUpdate': isUpdate,
      'WorkspaceBinding.Validate': inside('workspaces[0]', ([binding]) =>
        readObject('TaskRun', { taskRef: { name: 't' }, workspaces: [binding] }),
      ),
    }).map(([name, one]) => [`pkg/apis/pipeline/v1:${name}`, one]),
  );

  function withResult(result) {
    const [, step] = /\$\(steps\.([^.)]+)\./.exec(JSON.stringify(result.value ?? '')) ?? [];
    return withTask({ results: [result] }, step ? { steps: [{ name: step, image }] } : {});
  }
}

/** Settings of a context, which are printed as far as they are not as usual, that are other ones than those of this toolkit. */
function unlikeHere(value) {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  if (!entries.every(([name]) => /^[A-Z]/.test(name))) return undefined;
  const unlike = entries.filter(([name, one]) => foreignSettings[name]?.(one));
  return unlike.length > 0 ? Object.fromEntries(unlike) : undefined;
}

const foreignSettings = {
  EnableConciseResolverSyntax: (value) => value === true,
  DisableInlineSpec: (value) => value !== '',
  DefaultMaxMatrixCombinationsCount: (value) => value !== 0 && value !== 256,
};

/** The place in our words: below `spec`, and with what the function under test does not know of. */
function normal(path, at) {
  const full = at && path ? (path.startsWith('[') ? `${at}${path}` : `${at}.${path}`) : at || path;
  return full
    .replace(/^([\w-]+)\.(properties|type)$/, 'params.$2')
    .replace(/^spec\.[\w-]+\.properties$/, 'params')
    .replace(/\[[^\]]*[^\]\d][^\]]*\]/g, '')
    .replace(/\.properties$/, (field) => (full.includes('.params[') ? '' : field))
    .toLowerCase()
    .replace(/^spec(\.|$)/, '')
    .replace('volumemount[', 'volumemounts[');
}

/** The same field, or one in the other; Tekton leaves some fields out of its paths, and writes names for indices. */
function isNear(place, path) {
  const [a, b] = [place, path].map((text) => text.split(/[.[]/).map((part) => part.replace(/\]$/, '')));
  const isFree = (part) => part === '' || !/^\d+$/.test(part);
  const holds = (long, short) => {
    let at = 0;
    for (const part of long) if (at < short.length && part === short[at]) at += 1;
    return at === short.length;
  };
  const names = (parts) => parts.filter(isFree);
  const numbers = (parts) => parts.filter((part) => !isFree(part));
  const first = (parts) => numbers(parts)[0];
  if (first(a) !== undefined && first(b) !== undefined && first(a) !== first(b)) return false;
  return (
    path === '' ||
    (holds(names(a), names(b).slice(0, 1)) && (holds(names(a), names(b)) || holds(names(b), names(a))))
  );
}
