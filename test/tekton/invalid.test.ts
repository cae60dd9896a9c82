import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TektonFinding } from '../../src/tekton/finding.ts';
import { loadTektonObjects } from '../../src/tekton/load-objects.ts';
import { planPipelineRun } from '../../src/tekton/plan/plan-pipeline-run.ts';
import { planTaskRun } from '../../src/tekton/plan/plan-task-run.ts';
import { checkInputs } from '../../src/tekton/run/check-inputs.ts';
import type { StepExecutor } from '../../src/tekton/run/executor.ts';
import { processExecutor } from '../../src/tekton/run/process-executor.ts';
import { readListeners } from '../../src/tekton/triggers/load-listener.ts';

const folder = join(import.meta.dirname, 'invalid');

async function findingsOf(file: string, text: string): Promise<readonly TektonFinding[]> {
  if (file.startsWith('trigger-')) return readListeners([{ file, text }]).findings;
  const objects = loadTektonObjects([{ file, text }]);
  const [run] = objects.pipelineRuns;
  const [taskRun] = objects.taskRuns;
  if (!run && !taskRun) return objects.findings;
  const identity = { name: 'r', uid: 'u' };
  const { plan, findings } = run
    ? planPipelineRun(objects, run, identity)
    : planTaskRun(objects, taskRun!, identity);
  return plan
    ? checkInputs(plan, { executor: withoutMounts, directory: '/', now: () => new Date(0) })
    : findings;
}

/** Processes on a system that allows no private mounts. */
const withoutMounts: StepExecutor = { ...processExecutor, realPaths: async () => 'never' };

describe('a fault in a Tekton file is found by code and line, before anything runs', () => {
  it.each(readdirSync(folder))('%s', async (file) => {
    const text = readFileSync(join(folder, file), 'utf8');
    const [, code, line, message] = /^# expect: (\S+) at (\d+): (.*)\n/.exec(text)!;
    const [finding, ...others] = (await findingsOf(file, text)).filter(
      ({ severity }) => severity === 'error',
    );
    expect({ code: finding?.code, line: finding?.place.line, others }).toEqual({
      code,
      line: Number(line),
      others: [],
    });
    expect(finding!.message).toContain(message);
    expect(finding!.place.sourceLine).toBe(text.split('\n')[Number(line) - 1]);
    expect(finding!.fix).toMatch(/[.?]$/);
  });
});
