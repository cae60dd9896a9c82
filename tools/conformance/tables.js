// Compares what this toolkit does with every call that Tekton's own Go tests make of the functions that are compared.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { callsOf } from './tables/calls.js';
import { compareCalls } from './tables/compare.js';
import { packages } from './tables/packages.js';

/** Where the calls of the last run are kept, so that tests compare with them without running Go. */
const record = join(import.meta.dirname, '../../test/fixtures/tekton-calls.json.gz');

/** The outcome of each call; those that do not agree are told to `log`. */
export async function runTables({ folder, modules, log }) {
  // One package at a time: the tests of one also call what others have, with all that a controller knows.
  const calls = Object.entries(packages).flatMap(([name, functions]) =>
    callsOf({ module: 'github.com/tektoncd/pipeline', folder, packages: { [name]: functions } }),
  );
  writeFileSync(record, gzipSync(JSON.stringify(calls), { level: 9 }));
  const outcomes = await compareCalls(calls, (path) => import(join(modules, 'tekton', path)));
  for (const { test, name, verdict, why } of outcomes) {
    if (verdict === 'differs') log(`differs  ${test}/${name}: ${why}`);
  }
  return outcomes;
}
