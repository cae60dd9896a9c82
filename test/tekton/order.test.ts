import { describe, expect, it } from 'vitest';
import { conditionOf, embedded, planYaml, reasonOf, resultsOf, runYaml, skipsOf } from './kit.ts';

const step = (script: string) => `taskSpec: { steps: [{ name: s, script: ${JSON.stringify(script)} }] }`;
const writing = (result: string, value: string) => `taskSpec:
    results: [{ name: ${result} }]
    steps: [{ name: s, script: "printf %s '${value}' > $(results.${result}.path)" }]`;

describe('the order of tasks', () => {
  it('starts independent tasks together', async () => {
    const meet = (mine: string, other: string) =>
      `touch $(workspaces.w.path)/${mine}; for i in $(seq 1200); do [ -e $(workspaces.w.path)/${other} ] && exit 0; sleep 0.05; done; exit 1`;
    const run = await runYaml(
      embedded(
        `workspaces: [{ name: w }]
tasks:
- name: a
  ${step(meet('a', 'b'))}
- name: b
  ${step(meet('b', 'a'))}
`,
        'workspaces: [{ name: w, volumeClaimTemplate: {} }]\n',
      ),
    );
    expect(conditionOf(run)).toEqual({
      status: 'True',
      reason: 'Succeeded',
      message: 'Tasks Completed: 2 (Failed: 0, Cancelled 0), Skipped: 0',
    });
  });

  it('runs a task after those it names and after those whose results it takes', async () => {
    const run = await runYaml(
      embedded(`tasks:
- name: last
  runAfter: [middle]
  ${step('true')}
- name: middle
  params: [{ name: p, value: "<$(tasks.first.results.r)>" }]
  taskSpec:
    params: [{ name: p }]
    results: [{ name: seen }]
    steps: [{ name: s, script: "printf %s '$(params.p)' > $(results.seen.path)" }]
- name: first
  ${writing('r', 'one')}
`),
    );
    const started = run.events.flatMap((event) => (event.type === 'task-started' ? [event.task] : []));
    expect(started).toEqual(['first', 'middle', 'last']);
    expect(resultsOf(run, 'middle')).toEqual({ seen: '<one>' });
  });

  it('refuses a circle, naming it', () => {
    const { plan, findings } = planYaml(
      embedded(`tasks:
- name: a
  runAfter: [b]
  ${step('true')}
- name: b
  runAfter: [c]
  ${step('true')}
- name: c
  runAfter: [a]
  ${step('true')}
`),
    );
    expect(plan).toBeUndefined();
    expect(findings).toMatchObject([
      {
        code: 'tekton-invalid',
        message: 'The tasks wait for each other in a circle: a → b → c → a.',
      },
    ]);
  });

  it('skips by `when`: those ordered after it run, those that take its results do not', async () => {
    const run = await runYaml(
      embedded(`params: [{ name: go, default: "no" }]
tasks:
- name: guarded
  when: [{ input: $(params.go), operator: in, values: ["yes"] }]
  ${writing('r', 'x')}
- name: ordered
  runAfter: [guarded]
  ${step('true')}
- name: consumer
  params: [{ name: p, value: $(tasks.guarded.results.r) }]
  taskSpec: { params: [{ name: p }], steps: [{ name: s, script: "true" }] }
- name: grandchild
  runAfter: [consumer]
  ${step('true')}
- name: open
  when: [{ input: $(params.go), operator: notin, values: ["yes"] }]
  ${step('true')}
`),
    );
    expect(skipsOf(run)).toEqual({
      guarded: 'When Expressions evaluated to false',
      consumer: 'Results were missing',
      grandchild: 'Parent Tasks were skipped',
    });
    expect(reasonOf(run, 'ordered')).toBe('Succeeded');
    expect(reasonOf(run, 'open')).toBe('Succeeded');
    expect(conditionOf(run)).toMatchObject({ status: 'True', reason: 'Completed' });
    expect(run.pipelineRun.status.skippedTasks?.[0]?.whenExpressions).toEqual([
      { input: 'no', operator: 'in', values: ['yes'] },
    ]);
  });

  it('puts results into `when`, whole arrays into args and params, and their items by index', async () => {
    const run = await runYaml(
      embedded(`tasks:
- name: make
  taskSpec:
    results: [{ name: list, type: array }, { name: map, type: object, properties: { k: {} } }]
    steps:
    - name: s
      script: |
        printf '["a b","c"]' > $(results.list.path)
        printf '{"k":"v"}' > $(results.map.path)
- name: take
  when: [{ input: c, operator: in, values: ["$(tasks.make.results.list[*])"] }]
  params:
  - { name: all, value: "$(tasks.make.results.list[*])" }
  - { name: whole, value: "$(tasks.make.results.map[*])" }
  - { name: one, value: "$(tasks.make.results.list[1])$(tasks.make.results.map.k)" }
  taskSpec:
    params: [{ name: all, type: array }, { name: whole, type: object, properties: { k: {} } }, { name: one }]
    steps:
    - name: s
      command: [sh, -c, 'for i; do echo "<$i>"; done', sh]
      args: ["$(params.all[*])", "$(params.one)", "$(params.whole.k)", "$(params.all[0])"]
`),
    );
    expect(run.lines).toEqual([
      'take/s: <a b>',
      'take/s: <c>',
      'take/s: <cv>',
      'take/s: <v>',
      'take/s: <a b>',
    ]);
  });
});

describe('an index that a list of the results has not', () => {
  const make = `tasks:
- name: make
  taskSpec:
    results: [{ name: list, type: array }]
    steps: [{ name: s, script: 'printf "[\\"a\\"]" > $(results.list.path)' }]
`;
  const taking = (name: string) => `- name: ${name}
  params: [{ name: p, value: "$(tasks.make.results.list[1])" }]
  taskSpec: { params: [{ name: p }], steps: [{ name: s, script: echo never }] }
`;
  const other = `- name: other
  taskSpec: { steps: [{ name: s, script: echo never }] }
`;

  it.each([
    ['a task', `${make}${taking('take')}finally:\n${other}`],
    [
      'a task that its when would skip',
      `${make}${taking('take')}  when: [{ input: a, operator: in, values: [b] }]\nfinally:\n${other}`,
    ],
    ['a task of finally', `${make}finally:\n${other}${taking('take')}`],
  ])('ends the run before %s and any of finally starts, as nothing can be resolved then', async (_, spec) => {
    const run = await runYaml(embedded(spec));
    expect(run.lines).toEqual([]);
    expect(conditionOf(run)).toMatchObject({
      status: 'False',
      reason: 'PipelineValidationFailed',
      message:
        "[User error] PipelineRun default/run can't be Run; couldn't resolve all references: array Result Index 1 for Task make Result list is out of bound of size 1",
    });
    expect(run.pipelineRun.status.finallyStartTime).toBeUndefined();
  });
});

describe('finally', () => {
  it('runs after a failure, with the status of each task and of all', async () => {
    const run = await runYaml(
      embedded(`tasks:
- name: good
  ${writing('r', 'kept')}
- name: bad
  runAfter: [good]
  taskSpec: { results: [{ name: none }], steps: [{ name: s, script: "exit 3" }] }
- name: never
  runAfter: [bad]
  ${step('true')}
finally:
- name: tell
  params:
  - { name: text, value: "$(tasks.good.status) $(tasks.bad.status) $(tasks.bad.reason) $(tasks.never.status) $(tasks.status) $(tasks.good.results.r)" }
  taskSpec: { params: [{ name: text }], steps: [{ name: s, env: [{ name: TEXT, value: $(params.text) }], script: 'echo "$TEXT"' }] }
- name: only-on-success
  when: [{ input: $(tasks.status), operator: in, values: [Succeeded] }]
  ${step('true')}
- name: needs-result
  params: [{ name: p, value: $(tasks.bad.results.none) }]
  taskSpec: { params: [{ name: p }], steps: [{ name: s, script: "true" }] }
`),
    );
    expect(run.lines).toEqual(['tell/s: Succeeded Failed StepFailed None Failed kept']);
    expect(skipsOf(run)).toEqual({
      never: 'PipelineRun was stopping',
      'only-on-success': 'When Expressions evaluated to false',
      'needs-result': 'Results were missing',
    });
    expect(conditionOf(run)).toEqual({
      status: 'False',
      reason: 'Failed',
      message: 'Tasks Completed: 3 (Failed: 1, Cancelled 0), Skipped: 3',
    });
    expect(run.pipelineRun.status.finallyStartTime).toBeDefined();
  });

  it('runs after a task that may fail was only skipped as a result of another is missing', async () => {
    const run = await runYaml(
      embedded(`tasks:
- name: silent
  taskSpec: { results: [{ name: r }], steps: [{ name: s, script: "true" }] }
- name: takes
  onError: continue
  params: [{ name: p, value: $(tasks.silent.results.r) }]
  taskSpec: { params: [{ name: p }], steps: [{ name: s, script: "true" }] }
- name: after
  runAfter: [takes]
  ${step('true')}
finally: [{ name: last, taskSpec: { steps: [{ name: s, script: "echo last" }] } }]
`),
    );
    expect(run.lines).toEqual(['last/s: last']);
    expect(skipsOf(run)).toEqual({ takes: 'Results were missing', after: 'Parent Tasks were skipped' });
    expect(conditionOf(run)).toMatchObject({ status: 'True', reason: 'Completed' });
  });

  it('fails the run when a task of it fails', async () => {
    const run = await runYaml(
      embedded(`tasks:
- name: a
  ${step('true')}
finally:
- name: b
  ${step('false')}
`),
    );
    expect(conditionOf(run)).toMatchObject({ status: 'False', reason: 'Failed' });
  });
});

describe('the results of a run', () => {
  it('leave out what was never written, and keep bytes as they are', async () => {
    const run = await runYaml(
      embedded(`results:
- { name: exact, value: $(tasks.a.results.r) }
- { name: mixed, value: "$(tasks.a.results.r)]$(tasks.a.results.r)" }
- { name: absent, value: $(tasks.b.results.r) }
tasks:
- name: a
  taskSpec:
    results: [{ name: r }]
    steps: [{ name: s, script: "echo line > $(results.r.path)" }]
- name: b
  when: [{ input: a, operator: in, values: [b] }]
  ${writing('r', 'x')}
`),
    );
    expect(run.pipelineRun.status.results).toEqual([
      { name: 'exact', value: 'line\n' },
      { name: 'mixed', value: 'line\n]line\n' },
    ]);
  });

  it.each([
    ['which a task that succeeded did not write', '$(tasks.a.results.none)'],
    ['at an index that is not there', '$(tasks.a.results.list[2])'],
    ['of a key that is not there', '$(tasks.a.results.map.other)'],
  ])('fail the run where one is of a result %s, and the others stay', async (_, value) => {
    const run = await runYaml(
      embedded(`results:
- { name: good, value: "$(tasks.a.results.list[0])" }
- { name: bad, value: "${value}" }
tasks:
- name: a
  taskSpec:
    results: [{ name: none }, { name: list, type: array }, { name: map, type: object, properties: { k: {} } }]
    steps:
    - name: s
      script: |
        printf '["x"]' > $(results.list.path)
        printf '{"k":"v"}' > $(results.map.path)
`),
    );
    expect(conditionOf(run)).toEqual({
      status: 'False',
      reason: 'CouldntGetPipelineResult',
      message:
        "Failed to get PipelineResult from TaskRun Results for PipelineRun run: invalid pipelineresults [bad], the referenced results don't exist",
    });
    expect(run.pipelineRun.status.results).toEqual([{ name: 'good', value: 'x' }]);
  });
});

describe('a result of a run', () => {
  it('that is an array named alone is the first of its items', async () => {
    const run = await runYaml(
      embedded(`results: [{ name: alone, value: $(tasks.a.results.list) }]
tasks:
- name: a
  taskSpec:
    results: [{ name: list, type: array }]
    steps: [{ name: s, script: "printf '[\\"a\\",\\"b\\"]' > $(results.list.path)" }]
`),
    );
    expect(run.pipelineRun.status.results).toEqual([{ name: 'alone', value: 'a' }]);
  });

  it('of a matrix is known only when another task takes one of them, and a check warns where none does', async () => {
    const spec = (taken: string) =>
      embedded(`results: [{ name: all, value: "$(tasks.m.results.r[*])" }]
tasks:
- name: m
  matrix: { params: [{ name: p, value: [a, b] }] }
  taskSpec:
    params: [{ name: p }]
    results: [{ name: r }]
    steps: [{ name: s, script: printf $(params.p) > $(results.r.path) }]
- name: next
  runAfter: [m]
  when: [{ input: a, operator: in, values: ["${taken}"] }]
  taskSpec: { steps: [{ name: s, script: "true" }] }
`);
    const known = await runYaml(spec('$(tasks.m.results.r[*])'));
    expect(known.pipelineRun.status.results).toEqual([{ name: 'all', value: ['a', 'b'] }]);
    const unknown = await runYaml(spec('a'));
    expect(conditionOf(unknown).reason).toBe('CouldntGetPipelineResult');
    expect(unknown.pipelineRun.status.results).toBeUndefined();
    const warned = (text: string) => planYaml(text).findings.map(({ severity }) => severity);
    expect([warned(spec('$(tasks.m.results.r[*])')), warned(spec('a'))]).toEqual([[], ['warning']]);
  });
});

describe('an empty input of when', () => {
  it('is left out wherever the run tells of it, as Go does', async () => {
    const run = await runYaml(
      embedded(`params: [{ name: p, default: "" }]
tasks:
- name: t
  when: [{ input: $(params.p), operator: in, values: [a] }]
  ${step('true')}
`),
    );
    const when = [{ operator: 'in', values: ['a'] }];
    expect(run.pipelineRun.status.skippedTasks![0]!.whenExpressions).toEqual(when);
    expect(run.pipelineRun.status.pipelineSpec).toMatchObject({ tasks: [{ when }] });
  });
});

describe('what is nearer', () => {
  it('wins: the parameters of a pipeline task over those of the pipeline in its embedded task', async () => {
    const run = await runYaml(
      embedded(`params: [{ name: a, default: far }, { name: b, default: far }]
tasks:
- name: t
  params: [{ name: a, value: "near $(params.b)" }]
  taskSpec: { steps: [{ name: s, script: "echo $(params.a), $(params.b)" }] }
`),
    );
    expect(run.lines).toEqual(['t/s: near far, far']);
  });
});
