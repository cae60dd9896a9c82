// The state of a run as Tekton's tests describe it, as this toolkit's own state of a run.

export const outsideCustom = {
  outside: 'custom tasks and pipelines in pipelines, which are refused by name',
};
export const told = { outside: 'a run that is told by its spec.status to stop or to be cancelled' };

const noResults = { results: [], params: [], steps: [], sidecars: [], volumes: [], workspaces: [] };
const place = { file: 'table' };

/** Makes states of tasks, and of whole runs, out of what Tekton's functions are given. */
export async function openStates(kit) {
  const { load, readTask, readPipelineTask, valueOf } = kit;
  const { resultReferencesOf } = await load('plan/result-references.js');
  const { isOver, phaseOf } = await load('run/task-state.js');
  const { decideFinally, decideTask } = await load('run/start-or-skip.js');

  const isForeign = (one) =>
    one.CustomTask ||
    Boolean(one.CustomRuns?.length || one.ChildPipelineRuns?.length || one.CustomRunNames?.length) ||
    Boolean(
      one.ResolvedPipeline?.PipelineSpec || one.PipelineTask?.pipelineRef || one.PipelineTask?.pipelineSpec,
    );
  const conditionOf = (taskRun) => {
    const found = taskRun.status?.conditions?.find(({ type }) => type === 'Succeeded');
    const reason = found?.reason?.replace(/^(CustomRun|Pipeline)?Cancel+ed$/, 'TaskRunCancelled') ?? '';
    const message = found?.message ?? taskRun.spec?.statusMessage ?? '';
    return { ...found, message, reason, status: found?.status || 'Unknown' };
  };
  /** The task of a run as it is planned; what of it a test leaves out is empty. */
  const taskOf = (one) => {
    const read = readPipelineTask({ name: 't', ...one.PipelineTask });
    const spec = one.ResolvedTask?.TaskSpec;
    return {
      ...read,
      label: read.name,
      taskName: read.name,
      isEmbedded: read.taskSpec !== undefined,
      taskRunName: '',
      spec: spec ? readTask(spec) : (read.taskSpec ?? noResults),
      timeout: 0,
      results: resultReferencesOf(read, read.taskSpec),
      place,
    };
  };
  const taskRunOf = (taskRun) => ({
    ...taskRun,
    status: {
      ...taskRun.status,
      conditions: [conditionOf(taskRun)],
      results: (taskRun.status?.results ?? []).map((one) => ({ ...one, value: valueOf(one.value) })),
    },
  });
  const stateOf = (one, isFinally = false) => {
    const task = taskOf(one);
    // For order, tasks of another kind are as good as any.
    const runs = [one.TaskRuns, one.CustomRuns, one.ChildPipelineRuns].find((list) => list?.length > 0) ?? [];
    const taskRuns = runs.map(taskRunOf);
    const isDone = taskRuns.length > 0 && taskRuns.every((run) => conditionOf(run).status !== 'Unknown');
    const phase = isDone ? phaseOf(taskRuns, task.onError) : taskRuns.length > 0 ? 'running' : 'waiting';
    return { task, isFinally, phase, taskRuns };
  };
  const stateMap = (all) =>
    new Map(
      (all ?? []).filter((one) => one.PipelineTask).map((one) => [one.PipelineTask.name, stateOf(one)]),
    );
  /** A state whose results are known only by what its runs wrote. */
  const withResults = (one) => {
    const names = new Set(
      (one.TaskRuns ?? []).flatMap((run) => (run.status?.results ?? []).map(({ name }) => name)),
    );
    const results = [...names].map((name) => ({ name }));
    return { ...one, ResolvedTask: { TaskSpec: { ...one.ResolvedTask?.TaskSpec, results } } };
  };
  /** Tasks that succeeded with these results. */
  const resultStates = (all) =>
    new Map(
      Object.entries(all ?? {}).map(([name, results]) => [
        name,
        {
          task: { name, spec: noResults, results: [] },
          phase: 'succeeded',
          taskRuns: [taskRunOf({ status: { conditions: [{ type: 'Succeeded', status: 'True' }], results } })],
        },
      ]),
    );

  /** What is to be done with a task, whose parents that a test leaves out do not count. */
  const decide = (state, states, stopping) => {
    const task = {
      ...state.task,
      runAfter: state.task.runAfter.filter((name) => states.has(name)),
      results: state.task.results.filter(({ task: name }) => states.has(name)),
    };
    return decideTask({ ...state, task }, states, stopping);
  };
  /** All tasks; those that wait and will not start are skipped, as Tekton finds when it looks. */
  const statesOf = (facts, stopping) => {
    const lastly = facts.FinalTasksGraph?.Nodes ?? {};
    const states = new Map(
      facts.State.map((one) => [one.PipelineTask.name, stateOf(one, one.PipelineTask.name in lastly)]),
    );
    const skip = (state, decision) => {
      if (decision.kind !== 'skip') return false;
      state.phase = 'skipped';
      state.skipped = { name: state.task.name, reason: decision.reason };
      return true;
    };
    const waiting = (isFinally) =>
      [...states.values()].filter((state) => state.isFinally === isFinally && state.phase === 'waiting');
    let changed = true;
    while (changed) changed = waiting(false).some((state) => skip(state, decide(state, states, stopping)));
    if ([...states.values()].every((state) => state.isFinally || isOver(state)))
      for (const state of waiting(true)) skip(state, decideFinally(state, states, undefined));
    return states;
  };
  const stoppingOf = ({ TimeoutsState: limits = {}, SpecStatus }, states) => {
    const now = Date.parse(limits.Clock?.time ?? '');
    const hasPassed = (limit, since) =>
      Boolean(limit && since) && milliseconds(limit) > 0 && now - Date.parse(since) >= milliseconds(limit);
    if (['CancelledRunFinally', 'StoppedRunFinally', 'Cancelled'].includes(SpecStatus)) return 'told';
    if (hasPassed(limits.PipelineTimeout, limits.StartTime)) return 'PipelineRun timeout has been reached';
    if (hasPassed(limits.TasksTimeout, limits.StartTime)) return 'PipelineRun Tasks timeout has been reached';
    const isBad = ({ isFinally, phase }) => !isFinally && (phase === 'failed' || phase === 'cancelled');
    return states.some(isBad) ? 'PipelineRun was stopping' : undefined;
  };
  /** Why a run stops, and its states; no states when it was told to stop. */
  const factsOf = (facts) => {
    const lastly = facts.FinalTasksGraph?.Nodes ?? {};
    const stopping = stoppingOf(
      facts,
      facts.State.map((one) => stateOf(one, one.PipelineTask.name in lastly)),
    );
    return { stopping, states: stopping === 'told' ? undefined : statesOf(facts, stopping) };
  };

  return {
    ...{ conditionOf, decide, factsOf, isForeign, noResults, resultStates, stateMap, stateOf },
    ...{ taskOf, taskRunOf, withResults },
  };
}

/** Milliseconds of a duration as Go prints it, or of its nanoseconds. */
export function milliseconds(limit) {
  if (typeof limit === 'number') return limit / 1e6;
  const all = [...String(limit.Duration ?? limit).matchAll(/([\d.]+)(h|ms|m|s)/g)];
  return all.reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * { h: 3.6e6, m: 6e4, s: 1e3, ms: 1 }[unit],
    0,
  );
}
