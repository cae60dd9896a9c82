import { describe, expect, it } from 'vitest';
import { conditionOf, embedded, reasonOf, runYaml, skipsOf } from './kit.ts';

const produce = `tasks:
- name: m
  matrix:
    params: [{ name: os, value: [l, w] }, { name: count, value: ["1", "2"] }]
  taskSpec:
    params: [{ name: os }, { name: count }]
    results: [{ name: r }, { name: some }]
    steps:
    - name: s
      script: |
        printf %s "$(params.os)$(params.count)" > $(results.r.path)
        test "$(params.os)" = w || printf x > $(results.some.path)
`;

describe('a task with a matrix', () => {
  it('tells of each combination what happens to its steps', async () => {
    const run = await runYaml(embedded(produce));
    const told = run.events.flatMap((event) => ('step' in event ? [`${event.type} ${event.task}`] : []));
    const each = [0, 1, 2, 3].flatMap((index) => [`step-started m-${index}`, `step-ended m-${index}`]);
    expect(told.sort()).toEqual(each.sort());
  });

  it('runs once for each combination, and its results are lists for others and the pipeline', async () => {
    const run = await runYaml(
      embedded(`${produce}- name: use
  params: [{ name: all, value: "$(tasks.m.results.r[*])" }]
  taskSpec:
    params: [{ name: all, type: array }]
    steps: [{ name: s, args: ["$(params.all[*])"], script: 'echo "$@"' }]
- name: count
  runAfter: [m]
  params:
  - { name: count, value: $(tasks.m.matrix.length) }
  - { name: some, value: $(tasks.m.matrix.some.length) }
  taskSpec:
    params: [{ name: count }, { name: some }]
    steps: [{ name: s, script: echo $(params.count) $(params.some) }]
- name: each
  matrix: { params: [{ name: one, value: "$(tasks.m.results.r[*])" }] }
  taskSpec:
    params: [{ name: one }]
    steps: [{ name: s, script: echo $(params.one) }]
results: [{ name: list, value: "$(tasks.m.results.r[*])" }]
`),
    );
    expect(conditionOf(run)).toMatchObject({
      status: 'True',
      message: 'Tasks Completed: 4 (Failed: 0, Cancelled 0), Skipped: 0',
    });
    expect(run.lines.filter((line) => /^(use|count)/.test(line)).sort()).toEqual([
      'count/s: 4 2',
      'use/s: l1 w1 l2 w2',
    ]);
    expect(run.lines.filter((line) => line.startsWith('each')).sort()).toEqual([
      'each-0/s: l1',
      'each-1/s: w1',
      'each-2/s: l2',
      'each-3/s: w2',
    ]);
    expect(run.pipelineRun.status.results).toEqual([{ name: 'list', value: ['l1', 'w1', 'l2', 'w2'] }]);
    const children = run.pipelineRun.status.childReferences.filter(
      ({ pipelineTaskName }) => pipelineTaskName === 'm',
    );
    expect(children.map(({ name }) => name)).toEqual(['run-m-0', 'run-m-1', 'run-m-2', 'run-m-3']);
  });

  it('is skipped when an array is empty, with a reason that a later failure hides, and fails when one combination fails', async () => {
    const run = await runYaml(
      embedded(`params: [{ name: none, type: array, default: [] }]
tasks:
- name: empty
  matrix: { params: [{ name: p, value: "$(params.none[*])" }] }
  taskSpec: { params: [{ name: p }], steps: [{ name: s, script: "true" }] }
- name: half
  matrix: { params: [{ name: p, value: ["true", "false"] }] }
  taskSpec: { params: [{ name: p }], steps: [{ name: s, script: $(params.p) }] }
finally:
- name: f
  params: [{ name: p, value: $(tasks.half.status) }]
  taskSpec: { params: [{ name: p }], steps: [{ name: s, script: echo $(params.p) }] }
`),
    );
    expect(skipsOf(run)).toEqual({ empty: 'PipelineRun was stopping' });
    expect(run.lines).toEqual(['f/s: Failed']);
    expect(conditionOf(run).reason).toBe('Failed');
    expect(run.taskRuns.filter((one) => one.status.conditions[0]!.reason === 'StepFailed')).toHaveLength(1);
    expect(reasonOf(run, 'f')).toBe('Succeeded');
  });
});

describe('a CEL expression of when', () => {
  it('decides after everything is put into it, and breaks the run when it is not a boolean', async () => {
    const task = (cel: string) =>
      embedded(`params: [{ name: p, default: a }]
tasks:
- name: t
  when: [{ cel: "${cel}" }]
  taskSpec: { steps: [{ name: s, script: echo ran }] }
`);
    expect((await runYaml(task("'$(params.p)' in ['a', 'b']"))).lines).toEqual(['t/s: ran']);
    expect(skipsOf(await runYaml(task("'$(params.p)' == 'x'")))).toEqual({
      t: 'When Expressions evaluated to false',
    });
    expect(conditionOf(await runYaml(task("'$(params.p)'")))).toMatchObject({
      status: 'False',
      reason: 'CELEvaluationFailed',
      message: "[User error] Error evaluating CEL run: The CEL expression 'a' is not evaluated to a boolean",
    });
  });

  it('has the regular expressions of Go, and no function that a cluster has not', async () => {
    const task = (cel: string) =>
      embedded(`tasks:
- name: t
  when: [{ cel: "${cel}" }]
  taskSpec: { steps: [{ name: s, script: echo ran }] }
`);
    const matching =
      "'Main'.matches('(?i)^main$') && matches('x', '[[:alpha:]]') && string(1.5e9) == '1.5e+09'";
    expect((await runYaml(task(matching))).lines).toEqual(['t/s: ran']);
    await expect(runYaml(task("'a b'.split(' ').size() == 2"))).rejects.toThrow(
      "when[0].cel is not a CEL expression: undeclared reference to 'split'.",
    );
  });

  it.each([
    ['1 / 0 == 1', 'division by zero'],
    ["{'a': 1}['b'] == 1", 'no such key: b'],
    ['[1][3] == 1', 'index out of bounds: 3'],
  ])('says of %s what a cluster says', async (cel, words) => {
    const run = await runYaml(
      embedded(
        `tasks:\n- { name: t, when: [{ cel: "${cel}" }], taskSpec: { steps: [{ name: s, script: echo ran }] } }\n`,
      ),
    );
    expect(conditionOf(run).message).toBe(`[User error] Error evaluating CEL run: ${words}`);
  });

  it.each([
    ['a task that waits for a result', 'tasks', "int('$(tasks.t.results.num)') > 1"],
    ['a task of finally', 'finally', "'$(tasks.t.status)'"],
  ])(
    'breaks the run before anything starts when that of %s cannot be evaluated then',
    async (_, list, cel) => {
      const run = await runYaml(
        embedded(`tasks:
- name: t
  taskSpec: { results: [{ name: num }], steps: [{ name: s, script: "echo ran; printf 2 > $(results.num.path)" }] }
${list === 'tasks' ? '' : 'finally:\n'}- name: u
  when: [{ cel: "${cel}" }]
  taskSpec: { steps: [{ name: s, script: echo ran }] }
`),
      );
      expect(run.lines).toEqual([]);
      expect(conditionOf(run)).toMatchObject({
        reason: 'CELEvaluationFailed',
        message: expect.stringContaining(
          '[User error] Error evaluating CEL run: The CEL expression ',
        ) as string,
      });
    },
  );
});
