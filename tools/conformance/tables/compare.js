// Compares every call of Tekton's tests with what this toolkit does for the same input.
import { compareApply } from './compare-apply.js';
import { compareDecisions } from './compare-decisions.js';
import { compareGraph } from './compare-graph.js';
import { compareResults } from './compare-results.js';
import { compareSubstitution } from './compare-substitution.js';
import { compareValidation } from './compare-validation.js';
import { compareValues } from './compare-values.js';
import { openKit } from './kit.js';
import { openStates } from './states.js';

/**
 * The outcome of each call. A comparer gives undefined when both agree, a text when they differ, and `{ outside }` with the reason
 * when the call is about something that cannot agree. `load` gives a module by its path below src/tekton, such as `plan/graph.js`.
 */
export async function compareCalls(calls, load) {
  const kit = await openKit(load);
  const states = await openStates(kit);
  const resources = { ...(await compareResults(kit, states)), ...(await compareDecisions(kit, states)) };
  const compare = {
    ...(await compareSubstitution(kit)),
    ...(await compareApply(kit)),
    ...compareValidation(kit),
    ...(await compareValues(kit)),
    ...inPackage('pkg/reconciler/pipelinerun/resources', resources),
    ...inPackage('pkg/reconciler/pipeline/dag', await compareGraph(kit, states)),
  };
  const seen = new Set();
  const outcomes = [];
  for (const call of calls) {
    const [table, ...name] = call.test.split('/');
    const key = JSON.stringify([call.test, call.function, call.arguments]);
    if (seen.has(key)) continue;
    seen.add(key);
    const why = await differenceOf(compare[`${call.package}:${call.function}`], call);
    outcomes.push({
      test: `${call.package.replace(/^pkg\//, '')} ${table}`,
      name: [name.join('/').replaceAll('_', ' '), call.function].filter(Boolean).join(', '),
      verdict: why === undefined ? 'agrees' : typeof why === 'string' ? 'differs' : 'outside',
      why: typeof why === 'string' ? why : (why?.outside ?? ''),
    });
  }
  return outcomes;
}

function inPackage(name, comparers) {
  return Object.fromEntries(Object.entries(comparers).map(([key, one]) => [`${name}:${key}`, one]));
}

async function differenceOf(comparer, call) {
  try {
    return await comparer(call);
  } catch (error) {
    return `${error.message.split('\n')[0]}`;
  }
}
