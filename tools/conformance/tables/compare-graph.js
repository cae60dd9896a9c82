// The graph of the tasks of a pipeline: what it is made of, circles, and what may start.
import { differ, differInAnyOrder, errorOf } from './kit.js';

export async function compareGraph(kit, { noResults }) {
  const { load, readPipelineTask } = kit;
  const { resultReferencesOf } = await load('plan/result-references.js');
  const { dependenciesOf } = await load('plan/check-task.js');
  const { findCircle } = await load('plan/graph.js');
  const { decideTask } = await load('run/start-or-skip.js');

  const beforeOf = (task) => {
    const read = readPipelineTask({ name: 't', ...task });
    return [read.name, dependenciesOf({ ...read, results: resultReferencesOf(read, read.taskSpec) })];
  };
  const sorted = (lists) =>
    Object.fromEntries(Object.entries(lists).map(([name, list]) => [name, [...list].sort()]));

  return {
    Build: (call) => {
      const list = (call.arguments[0] ?? []).map(beforeOf);
      const before = new Map(list);
      const isWrong =
        before.size < list.length ||
        [...before.values()].flat().some((name) => !before.has(name)) ||
        findCircle(before) !== undefined;
      if (errorOf(call) || isWrong) return differ(isWrong, Boolean(errorOf(call)));
      return differ(sorted(Object.fromEntries(before)), sorted(call.results[0].Nodes));
    },
    GetCandidateTasks: (call) => {
      const [{ Nodes }, done] = call.arguments;
      if (errorOf(call))
        return { outside: 'tasks that are done before those they wait for, which cannot happen here' };
      const states = new Map(
        Object.entries(Nodes).map(([name, before]) => [
          name,
          {
            task: {
              ...{ name, runAfter: before, results: [], params: [], workspaces: [], when: [] },
              spec: noResults,
            },
            isFinally: false,
            phase: (done ?? []).includes(name) ? 'succeeded' : 'waiting',
            taskRuns: [],
          },
        ]),
      );
      const ready = [...states.values()].filter(
        (state) => state.phase === 'waiting' && decideTask(state, states, undefined).kind === 'start',
      );
      return differInAnyOrder(
        ready.map(({ task }) => task.name),
        Object.keys(call.results[0]),
      );
    },
    findCyclesInDependencies: (call) => {
      const before = new Map(Object.entries(call.arguments[0]).map(([name, list]) => [name, list ?? []]));
      return differ(findCircle(before) !== undefined, Boolean(errorOf(call)));
    },
  };
}
