import { describe, expect, it } from 'vitest';
import { processExecutor } from '../../src/tekton/run/process-executor.ts';
import { conditionOf, embedded, planYaml, reasonOf, resultsOf, runYaml, skipsOf, taskRunOf } from './kit.ts';

const stepsOf = (run: Awaited<ReturnType<typeof runYaml>>, task: string) =>
  taskRunOf(run, task)!.status.steps.map((step) => [
    step.name,
    step.terminated?.exitCode,
    step.terminationReason,
  ]);

describe('a failing step', () => {
  it('skips the later steps, fails the task with the exit code, and keeps the results', async () => {
    const run = await runYaml(
      embedded(`tasks:
- name: t
  taskSpec:
    results: [{ name: r }]
    steps:
    - { name: one, script: "printf kept > $(results.r.path)" }
    - { name: two, script: "exit 7" }
    - { name: three, script: "true" }
`),
    );
    expect(stepsOf(run, 't')).toEqual([
      ['one', 0, 'Completed'],
      ['two', 7, 'Error'],
      ['three', 1, 'Skipped'],
    ]);
    expect(taskRunOf(run, 't')!.status.conditions[0]).toMatchObject({
      status: 'False',
      reason: 'StepFailed',
      message: '"step-two" exited with code 7: Error',
    });
    expect(resultsOf(run, 't')).toEqual({ r: 'kept' });
  });

  it('with onError: continue goes on, and later steps can read its exit code', async () => {
    const run = await runYaml(
      embedded(`tasks:
- name: t
  taskSpec:
    steps:
    - { name: one, onError: continue, script: "exit 9" }
    - { name: two, script: "cat $(steps.step-one.exitCode.path)" }
`),
    );
    expect(stepsOf(run, 't')).toEqual([
      ['one', 9, 'Continued'],
      ['two', 0, 'Completed'],
    ]);
    expect(run.lines).toEqual(['t/two: 9']);
    expect(conditionOf(run).status).toBe('True');
  });

  it('stops the lines of a script without a shebang at the first error, and none of a script with one', async () => {
    const run = await runYaml(
      embedded(`tasks:
- name: plain
  onError: continue
  taskSpec: { steps: [{ name: s, script: "false\\necho on" }] }
- name: shebang
  taskSpec: { steps: [{ name: s, script: "#!/bin/sh\\nfalse\\necho on" }] }
`),
    );
    expect(run.lines).toEqual(['shebang/s: on']);
    expect(reasonOf(run, 'plain')).toBe('FailureIgnored');
    expect(conditionOf(run)).toEqual({
      status: 'True',
      reason: 'Succeeded',
      message: 'Tasks Completed: 2 (Failed: 1 (Ignored: 1), Cancelled 0), Skipped: 0',
    });
  });

  it('tells a program that is not there by its name', async () => {
    const run = await runYaml(
      embedded(`tasks:
- name: t
  taskSpec: { steps: [{ name: s, command: [no-such-program-here] }] }
`),
    );
    expect(taskRunOf(run, 't')!.status.conditions[0]!.message).toBe(
      '"step-s" exited with code 1: no-such-program-here is not on the PATH of the steps.',
    );
  });

  it('that no system can start fails by itself, and the run goes on', async () => {
    const run = await runYaml(
      embedded(`tasks:
- name: nameless
  onError: continue
  taskSpec: { steps: [{ name: s, command: [""] }] }
- name: zero
  onError: continue
  taskSpec: { steps: [{ name: s, command: [echo], args: ["a\\0b"] }] }
- name: folder
  onError: continue
  taskSpec: { steps: [{ name: s, workingDir: /dev/null/x, script: "true" }] }
- name: last
  runAfter: [nameless, zero, folder]
  taskSpec: { steps: [{ name: s, script: echo last }] }
`),
      // As where the system allows no private mounts.
      { executor: { ...processExecutor, realPaths: async () => 'never' } },
    );
    const messages = ['nameless', 'zero', 'folder'].map(
      (name) => taskRunOf(run, name)!.status.conditions[0]!.message,
    );
    expect(messages).toEqual([
      '"step-s" exited with code 128: The program of the step has no name.',
      '"step-s" exited with code 128: The step could not be started: one of its arguments or variables has a byte 0 in it, which no program can be given.',
      '"step-s" exited with code 128: The step is to start in /dev/null/x, which is not there and cannot be made (ENOTDIR).',
    ]);
    expect(run.lines.at(-1)).toBe('last/s: last');
    expect(run.state).toBe('succeeded');
  });

  it('that cannot be started fails its task also where a code would not', async () => {
    const run = await runYaml(
      embedded(`tasks:
- name: t
  taskSpec:
    steps:
    - { name: s, onError: continue, command: [no-such-program-here] }
    - { name: next, script: "true" }
`),
    );
    expect(reasonOf(run, 't')).toBe('StepFailed');
    expect(stepsOf(run, 't')).toEqual([
      ['s', 1, 'Error'],
      ['next', 1, 'Skipped'],
    ]);
  });

  it('that a signal ends has the code 255 of the entrypoint, and -1 where it may fail', async () => {
    const run = await runYaml(
      embedded(`tasks:
- name: t
  taskSpec:
    steps:
    - { name: may, onError: continue, script: "kill -9 $$" }
    - { name: read, script: 'test "$(cat $(steps.step-may.exitCode.path))" = -1' }
    - { name: s, script: "kill -9 $$" }
`),
    );
    expect(stepsOf(run, 't')).toEqual([
      ['may', -1, 'Continued'],
      ['read', 0, 'Completed'],
      ['s', 255, 'Error'],
    ]);
    expect(taskRunOf(run, 't')!.status.conditions[0]!.message).toBe('"step-s" exited with code 255: Error');
  });

  it('with `when` that does not hold is skipped as a success', async () => {
    const run = await runYaml(
      embedded(`tasks:
- name: t
  taskSpec:
    steps:
    - name: one
      results: [{ name: r }]
      script: printf no > $(step.results.r.path)
    - name: two
      when: [{ input: $(steps.one.results.r), operator: in, values: ["yes"] }]
      script: echo never
    - name: three
      env: [{ name: R, value: $(steps.one.results.r) }]
      script: echo "$R"
`),
    );
    expect(stepsOf(run, 't')).toEqual([
      ['one', 0, 'Completed'],
      ['two', 0, 'Skipped'],
      ['three', 0, 'Completed'],
    ]);
    expect(run.lines).toEqual(['t/three: no']);
  });
});

describe('retries', () => {
  it('run a task again in new folders, and keep each attempt in the status', async () => {
    const run = await runYaml(
      embedded(
        `workspaces: [{ name: w }]
tasks:
- name: t
  retries: 3
  taskSpec:
    steps:
    - name: s
      script: |
        test ! -e here; touch here
        echo attempt $(context.task.retry-count)
        test $(context.task.retry-count) -ge 2
`,
        'workspaces: [{ name: w, emptyDir: {} }]\n',
      ),
    );
    expect(run.lines).toEqual(['t/s: attempt 0', 't/s: attempt 1', 't/s: attempt 2']);
    const status = taskRunOf(run, 't')!.status;
    expect(status.retriesStatus?.map((one) => one.conditions[0]!.reason)).toEqual([
      'StepFailed',
      'StepFailed',
    ]);
    expect(conditionOf(run).status).toBe('True');
  });
});

describe('the names of tasks', () => {
  it('may be any, such as those that folders of a run seem to have', async () => {
    const run = await runYaml(
      embedded(
        `workspaces: [{ name: w }]
tasks:
- name: a
  retries: 1
  taskSpec:
    steps:
    - name: s
      script: |
        while ! test -e $(workspaces.w.path)/up; do sleep 0.05; done
        test $(context.task.retry-count) = 1 && touch $(workspaces.w.path)/retried
- name: a-retry1
  taskSpec:
    results: [{ name: r }]
    steps:
    - name: s
      script: |
        touch $(workspaces.w.path)/up
        while ! test -e $(workspaces.w.path)/retried; do sleep 0.05; done
        printf there > $(results.r.path)
- name: claims
  runAfter: [a, a-retry1]
  taskSpec: { steps: [{ name: s, script: "ls $(workspaces.w.path)" }] }
`,
        'workspaces: [{ name: w, volumeClaimTemplate: { spec: {} } }]\n',
      ),
    );
    expect(run.lines).toEqual(['claims/s: retried', 'claims/s: up']);
    expect(resultsOf(run, 'a-retry1')).toEqual({ r: 'there' });
  });
});

describe('timeouts', () => {
  it('may be longer than a timer of Node can wait', async () => {
    const run = await runYaml(
      embedded(
        `tasks:
- name: t
  timeout: 700h
  taskSpec: { steps: [{ name: s, timeout: 600h, script: "sleep 0.1" }] }
`,
        'timeouts: { pipeline: 9000h, tasks: 800h }\n',
      ),
    );
    expect(conditionOf(run).reason).toBe('Succeeded');
  });

  it('of a step end its whole process group', async () => {
    const run = await runYaml(
      embedded(`tasks:
- name: t
  taskSpec: { steps: [{ name: s, timeout: 200ms, script: "sleep 60 & sleep 60" }] }
`),
    );
    expect(stepsOf(run, 't')).toEqual([['s', 1, 'TimeoutExceeded']]);
    expect(taskRunOf(run, 't')!.status.conditions[0]).toMatchObject({
      reason: 'StepFailed',
      message: '"step-s" exited because the step exceeded the specified timeout limit',
    });
  });

  it('of a task fail it, for each attempt anew', async () => {
    const run = await runYaml(
      embedded(`tasks:
- name: t
  timeout: 200ms
  retries: 1
  taskSpec: { steps: [{ name: s, script: "sleep 60" }] }
`),
    );
    expect(taskRunOf(run, 't')!.status.retriesStatus).toHaveLength(1);
    expect(taskRunOf(run, 't')!.status.conditions[0]).toMatchObject({
      reason: 'TaskRunTimeout',
      message: 'TaskRun "run-t" failed to finish within "200ms"',
    });
  });

  it('of a task that may fail keep their reason, and the pipeline goes on', async () => {
    const run = await runYaml(
      embedded(`tasks:
- name: t
  timeout: 200ms
  onError: continue
  taskSpec: { steps: [{ name: s, script: "sleep 60" }] }
- { name: next, runAfter: [t], taskSpec: { steps: [{ name: s, script: "true" }] } }
`),
    );
    expect(reasonOf(run, 't')).toBe('TaskRunTimeout');
    expect(reasonOf(run, 'next')).toBe('Succeeded');
    expect(conditionOf(run)).toMatchObject({
      status: 'True',
      message: 'Tasks Completed: 2 (Failed: 1 (Ignored: 1), Cancelled 0), Skipped: 0',
    });
  });

  it('of a task leave it no results, as Tekton reads them only of a Pod that is over', async () => {
    const run = await runYaml(
      embedded(`tasks:
- name: t
  timeout: 2s
  taskSpec:
    results: [{ name: r }, { name: own, value: $(steps.first.results.own) }]
    steps:
    - { name: first, results: [{ name: own }], script: "printf x > $(step.results.own.path)" }
    - { name: second, script: "printf x > $(results.r.path)" }
    - { name: third, script: "sleep 60" }
finally:
- name: takes
  params: [{ name: p, value: $(tasks.t.results.r) }]
  taskSpec: { params: [{ name: p }], steps: [{ name: s, script: "true" }] }
`),
    );
    expect(taskRunOf(run, 't')!.status.results).toBeUndefined();
    expect(taskRunOf(run, 't')!.status.steps.flatMap(({ results }) => results ?? [])).toEqual([]);
    expect(skipsOf(run)).toEqual({ takes: 'Results were missing' });
    expect(run.pipelineRun.status.finallyStartTime).toBeUndefined();
  });

  it('of all tasks and of the pipeline end the run, and neither starts finally, as a cluster does', async () => {
    const spec = `tasks:
- name: long
  taskSpec: { steps: [{ name: s, script: "sleep 60" }] }
- name: next
  runAfter: [long]
  taskSpec: { steps: [{ name: s, script: "true" }] }
finally:
- name: f
  taskSpec: { steps: [{ name: s, script: "echo finally" }] }
`;
    const tasks = await runYaml(embedded(spec, 'timeouts: { pipeline: 100s, tasks: 8s }\n'));
    expect(tasks.lines).toEqual([]);
    expect(conditionOf(tasks)).toMatchObject({
      status: 'False',
      reason: 'PipelineRunTimeout',
      message: 'PipelineRun "run" failed due to tasks failed to finish within "8s"',
    });
    expect(skipsOf(tasks)).toEqual({});
    expect(taskRunOf(tasks, 'long')!.status.steps[0]!.terminated).toMatchObject({
      exitCode: 1,
      reason: 'TaskRunCancelled',
      message: 'Step s terminated as pod run-long-pod is terminated',
    });
    const pipeline = await runYaml(embedded(spec, 'timeouts: { pipeline: 2s }\n'));
    expect(pipeline.lines).toEqual([]);
    expect(conditionOf(pipeline)).toMatchObject({
      reason: 'PipelineRunTimeout',
      message: 'PipelineRun "run" failed to finish within "2s"',
    });
    expect(reasonOf(pipeline, 'long')).toBe('TaskRunCancelled');
  });
});

describe('onError as a variable', () => {
  const task = (word: string) =>
    embedded(`tasks:
- name: t
  params: [{ name: word, value: ${word} }]
  taskSpec:
    params: [{ name: word }]
    steps:
    - { name: s, onError: $(params.word), script: echo ran; exit 3 }
    - { name: other, script: "true" }
    - { name: same, onError: $(params.word), script: "true" }
`);

  it('may be one of two words, and lets no step start with any other', async () => {
    expect(conditionOf(await runYaml(task('continue'))).status).toBe('True');
    expect(reasonOf(await runYaml(task('stopAndFail')), 't')).toBe('StepFailed');
    const wrong = await runYaml(task('ignore'));
    expect(wrong.lines).toEqual([]);
    expect(taskRunOf(wrong, 't')!.status).toMatchObject({
      conditions: [
        {
          reason: 'PodCreationFailed',
          message:
            'failed to create task run pod "run-t": invalid value: "ignore": steps[0].onError, steps[2].onError\nTask step onError must be either "continue" or "stopAndFail". Maybe invalid TaskSpec',
        },
      ],
      steps: [{ name: 's' }, { name: 'other' }, { name: 'same' }],
    });
  });

  it('lets no run start when the parameters of the Pipeline already make another word of it', () => {
    const { plan, findings } = planYaml(
      embedded(`params: [{ name: word, default: ignore }]
tasks: [{ name: t, taskSpec: { steps: [{ name: s, onError: $(params.word), script: exit 3 }] } }]
`),
    );
    expect(plan).toBeUndefined();
    expect(findings.map(({ message }) => message)).toEqual([
      'The onError of a step of "t" is "ignore" once the parameters are put in.',
    ]);
  });
});

describe('results', () => {
  const writing = (bytes: number) =>
    embedded(`tasks:
- name: t
  taskSpec:
    results: [{ name: r }]
    steps: [{ name: s, script: "head -c ${bytes} /dev/zero | tr '\\\\0' x > $(results.r.path)" }]
`);

  it('may take as much as a termination message of 4096 bytes holds, and not a byte more', async () => {
    const around = Buffer.byteLength(
      JSON.stringify([
        { key: 'r', value: '', type: 1 },
        { key: 'StartedAt', value: new Date().toISOString(), type: 3 },
      ]),
    );
    const fits = await runYaml(writing(4096 - around));
    expect(conditionOf(fits).status).toBe('True');
    const large = await runYaml(writing(4097 - around));
    const sentence = 'Termination message is above max allowed size 4096, caused by large task result.';
    expect(reasonOf(large, 't')).toBe('StepFailed');
    expect(large.lines).toEqual([`t/s: ${sentence}`]);
    expect(taskRunOf(large, 't')!.status).toMatchObject({
      conditions: [{ message: '"step-s" exited with code 1: Error' }],
      steps: [{ terminated: { exitCode: 1, reason: 'Error' }, terminationReason: 'Error' }],
    });
  });

  it('that are too large are lost, those before are not, and the next steps run', async () => {
    const run = await runYaml(
      embedded(`tasks:
- name: t
  taskSpec:
    results: [{ name: before }, { name: large }]
    steps:
    - { name: one, script: "printf x > $(results.before.path)" }
    - { name: two, onError: continue, script: "head -c 700 /dev/zero | tr '\\\\0' '<' > $(results.large.path); exit 3" }
    - { name: three, script: "rm $(results.large.path); echo ran" }
`),
    );
    expect(run.lines).toEqual([expect.stringContaining('t/two: Termination message'), 't/three: ran']);
    const { status } = taskRunOf(run, 't')!;
    expect(status.conditions[0]).toMatchObject({
      reason: 'StepFailed',
      message: '"step-two" exited with code 1: Error',
    });
    expect(status.results).toEqual([{ name: 'before', type: 'string', value: 'x' }]);
    expect(status.steps.map(({ terminationReason }) => terminationReason)).toEqual([
      'Completed',
      'Continued',
      'Completed',
    ]);
    expect(status.steps[1]!.terminated).toMatchObject({ exitCode: 3, reason: 'Error' });
    expect(status.steps[1]!.terminated!.message).toBeUndefined();
  });

  it('are lost without a word but in the log where the containers of a Pod leave each less room', async () => {
    const run = await runYaml(
      embedded(`tasks:
- name: t
  taskSpec:
    results: [{ name: small }, { name: large }, { name: after }]
    steps:
    - { name: one, script: "printf x > $(results.small.path)" }
    - { name: two, onError: continue, script: "head -c 2400 /dev/zero | tr '\\\\0' x > $(results.large.path); exit 3" }
    - { name: three, script: "printf x > $(results.after.path)" }
`),
    );
    const { status } = taskRunOf(run, 't')!;
    expect(status.conditions[0]).toMatchObject({ status: 'True', reason: 'Succeeded' });
    expect(status.results).toEqual([{ name: 'small', type: 'string', value: 'x' }]);
    // Three steps, and two containers that bring the entrypoint and the scripts.
    const limit = Math.floor(12288 / 5);
    const begin = '[{"key":"small","value":"x","type":1},{"key":"large","value":"';
    const message = begin.padEnd(limit, 'x');
    expect(status.steps.slice(1)).toMatchObject([
      { terminated: { exitCode: 0, reason: 'Completed', message } },
      { terminated: { exitCode: 0, reason: 'Completed', message } },
    ]);
    expect(status.steps.map(({ terminationReason }) => terminationReason)).toEqual([
      'Completed',
      undefined,
      undefined,
    ]);
    expect(run.lines).toEqual([
      expect.stringMatching(/^t\/two: The report of \d+ bytes is cut after 2457,/),
      expect.stringMatching(/^t\/three: The report of \d+ bytes is cut after 2457,/),
    ]);
  });

  it('may each be as large as they are allowed, counted as a sidecar reports them', async () => {
    const line = Buffer.byteLength(JSON.stringify({ name: 'r', value: '', type: 'task' }));
    expect(conditionOf(await runYaml(writing(9000 - line), { maxResultSize: 9000 })).status).toBe('True');
    const large = await runYaml(writing(9001 - line), { maxResultSize: 9000 });
    expect(taskRunOf(large, 't')!.status.conditions[0]).toMatchObject({
      reason: 'TaskRunResultLargerThanAllowedLimit',
      message: expect.stringMatching(
        /^\[User error\] TaskRun ""run-t"" failed: 9001 bytes results size exceeds configured limit of 9000 bytes$/,
      ) as string,
    });
  });

  it.each([
    ['array', 'not json'],
    ['array', '{"a":"b"}'],
    ['object', '["a"]'],
    ['object', '{"other":"b"}'],
  ])('of type %s fail the task when the file holds %s', async (type, content) => {
    const run = await runYaml(
      embedded(`tasks:
- name: t
  taskSpec:
    results: [{ name: r, type: ${type}${type === 'object' ? ', properties: { k: {} }' : ''} }]
    steps: [{ name: s, script: "printf %s '${content.replaceAll('"', '\\"')}' > $(results.r.path)" }]
`),
    );
    expect(reasonOf(run, 't')).toBe('TaskRunValidationFailed');
  });

  it('that a succeeded task did not write fail the run; nothing more starts but finally', async () => {
    const run = await runYaml(
      embedded(`tasks:
- name: a
  taskSpec: { results: [{ name: r }], steps: [{ name: s, script: "true" }] }
- name: b
  params: [{ name: p, value: $(tasks.a.results.r) }]
  taskSpec: { params: [{ name: p }], steps: [{ name: s, script: "echo never" }] }
finally:
- name: f
  taskSpec: { steps: [{ name: s, script: "echo finally" }] }
`),
    );
    expect(conditionOf(run)).toEqual({
      status: 'False',
      reason: 'PipelineValidationFailed',
      message:
        'Tasks Completed: 2 (Failed: 0, Cancelled 0), Skipped: 0, Failed Validation: 1 (task "a" completed successfully but did not emit the result "r", which is referenced by task "b")',
    });
    expect(run.lines).toEqual(['f/s: finally']);
  });
});
