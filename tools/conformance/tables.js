// Prints the tables of Tekton's own Go tests as JSON, and compares what this toolkit does with each row.
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { comparers } from './comparers.js';

/** The test files, by package of each module; every table that their tests go over is printed. */
const sources = {
  pipeline: {
    'pkg/substitution': ['substitution_test.go'],
    'pkg/apis/pipeline/v1': ['matrix_types_test.go', 'when_types_test.go'],
    'pkg/reconciler/pipeline/dag': ['dag_test.go'],
  },
  triggers: { 'pkg/template': ['jsonpath_test.go', 'event_test.go', 'resource_test.go'] },
};

/** Each row of each table that has a comparer, and how many rows have none. */
export async function runTables({ folders, modules, log }) {
  const compare = await comparers(modules);
  const work = mkdtempSync(join(tmpdir(), 'bitiq-tables-'));
  const outcomes = [];
  const others = [];
  try {
    for (const [module, packages] of Object.entries(sources)) {
      for (const [test, rows] of tablesOf(join(work, module), folders[module], packages)) {
        const comparer = compare[`${module}:${test}`];
        if (!comparer) {
          others.push({ test: `${module}: ${test}`, rows: rows.length });
          continue;
        }
        for (const row of rows) {
          const name = row.name ?? row.expr ?? row.in ?? String(row);
          const why = differenceOf(comparer, row);
          outcomes.push({ test: `${module}: ${test}`, name, verdict: why ? 'differs' : 'agrees', why });
          if (why) log(`differs  ${test}/${name}: ${why}`);
        }
      }
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return { outcomes, others };
}

function differenceOf(comparer, row) {
  try {
    return comparer(row) ?? '';
  } catch (error) {
    return error.message.split('\n')[0];
  }
}

/** Copies the module, changes its tests so that they print their tables, and runs them. */
function tablesOf(copy, folder, packages) {
  cpSync(folder, copy, { recursive: true });
  makeWritable(copy);
  const files = Object.entries(packages).flatMap(([name, tests]) =>
    tests.map((file) => join(copy, name, file)),
  );
  execFileSync('go', ['run', '.', ...files], { cwd: join(import.meta.dirname, 'tables') });
  const printed = join(copy, 'tables.jsonl');
  const names = files.flatMap((file) => readFileSync(file, 'utf8').match(/(?<=^func )Test\w+/gm) ?? []);
  execFileSync(
    'go',
    [
      'test',
      '-count=1',
      '-run',
      `^(${names.join('|')})$`,
      ...Object.keys(packages).map((name) => `./${name}`),
    ],
    {
      cwd: copy,
      env: { ...process.env, BITIQ_TABLES: printed },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  return readFileSync(printed, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .map(({ test, rows }) => [
      test,
      Array.isArray(rows) ? rows : Object.entries(rows ?? {}).map(([name, row]) => ({ name, ...row })),
    ]);
}

/** Files of the module cache are read-only. */
function makeWritable(path) {
  chmodSync(path, statSync(path).mode | 0o200);
  if (!statSync(path).isDirectory()) return;
  for (const name of readdirSync(path)) makeWritable(join(path, name));
}
