// Compares every call of Tekton's tests with what this toolkit does for the same input.
import { compareApply } from './compare-apply.js';
import { compareSubstitution } from './compare-substitution.js';
import { compareValidation } from './compare-validation.js';
import { compareValues } from './compare-values.js';
import { openKit } from './kit.js';

/**
 * The outcome of each call that has a comparer, and how many have none. A comparer gives undefined when both agree, a text when
 * they differ, and `{ outside }` when the call is about something that cannot agree, with the reason.
 */
export async function compareCalls(calls, load) {
  const kit = await openKit(load);
  const compare = {
    ...(await compareSubstitution(kit)),
    ...(await compareApply(kit)),
    ...compareValidation(kit),
    ...(await compareValues(kit)),
  };
  const outcomes = [];
  const others = new Map();
  const seen = new Map();
  for (const call of calls) {
    const [table, ...name] = call.test.split('/');
    const test = `${call.package.replace(/^pkg\//, '')} ${table}`;
    const comparer = compare[`${call.package}:${call.function}`];
    if (!comparer) {
      others.set(`${test} (${call.function})`, (others.get(`${test} (${call.function})`) ?? 0) + 1);
      continue;
    }
    const key = JSON.stringify([call.test, call.function, call.arguments]);
    if (seen.has(key)) continue;
    seen.set(key, call);
    const why = differenceOf(comparer, call);
    outcomes.push({
      test,
      name: `${name.join('/')}${name.length > 0 ? ' ' : ''}${call.function}`,
      verdict: why === '' ? 'agrees' : typeof why === 'string' ? 'differs' : 'outside',
      why: typeof why === 'string' ? why : why.outside,
    });
  }
  return { outcomes, others: [...others].map(([test, rows]) => ({ test, rows })) };
}

function differenceOf(comparer, call) {
  try {
    return comparer(call) ?? '';
  } catch (error) {
    return `${error.message.split('\n')[0]} ${process.env.STACK ? error.stack : ''}`;
  }
}
