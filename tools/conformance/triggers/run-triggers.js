// Compares what this toolkit does with every call that the Go tests of Tekton Triggers make of the functions that matter here.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { triggersComparers } from './comparers.js';
import { Outside, Refused } from './outside.js';
import { recordTriggers } from './records.js';

/** What Triggers' CEL says of the expressions of our own; test/tekton/trigger-expressions.test.ts needs no Go for them. */
const expectedFile = join(import.meta.dirname, 'expected.json');

/** Keeps what Triggers' CEL says of the expressions of our own. */
function keepExpected(records) {
  const own = records.filter(({ kind, test }) => kind === 'cel' && test === 'TestExpressionsOfBitiq');
  const expected = own.map(({ in: { expression }, out, error }) => [
    expression,
    error === undefined ? { value: out } : { isError: true },
  ]);
  writeFileSync(expectedFile, `${JSON.stringify(Object.fromEntries(expected), undefined, 2)}\n`);
}

/** Each call: `{test, name, verdict: 'agrees' | 'differs' | 'refused' | 'outside', why}`. */
export async function runTriggers({ module, modules, log, records = recordTriggers(module) }) {
  keepExpected(records);
  const compare = await triggersComparers(modules);
  const outcomes = [];
  for (const record of records) {
    const name = nameOf(record);
    const { verdict, why = '' } = await judge(compare[record.kind], record);
    outcomes.push({ test: `${record.kind}: ${record.test}`, name, verdict, why });
    if (verdict === 'differs') log(`differs  ${record.kind} ${record.test} ${name}: ${why}`);
  }
  return outcomes;
}

async function judge(comparer, record) {
  if (record.unprintable) return { verdict: 'outside', why: 'the call is not JSON' };
  try {
    const why = await comparer(record);
    return why === undefined ? { verdict: 'agrees' } : { verdict: 'differs', why };
  } catch (error) {
    if (error instanceof Outside) return { verdict: 'outside', why: error.message };
    if (error instanceof Refused) return { verdict: 'refused', why: error.message };
    return { verdict: 'differs', why: error.message.split('\n')[0] };
  }
}

/** What tells a call from others of its test. */
function nameOf({ in: given = {} }) {
  const text =
    given.expression ??
    given.text ??
    given.raw ??
    given.value ??
    given.params ??
    given.request?.body ??
    given.body;
  return String(typeof text === 'string' ? text : JSON.stringify(text ?? given)).slice(0, 100);
}
