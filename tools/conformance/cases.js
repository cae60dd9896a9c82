// Runs Tekton's own conformance suite (test/conformance of its Go module) against `bitiq pipeline run`.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * What the suite of this version expects, and the controller of the same version does not do: a TaskRun whose step fails has
 * the reason StepFailed, and one whose sidecar fails SidecarFailed. One test is declared twice, so that it does not compile.
 */
const corrections = [
  [
    'checkTaskRunConditionSucceeded(failureResolvedTR.Status, failureConditionStatus, "Failed")',
    (text) => text.replace('"Failed"', '"StepFailed"'),
  ],
  [
    'checkTaskRunConditionSucceeded(failResolvedTR.Status, "False", "Failed")',
    (text) => text.replace('"Failed"', '"SidecarFailed"'),
  ],
];

export function runCases({ pipeline, modules, log }) {
  const folder = mkdtempSync(join(tmpdir(), 'bitiq-conformance-'));
  try {
    cpSync(join(import.meta.dirname, 'cases'), folder, { recursive: true });
    writeFileSync(join(folder, 'package.go'), 'package conformance\n');
    writeFileSync(join(folder, 'util_test.go'), readFileSync(join(pipeline, 'test/conformance/util.go')));
    writeFileSync(
      join(folder, 'conformance_test.go'),
      corrected(readFileSync(join(pipeline, 'test/conformance/conformance_test.go'), 'utf8')),
    );
    const { stdout, stderr } = spawnSync(
      'go',
      ['test', '-tags=conformance', '-count=1', '-json', '-parallel=4', './...'],
      {
        cwd: folder,
        encoding: 'utf8',
        maxBuffer: 1 << 28,
        env: { ...process.env, BITIQ_MAIN: join(modules, 'cli/main.js') },
      },
    );
    const outcomes = [];
    const output = new Map();
    for (const line of stdout.split('\n').filter((text) => text.startsWith('{'))) {
      const { Action: action, Test: test, Output: text } = JSON.parse(line);
      if (test === undefined) continue;
      if (action === 'output') output.set(test, `${output.get(test) ?? ''}${text}`);
      if (action !== 'pass' && action !== 'fail' && action !== 'skip') continue;
      const why =
        action === 'pass'
          ? ''
          : (output.get(test) ?? '')
              .split('\n')
              .filter((one) => !/^\s*(=== |--- )/.test(one))
              .join(' ')
              .trim();
      outcomes.push({ test, verdict: action === 'pass' ? 'agrees' : 'differs', why });
      log(`${action}  ${test}${why && `: ${why}`}`);
    }
    if (outcomes.length === 0) throw new Error(`The suite did not run:\n${stderr}\n${stdout.slice(-2000)}`);
    return outcomes.sort((a, b) => (a.test < b.test ? -1 : 1));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function corrected(text) {
  let result = text;
  for (const [find, replace] of corrections) {
    if (!result.includes(find)) throw new Error(`The suite has changed: ${find} is not in it.`);
    result = result.replaceAll(find, replace(find));
  }
  const twice = 'func TestPipelineRunConditions(';
  const second = result.indexOf(twice, result.indexOf(twice) + 1);
  return second < 0
    ? result
    : `${result.slice(0, second)}func TestPipelineRunConditionsAgain(${result.slice(second + twice.length)}`;
}
