import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { processExecutor } from '../../src/tekton/run/process-executor.ts';
import { checkPipelineFiles } from '../../src/actions/pipeline/check.ts';
import { evaluateTrigger } from '../../src/actions/trigger/eval.ts';
import { prepareRuns } from '../../src/tekton/prepare-runs.ts';

const folder = mkdtempSync(join(tmpdir(), 'bitiq-run-pipeline-'));
const file = join(folder, 'pipeline.yaml');
writeFileSync(
  file,
  `apiVersion: tekton.dev/v1
kind: Pipeline
metadata: { name: greet }
spec:
  params: [{ name: who }, { name: list, type: array, default: [] }]
  workspaces: [{ name: out }, { name: scratch }, { name: extra, optional: true }]
  tasks:
  - name: t
    params: [{ name: who, value: $(params.who) }, { name: list, value: ["$(params.list[*])"] }]
    workspaces: [{ name: out }, { name: scratch }]
    taskSpec:
      params: [{ name: who }, { name: list, type: array }]
      workspaces: [{ name: out }, { name: scratch }]
      steps:
      - name: s
        env: [{ name: WHO, value: $(params.who) }]
        args: ["$(params.list[*])"]
        script: echo "$WHO $*" > $(workspaces.out.path)/greeting
`,
);

const options = (name: string, params: Record<string, string>) => ({
  files: [file],
  name,
  params,
  workspaces: { out: join(folder, 'out') },
  executor: processExecutor,
  runs: join(folder, 'runs'),
  newSuffix: () => '1',
  newUid: () => 'u',
  now: () => new Date(),
});

describe('prepareRuns', () => {
  it('runs a Pipeline by name, with texts as params, folders as workspaces and new folders for the rest', async () => {
    const [run] = await prepareRuns(options('greet', { who: 'world, $(date)', list: 'a,b' }));
    expect(run!.plan.name).toBe('greet-1');
    const { state } = await run!.start();
    expect(state).toBe('succeeded');
    expect(readFileSync(join(folder, 'out/greeting'), 'utf8')).toBe('world, $(date) a b\n');
  });

  it.each([
    ['greeet', {}, 'tekton-missing', 'Did you mean "greet"?'],
    ['greet', { whoo: 'x' }, 'usage', 'Did you mean "who"?'],
    ['greet', {}, 'tekton-invalid', 'Give "who".'],
  ])('refuses %s with %j before anything runs', async (name, params, code, fix) => {
    await expect(prepareRuns(options(name, params))).rejects.toMatchObject({ code, fix });
  });

  it('refuses a workspace that nothing of the run has', async () => {
    const wrong = { ...options('greet', { who: 'x' }), workspaces: { outt: folder } };
    await expect(prepareRuns(wrong)).rejects.toMatchObject({ code: 'usage', fix: 'Did you mean "out"?' });
  });

  it.each(['', file, join(file, 'below')])('refuses %j as the folder of a workspace', async (out) => {
    const wrong = { ...options('greet', { who: 'x' }), workspaces: { out } };
    await expect(prepareRuns(wrong)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('The workspace "out" needs a folder') as string,
    });
  });

  it.each([
    ['a,b', ['a', 'b']],
    ['', []],
    ['[]', []],
    ['["a,b", 1, "[c]"]', ['a,b', '1', '[c]']],
    ['[a,b', ['[a', 'b']],
    ['{"a":1}', ['{"a":1}']],
  ])('reads the array %j', async (list, value) => {
    const [run] = await prepareRuns(options('greet', { who: 'x', list }));
    expect(run!.plan.tasks[0]!.params.find(({ name }) => name === 'list')?.value).toEqual(value);
  });

  it('reads parameters that the run alone names, of the type that they have there', async () => {
    const own = join(folder, 'own.yaml');
    writeFileSync(
      own,
      `apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: { name: own }
spec:
  params: [{ name: who, value: x }, { name: list, value: [x] }, { name: o, value: { a: x } }]
  pipelineSpec:
    tasks:
    - name: t
      taskSpec: { steps: [{ name: s, args: ["$(params.who)", "$(params.list[*])", "$(params.o.a)"], script: exit }] }
`,
    );
    const params = { who: 'a,b', list: 'a,b', o: '{"a":{"b":null}}' };
    const given = (more: object) => ({
      ...options('own', { ...params, ...more }),
      workspaces: {},
      files: [own],
    });
    const [run] = await prepareRuns(given({}));
    expect(run!.plan.tasks[0]!.spec.steps[0]!.args).toEqual(['a,b', 'a', 'b', '{"b":null}']);
    await expect(prepareRuns(given({ lst: 'x' }))).rejects.toMatchObject({ fix: 'Did you mean "list"?' });
    await expect(prepareRuns(given({ o: '[]' }))).rejects.toMatchObject({ code: 'usage' });
  });

  it('reads the items of a List', async () => {
    const list = join(folder, 'list.yaml');
    const text = `apiVersion: v1
kind: List
items:
- apiVersion: tekton.dev/v1
  kind: TaskRun
  metadata: { name: one }
  spec: { taskSpec: { steps: [{ name: s, script: "true" }] } }
`;
    writeFileSync(list, text);
    const given = { ...options('one', {}), workspaces: {}, files: [list] };
    expect((await prepareRuns(given)).map(({ plan }) => plan.name)).toEqual(['one']);
  });
});

describe('checkPipelineFiles', () => {
  it('says what was not checked, and shows no line that may have a secret', async () => {
    const write = (name: string, content: string | Buffer) => {
      writeFileSync(join(folder, name), content);
      return checkPipelineFiles([join(folder, name)]);
    };
    expect(await write('values.yaml', 'a: 1\n')).toMatchObject([
      { code: 'tekton-missing', severity: 'warning' },
    ]);
    expect(await write('utf16.yaml', Buffer.from('\uFEFFkind: Task\n', 'utf16le'))).toMatchObject([
      { code: 'tekton-invalid', message: 'The file is not a text in UTF-8.' },
    ]);
    const secret = 'apiVersion: v1\nkind: Secret\nmetadata: { name: s }\ndata: { k: not-base64 }\n';
    const [finding] = await write('secret.yaml', secret);
    expect(finding).toMatchObject({ message: 'data.k is not base64.', place: { line: 4 } });
    expect(JSON.stringify(finding)).not.toContain('not-base64');
  });
});

describe('evaluateTrigger', () => {
  it('says what a request in a file would create', async () => {
    const request = join(folder, 'http.txt');
    writeFileSync(request, 'POST / HTTP/1.1\nX-A: 1\n\n{"a":"b"}');
    writeFileSync(
      join(folder, 'listener.yaml'),
      `apiVersion: triggers.tekton.dev/v1beta1
kind: EventListener
metadata: { name: l }
spec:
  triggers:
  - name: t
    bindings: [{ name: p, value: $(body.a)$(header.x-a) }]
    template: { spec: { params: [{ name: p }], resourcetemplates: [{ apiVersion: v1, kind: Pod, metadata: { name: $(tt.params.p) } }] } }
`,
    );
    const files = [join(folder, 'listener.yaml')];
    const answer = await evaluateTrigger({ files, request, secrets: {}, eventId: 'e', newUid: () => 'u' });
    expect(answer).toMatchObject({
      status: 202,
      triggers: [{ outcome: 'fired', resources: [{ kind: 'Pod', metadata: { name: 'b1' } }] }],
    });
  });
});
