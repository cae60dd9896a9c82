import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { conditionOf, embedded, newFolder, planYaml, reasonOf, runYaml, skipsOf, taskRunOf } from './kit.ts';
import { runTask, taskRunYaml } from './kit-task.ts';

const step = (script: string) => `taskSpec: { steps: [{ name: s, script: ${JSON.stringify(script)} }] }`;
const pipeline = (script: string) => `tasks:
- name: first
  ${step(script)}
- name: next
  runAfter: [first]
  ${step('echo next')}
finally:
- name: last
  params: [{ name: status, value: $(tasks.first.status) }]
  taskSpec: { params: [{ name: status }], steps: [{ name: s, script: 'echo "last $(params.status)"' }] }
`;

/** Runs, and ends the run by a word once the first line is there; `go` in a script waits until that has been said. */
async function ended(word: string, script: string) {
  const interrupt = new AbortController();
  const said = join(newFolder(), 'said');
  return runYaml(embedded(pipeline(script.replace('go', `while ! test -e '${said}'; do sleep 0.05; done`))), {
    signal: interrupt.signal,
    onEvent: (event) => {
      if (event.type !== 'log') return;
      interrupt.abort(word);
      writeFileSync(said, '');
    },
  });
}

const cancelled = { status: 'False', reason: 'Cancelled', message: 'PipelineRun "run" was cancelled' };

describe('a run that is ended while it runs', () => {
  it('CancelledRunFinally ends its tasks, skips the others and runs finally', async () => {
    const run = await ended('CancelledRunFinally', 'echo up; sleep 7301');
    expect(run.lines).toEqual(['first/s: up', 'last/s: last Failed']);
    expect(conditionOf(run)).toEqual(cancelled);
    expect(reasonOf(run, 'first')).toBe('TaskRunCancelled');
    expect(taskRunOf(run, 'first')!.status.conditions[0]!.message).toBe(
      'TaskRun "run-first" was cancelled. TaskRun cancelled as the PipelineRun it belongs to has been cancelled.',
    );
    expect(skipsOf(run)).toEqual({ next: 'PipelineRun was stopping' });
    expect(run).toMatchObject({ state: 'cancelled', wasDoing: ['first/s'] });
  });

  it('StoppedRunFinally lets its tasks end, skips the others and runs finally', async () => {
    const run = await ended('StoppedRunFinally', 'echo up; go; echo done');
    expect(run.lines).toEqual(['first/s: up', 'first/s: done', 'last/s: last Succeeded']);
    expect(conditionOf(run)).toEqual(cancelled);
    expect(skipsOf(run)).toEqual({ next: 'PipelineRun was gracefully stopped' });
  });

  it('Cancelled ends all, and finally does not run', async () => {
    const run = await ended('Cancelled', 'echo up; sleep 7302');
    expect(run.lines).toEqual(['first/s: up']);
    expect(conditionOf(run)).toEqual(cancelled);
    expect(skipsOf(run)).toEqual({});
  });

  it('is Failed when a task had failed before', async () => {
    const run = await ended('StoppedRunFinally', 'echo up; go; exit 3');
    expect(conditionOf(run)).toEqual({
      status: 'False',
      reason: 'Failed',
      message: 'Tasks Completed: 2 (Failed: 1, Cancelled 0), Skipped: 1',
    });
  });
});

describe('spec.status of a run that starts', () => {
  const asked = (status: string) => runYaml(embedded(pipeline('echo up'), `status: ${status}\n`));

  it('Cancelled runs nothing', async () => {
    const run = await asked('Cancelled');
    expect([run.lines, conditionOf(run), run.taskRuns, skipsOf(run)]).toEqual([[], cancelled, [], {}]);
    expect(run.pipelineRun.status.pipelineSpec).toBeUndefined();
  });

  it.each([
    ['CancelledRunFinally', 'PipelineRun was gracefully cancelled'],
    ['StoppedRunFinally', 'PipelineRun was gracefully stopped'],
  ])('%s runs finally alone', async (status, reason) => {
    const run = await asked(status);
    expect(run.lines).toEqual(['last/s: last None']);
    expect(conditionOf(run)).toEqual(cancelled);
    expect(skipsOf(run)).toEqual({ first: reason, next: reason });
  });

  it('TaskRunCancelled runs nothing, and tells its message', async () => {
    const run = await runTask(
      taskRunYaml(`status: TaskRunCancelled\nstatusMessage: no need\n${step('echo up')}\n`),
    );
    expect(run.lines).toEqual([]);
    expect(run.status.conditions[0]).toMatchObject({
      status: 'False',
      reason: 'TaskRunCancelled',
      message: 'TaskRun "run" was cancelled. no need',
    });
    expect([run.status.steps, run.status.taskSpec]).toEqual([[], undefined]);
  });

  it('pending is refused by name, and so is another word', () => {
    const [pending] = planYaml(embedded(pipeline('true'), 'status: PipelineRunPending\n')).findings;
    expect(pending).toMatchObject({ code: 'tekton-unsupported' });
    const [other] = planYaml(embedded(pipeline('true'), 'status: Canceled\n')).findings;
    expect(other).toMatchObject({ code: 'tekton-invalid', message: 'spec.status is "Canceled".' });
  });
});
