// Compares what this toolkit does with every call that Tekton's own Go tests make of the functions that are compared.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { callsOf } from './tables/calls.js';
import { compareCalls } from './tables/compare.js';
import { packages } from './tables/packages.js';

/** Where the calls of the last run are kept, so that tests compare with them without running Go. */
const record = join(import.meta.dirname, '../../node_modules/.cache/bitiq/tekton-calls.json');

/** The outcome of each call; those that do not agree are told to `log`. */
export async function runTables({ folder, modules, log }) {
  // One package at a time: the tests of one also call what others have, with all that a controller knows.
  const calls = Object.entries(packages).flatMap(([name, functions]) =>
    callsOf({ module: 'github.com/tektoncd/pipeline', folder, packages: { [name]: functions } }),
  );
  mkdirSync(dirname(record), { recursive: true });
  writeFileSync(record, JSON.stringify(calls));
  const outcomes = await compareCalls(calls, (path) => import(join(modules, 'tekton', path)));
  for (const { test, name, verdict, why } of outcomes) {
    if (verdict === 'differs') log(`differs  ${test}/${name}: ${why}`);
  }
  return outcomes;
}
