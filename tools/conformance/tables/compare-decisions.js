// What is to be done with the tasks of a run, and what became of it.
import { differ, differInAnyOrder, errorOf } from './kit.js';
import { milliseconds, outsideCustom, told } from './states.js';

export async function compareDecisions(kit, { decide, factsOf, isForeign, stateOf }) {
  const { load, readPipelineTask } = kit;
  const { isOver, statusVariables } = await load('run/task-state.js');
  const { decideFinally } = await load('run/start-or-skip.js');
  const { finalCondition, runningCondition } = await load('run/pipeline-condition.js');
  const { allHold, celFault } = await load('run/when.js');

  /** Why a task of finally is late; the limits are those of the test. */
  const lateness = ({ TimeoutsState: limits = {} }, stopping) => {
    const since = limits.FinallyTimeout && limits.FinallyStartTime;
    if (since && Date.parse(limits.Clock.time) - Date.parse(since) >= milliseconds(limits.FinallyTimeout))
      return 'PipelineRun Finally timeout has been reached';
    return stopping?.startsWith('PipelineRun timeout') ? stopping : undefined;
  };
  const skip =
    (isFinally) =>
    ({ arguments: [one, facts], results: [want] }) => {
      const known = factsOf(facts);
      if (!known.states) return told;
      const state = known.states.get(one.PipelineTask.name) ?? stateOf(one, isFinally);
      if (state.phase !== 'waiting' && state.phase !== 'skipped') return differ(false, want.IsSkipped);
      const fresh = { ...state, phase: 'waiting' };
      const decision = isFinally
        ? decideFinally(fresh, known.states, lateness(facts, known.stopping))
        : decide(fresh, known.states, known.stopping);
      if (decision.kind === 'broken' && !want.IsSkipped) return undefined;
      return differ(decision.kind === 'skip' ? decision.reason : 'None', want.SkippingReason || 'None');
    };
  const ofTaskRuns =
    (test) =>
    ({ arguments: [one], results }) =>
      isForeign(one)
        ? outsideCustom
        : differ(test(stateOf({ ...one, PipelineTask: one.PipelineTask ?? {} })), results[0]);
  const ofFacts = (test) => (call) => {
    const known = factsOf(call.arguments[0]);
    return known.states ? test(call, known) : told;
  };
  const conditionOf = (call) => {
    const [facts, , run, , clock] = call.arguments;
    const { timeouts = {}, status: word } = run.spec ?? {};
    const known = factsOf({
      ...facts,
      TimeoutsState: {
        Clock: { time: clock?.time },
        StartTime: run.status?.startTime,
        PipelineTimeout: timeouts.pipeline,
        TasksTimeout: timeouts.tasks,
      },
    });
    if (!known.states || word) return told;
    const states = [...known.states.values()];
    const limits = Object.fromEntries(
      ['pipeline', 'tasks', 'finally'].map((part) => [part, milliseconds(timeouts[part] ?? 0)]),
    );
    const end = known.stopping?.includes('timeout')
      ? { kind: 'timeout', part: known.stopping.includes('Tasks') ? 'tasks' : 'pipeline' }
      : undefined;
    const got =
      end || states.every(isOver)
        ? finalCondition({ name: run.metadata.name, timeouts: limits, results: [] }, known.states, end, '')
        : runningCondition(states, undefined, '');
    const bare = ({ status, reason, message }) => ({ status, reason, message });
    return differ(bare(got), bare(call.results[0]));
  };

  return {
    'ResolvedPipelineTask.EvaluateCEL': (call) => {
      const { when } = readPipelineTask({ name: 't', ...call.arguments[0].PipelineTask });
      const withCel = when.filter(({ cel }) => cel !== undefined);
      const fault = celFault(withCel);
      if (errorOf(call) || fault) return differ(fault !== undefined, Boolean(errorOf(call)));
      const want = call.after[0].EvaluatedCEL ?? {};
      return differ(Object.fromEntries(withCel.map((one) => [one.cel, allHold([one])])), want);
    },
    'ResolvedPipelineTask.Skip': skip(false),
    'ResolvedPipelineTask.IsFinallySkipped': skip(true),
    'ResolvedPipelineTask.isFailure': ofTaskRuns(({ phase }) =>
      ['failed', 'cancelled', 'ignored'].includes(phase),
    ),
    'ResolvedPipelineTask.isSuccessful': ofTaskRuns(({ phase }) => phase === 'succeeded'),
    'ResolvedPipelineTask.isCancelled': ofTaskRuns(({ phase }) => phase === 'cancelled'),
    'ResolvedPipelineTask.IsRunning': ofTaskRuns(({ phase }) => phase === 'running'),
    'ResolvedPipelineTask.getReason': ofTaskRuns((state) => {
      const [, reason] = statusVariables([state]).find(([key]) => key.endsWith('.reason'));
      return reason === 'None' ? '' : reason;
    }),
    'PipelineRunFacts.DAGExecutionQueue': ofFacts(({ results }, { states, stopping }) => {
      const ready = [...states.values()].filter(
        (state) =>
          !state.isFinally && state.phase === 'waiting' && decide(state, states, stopping).kind !== 'wait',
      );
      return differInAnyOrder(
        ready.map(({ task }) => task.name),
        (results[0] ?? []).map((one) => one.PipelineTask.name),
      );
    }),
    'PipelineRunFacts.GetSkippedTasks': ofFacts(({ results }, { states }) =>
      differInAnyOrder(
        [...states.values()].flatMap(({ skipped }) => (skipped ? [skipped] : [])),
        (results[0] ?? []).map(({ name, reason }) => ({ name, reason })),
      ),
    ),
    'PipelineRunFacts.GetPipelineTaskStatus': ofFacts(({ results }, { states }) => {
      const got = Object.fromEntries(
        statusVariables([...states.values()].filter((state) => !state.isFinally)),
      );
      const want = Object.entries(results[0]).filter(
        ([key, value]) => !key.endsWith('.reason') || value !== '',
      );
      return differ(Object.fromEntries(want.map(([key]) => [key, got[key]])), Object.fromEntries(want));
    }),
    'PipelineRunFacts.GetPipelineConditionStatus': conditionOf,
  };
}
