import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { printObjects } from '../../src/cli/commands/pipeline/report-run.ts';
import { conditionOf, embedded, newFolder, reasonOf, runYaml, skipsOf, taskRunOf } from './kit.ts';

// BITIQ_RACES=full: six steps that start two thousand processes each, instead of two that start a hundred.
const isFull = process.env['BITIQ_RACES'] === 'full';

/** A sleep that no other run of these tests on this machine has. */
const sleep = (number: number) => `sleep 700${number}.${process.pid}`;

/** How many processes have this text in their command line. */
function running(text: string): number {
  const lines = execFileSync('ps', ['-ww', '-eo', 'args'], { encoding: 'utf8' }).split('\n');
  return lines.filter((line) => line.includes(text)).length;
}

async function until(condition: () => boolean): Promise<void> {
  await expect.poll(condition).toBe(true);
}

const one = (script: string, more = '') =>
  embedded(`tasks:
- name: t
  taskSpec:
    steps:
    - name: s
${more}      script: ${JSON.stringify(script)}
`);

describe('the processes of a step', () => {
  it('end with the step, also those it left in the background', async () => {
    const run = await runYaml(one(`${sleep(1)} & echo done`));
    expect(run.lines).toEqual(['t/s: done']);
    expect(running(sleep(1))).toBe(0);
  });

  it.skipIf(process.platform !== 'linux')(
    'end with the step, also those that left its process group',
    async () => {
      await runYaml(one(`setsid ${sleep(2)} >/dev/null 2>&1 & sleep 0.2; echo done`));
      await until(() => running(sleep(2)) === 0);
    },
  );

  it.skipIf(process.platform !== 'linux')(
    'end with the step, also those that one which left its group goes on to start',
    async () => {
      // Many of them are just then between two programs, where nothing tells whose they are.
      const many = `for i in $(seq 1 ${isFull ? 2000 : 100}); do setsid ${'env '.repeat(12)}${sleep(6)} & done; wait`;
      const script = `setsid sh -c '${many}' >/dev/null 2>&1 & sleep 0.3; echo done`;
      const step = (name: string) => `    - { name: ${name}, script: ${JSON.stringify(script)} }\n`;
      await runYaml(
        embedded(`tasks:
- name: t
  taskSpec:
    steps:
${(isFull ? ['a', 'b', 'c', 'd', 'e', 'f'] : ['a', 'b']).map(step).join('')}`),
      );
      await until(() => running(sleep(6)) === 0);
    },
  );

  it('are ended by a cancel, whatever they ignore; nothing else starts', async () => {
    const cancel = new AbortController();
    const long = sleep(3);
    const script = `trap '' TERM; sh -c 'trap "" TERM; ${long}; ${long}' & echo up; wait; ${long}`;
    const spec = `tasks:
- name: t
  taskSpec: { steps: [{ name: s, script: ${JSON.stringify(script)} }] }
- name: next
  runAfter: [t]
  taskSpec: { steps: [{ name: s, script: "true" }] }
finally:
- name: f
  taskSpec: { steps: [{ name: s, script: "echo finally" }] }
`;
    const run = await runYaml(embedded(spec), {
      signal: cancel.signal,
      onEvent: (event) => event.type === 'log' && cancel.abort(),
    });
    expect(running(long)).toBe(0);
    expect(conditionOf(run)).toEqual({
      status: 'False',
      reason: 'Cancelled',
      message: 'PipelineRun "run" was cancelled',
    });
    expect(run.state).toBe('cancelled');
    expect(reasonOf(run, 't')).toBe('TaskRunCancelled');
    expect(run.taskRuns).toHaveLength(1);
    expect(run.lines).toEqual(['t/s: up']);
  });

  it('of a run that is cancelled before it starts never start', async () => {
    const run = await runYaml(one('echo never'), { signal: AbortSignal.abort() });
    expect(run.lines).toEqual([]);
    expect(run.state).toBe('cancelled');
  });

  it('have a clean environment, a home and a temporary folder of their task, and closed stdin', async () => {
    process.env['LEAK_FOR_TEST'] = 'leaked';
    try {
      const run = await runYaml(one('env; cat; echo "in $PWD"; echo x > "$HOME/a"; mktemp'), {
        env: { EXTRA: 'given' },
        path: ['/first/on/path'],
      });
      const text = run.lines.join('\n');
      expect(text).not.toContain('leaked');
      expect(text).toContain('EXTRA=given');
      expect(text).toMatch(/PATH=\/first\/on\/path:/);
      expect(text).toContain(`HOME=${run.directory}/work/t/tekton/home`);
      expect(text).toContain(`in ${run.directory}/work/t/workspace`);
      expect(text).toContain(`${run.directory}/work/t/tekton/tmp/`);
      expect(existsSync(join(run.directory, 'work'))).toBe(false);
    } finally {
      delete process.env['LEAK_FOR_TEST'];
    }
  });

  it('may leave folders in which nobody may write; nothing is left of them', async () => {
    const run = await runYaml(one('mkdir -p $HOME/go/mod/x; touch $HOME/go/mod/x/f; chmod -R a-w $HOME/go'));
    expect(run.state).toBe('succeeded');
    expect(existsSync(join(run.directory, 'work'))).toBe(false);
  });

  it('see neither a package.json nor a Git repository around the run', async () => {
    const around = newFolder();
    writeFileSync(join(around, 'package.json'), '{ "type": "module" }');
    execFileSync('git', ['init', '--quiet', around]);
    const run = await runYaml(one('#!/usr/bin/env node\nconsole.log(typeof require)'), {
      directory: join(around, 'runs/1'),
    });
    expect(run.lines).toEqual(['t/s: function']);
    const git = await runYaml(one('git rev-parse --git-dir 2>/dev/null || echo none'), {
      directory: join(around, 'runs/2'),
    });
    expect(git.lines).toEqual(['t/s: none']);
  });

  it('get $(VARIABLE) expanded in args and env as a kubelet does, and not in scripts', async () => {
    const run = await runYaml(
      embedded(`tasks:
- name: t
  taskSpec:
    stepTemplate: { env: [{ name: A, value: a }, { name: B, value: template }] }
    steps:
    - name: args
      env: [{ name: B, value: "$(A)b" }]
      command: [echo]
      args: ["$(B)", "$$(B)", "$(UNKNOWN)"]
    - name: script
      script: echo "$(echo $B)"
`),
    );
    expect(run.lines).toEqual(['t/args: ab $(B) $(UNKNOWN)', 't/script: template']);
  });
});

describe('a result that a step makes a folder', () => {
  it('fails the step as it fails the entrypoint of Tekton, which has let the next one start before', async () => {
    const spec = `tasks:
- name: t
  taskSpec: { results: [{ name: r }], steps: [{ name: s, script: "mkdir $(results.r.path)" }, { name: next, script: echo next }] }
`;
    const run = await runYaml(embedded(spec));
    expect(run.lines).toEqual([
      't/s: The result "r" is not a file',
      't/next: next',
      't/next: The result "r" is not a file',
    ]);
    expect(taskRunOf(run, 't')!.status.conditions[0]).toMatchObject({
      reason: 'StepFailed',
      message: '"step-s" exited with code 1: Error',
    });
    expect(taskRunOf(run, 't')!.status.steps[0]).toMatchObject({
      terminated: { exitCode: 1, reason: 'Error' },
    });
  });
});

describe('secrets', () => {
  it('reach a step by variable and file, and no log, event or record shows them', async () => {
    const secret = 'hunter2-of-the-test';
    const run = await runYaml(
      `apiVersion: v1
kind: Secret
metadata: { name: git }
stringData: { token: ${secret} }
---
${embedded(
  `workspaces: [{ name: files }]
results: [{ name: r, value: $(tasks.t.results.r) }]
tasks:
- name: t
  taskSpec:
    results: [{ name: r }]
    steps:
    - name: s
      env: [{ name: TOKEN, valueFrom: { secretKeyRef: { name: git, key: token } } }]
      script: |
        test "$TOKEN" = "$(cat $(workspaces.files.path)/token)"
        echo "token $TOKEN"
        printf %s "$TOKEN" | cut -c1-8 | tr -d '\\n'; sleep 0.1; printf %s "$TOKEN" | cut -c9-
        printf %s "$TOKEN" > $(results.r.path)
`,
  'workspaces: [{ name: files, secret: { secretName: git } }]\n',
)}`,
    );
    expect(conditionOf(run).status, run.lines.join('\n')).toBe('True');
    expect(run.lines).toEqual(['t/s: token ***', 't/s: ***']);
    expect(run.pipelineRun.status.results).toEqual([{ name: 'r', value: secret }]);
    for (const file of ['run.json', 'logs/t/s.log']) {
      expect(readFileSync(join(run.directory, file), 'utf8')).not.toContain(secret);
    }
    expect(JSON.stringify(run.events)).not.toContain(secret);
  });

  it('are kept out of logs, events, record and status, too, where they come in the address of a parameter', async () => {
    const address = 'https://ada:t0ken-of-the-test@example.com/shop.git?token=al-so-secret';
    const run = await runYaml(
      embedded(
        `params: [{ name: url }]
tasks:
- name: t
  params: [{ name: url, value: $(params.url) }]
  taskSpec: { params: [{ name: url }], steps: [{ name: s, args: ["$(params.url)"], script: 'echo "$1"; echo "\${1#*ada:}" | cut -c1-17' }] }
`,
        `params: [{ name: url, value: "${address}" }]\n`,
      ),
    );
    expect(run.lines[0]).toMatch(/^t\/s: https:\/\/ada:\*\*\*@example\.com\/shop\.git/);
    expect(run.lines[1]).toBe('t/s: ***');
    const record = readFileSync(join(run.directory, 'run.json'), 'utf8');
    expect(record).toContain('https://***@example.com/shop.git?token=***');
    const shown: string[] = [];
    await printObjects([run.pipelineRun, ...run.taskRuns], {
      out: (line: string) => shown.push(line),
    } as never);
    for (const text of [record, shown.join('\n'), readFileSync(join(run.directory, 'logs/t/s.log'), 'utf8')])
      expect(text).not.toContain('t0ken-of-the-test');
    expect(JSON.stringify(run.events)).not.toContain('t0ken-of-the-test');
    expect(shown.join('\n')).not.toContain('al-so-secret');
  });

  it('that are missing refuse the run before anything starts, but for an optional key', async () => {
    const bound = embedded(
      'workspaces: [{ name: w }]\ntasks:\n- name: t\n  taskSpec: { steps: [{ name: s, script: "true" }] }\n',
      'workspaces: [{ name: w, secret: { secretName: none } }]\n',
    );
    await expect(runYaml(bound)).rejects.toMatchObject({
      code: 'tekton-invalid',
      message: 'The workspace "w" cannot be bound: the Secret "none" is not given.',
    });
    const needing = (more: string) =>
      runYaml(
        one('true', `      env: [{ name: A, valueFrom: { configMapKeyRef: { name: c, key: k${more} } } }]\n`),
      );
    await expect(needing('')).rejects.toMatchObject({
      code: 'tekton-invalid',
      message: 'The task "t" needs the key "k" of the ConfigMap "c", and it is not given.',
      place: { line: 12 },
    });
    expect((await needing(', optional: true')).state).toBe('succeeded');
  });
});

describe('workspaces', () => {
  it('emptyDir is new for each task, a claim is kept and divided by subPath, an unbound one is empty', async () => {
    const folder = newFolder();
    const run = await runYaml(
      embedded(
        `workspaces: [{ name: empty }, { name: kept }, { name: none, optional: true }]
tasks:
- name: a
  workspaces: [{ name: w, workspace: empty }, { name: k, workspace: kept, subPath: inner }]
  taskSpec:
    workspaces: [{ name: w }, { name: k }, { name: o, optional: true }]
    steps: [{ name: s, script: 'touch $(workspaces.w.path)/x $(workspaces.k.path)/y; echo "<$(workspaces.o.path)> $(workspaces.o.bound) $(workspaces.k.bound)"' }]
- name: b
  runAfter: [a]
  workspaces: [{ name: w, workspace: empty }]
  taskSpec:
    workspaces: [{ name: w }]
    steps: [{ name: s, script: 'ls $(workspaces.w.path)' }]
`,
        'workspaces: [{ name: empty, emptyDir: {} }, { name: kept, subPath: outer, persistentVolumeClaim: { claimName: c } }]\n',
      ),
      { volumes: { c: folder } },
    );
    expect(run.lines).toEqual(['a/s: <> false true']);
    expect(existsSync(join(folder, 'outer/inner/y'))).toBe(true);
  });

  it('refuse a subPath that leads out of the volume', async () => {
    const text = embedded(
      'workspaces: [{ name: w }]\ntasks:\n- name: a\n  taskSpec: { workspaces: [{ name: w }], steps: [{ name: s, script: "true" }] }\n',
      'workspaces: [{ name: w, subPath: ../.., volumeClaimTemplate: {} }]\n',
    );
    expect(taskRunOf(await runYaml(text), 'a')!.status.conditions[0]).toMatchObject({
      reason: 'TaskRunValidationFailed',
      message: 'The path ../.. leads out of its volume.',
    });
  });
});

describe('the record of a run', () => {
  it('is on disk while it runs, and says what waits', async () => {
    const directory = newFolder();
    const read = join(newFolder(), 'read');
    const seen: string[] = [];
    await runYaml(
      embedded(`tasks:
- name: a
  taskSpec: { steps: [{ name: s, script: "echo now; while ! test -e '${read}'; do sleep 0.05; done" }] }
- name: b
  runAfter: [a]
  taskSpec: { steps: [{ name: s, script: "true" }] }
`),
      {
        directory,
        onEvent: (event) => {
          // The record follows within milliseconds; the step waits for this test.
          if (event.type !== 'recorded' || event.record.state !== 'running' || existsSync(read)) return;
          const record = JSON.parse(readFileSync(join(directory, 'run.json'), 'utf8')) as {
            state: string;
            processGroups: number[];
            tasks: { name: string }[];
            taskRuns: { status: { steps: { running?: object }[] } }[];
          };
          if (record.processGroups.length === 0) return;
          seen.push(record.state, ...record.tasks.map((task) => task.name));
          expect(record.processGroups).toHaveLength(1);
          expect(record.taskRuns[0]!.status.steps[0]!.running).toBeDefined();
          writeFileSync(read, '');
        },
      },
    );
    expect(seen).toEqual(['running', 'a', 'b']);
    expect(JSON.parse(readFileSync(join(directory, 'run.json'), 'utf8'))).toMatchObject({
      state: 'succeeded',
      processGroups: [],
    });
    expect(readFileSync(join(directory, 'logs/a/s.log'), 'utf8')).toMatch(/^\d{4}-.*Z now\n$/);
  });

  it('says failed, and no process is left, when the run itself breaks', async () => {
    const directory = newFolder();
    const onEvent = (event: { type: string }) => {
      if (event.type === 'log') throw new Error('no space left');
    };
    const both = embedded(`tasks:
- name: a
  taskSpec: { steps: [{ name: s, script: "sleep 0.2; echo up; ${sleep(4)}" }] }
- name: b
  taskSpec: { steps: [{ name: s, script: "trap '' TERM; ${sleep(4)}; ${sleep(4)}" }] }
`);
    await expect(runYaml(both, { directory, onEvent })).rejects.toThrow('no space left');
    expect(running(sleep(4))).toBe(0);
    expect(JSON.parse(readFileSync(join(directory, 'run.json'), 'utf8'))).toMatchObject({ state: 'failed' });
  });

  it('says failed, and no process is left, when one combination of a matrix breaks the run', async () => {
    const directory = newFolder();
    const onEvent = (event: { type: string; line?: string }) => {
      if (event.line === 'up b') throw new Error('no space left');
    };
    const both = embedded(`tasks:
- name: a
  matrix: { params: [{ name: p, value: [a, b] }] }
  taskSpec:
    params: [{ name: p }]
    steps:
    - name: s
      env: [{ name: ONE, value: $(params.p) }]
      script: |
        test "$ONE" = a || sleep 0.3
        trap '' TERM
        echo up $ONE; ${sleep(5)}; ${sleep(5)}
`);
    await expect(runYaml(both, { directory, onEvent })).rejects.toThrow('no space left');
    expect(running(sleep(5))).toBe(0);
    expect(JSON.parse(readFileSync(join(directory, 'run.json'), 'utf8'))).toMatchObject({ state: 'failed' });
  });

  it('has no skipped task when nothing was skipped', async () => {
    expect(skipsOf(await runYaml(one('true')))).toEqual({});
  });
});
