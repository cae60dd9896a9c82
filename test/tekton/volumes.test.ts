import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mountNamespace } from '../../src/tekton/run/private-mounts.ts';
import { embedded, newFolder, runYaml } from './kit.ts';
import { runTask, taskRunYaml } from './kit-task.ts';

const objects = `apiVersion: v1
kind: Secret
metadata: { name: s }
stringData: { key: of-the-secret, other: value-2 }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: c }
data: { file: from-map }
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: kept }`;

describe('environment from whole objects', () => {
  it('has every key, the prefix before it; a missing optional one is nothing', async () => {
    const run = await runTask(
      taskRunYaml(
        `taskSpec:
  steps:
  - name: s
    envFrom:
    - { prefix: P_, configMapRef: { name: c } }
    - secretRef: { name: none, optional: true }
    script: echo "$P_file"
`,
        objects,
      ),
    );
    expect(run.lines).toEqual(['s: from-map']);
  });
});

describe('files of Secrets and ConfigMaps', () => {
  it('have every byte, and the permissions that are asked for', async () => {
    const run = await runTask(
      taskRunYaml(
        `workspaces:
- { name: s, secret: { secretName: b } }
- name: c
  configMap: { name: b, defaultMode: 0755, items: [{ key: run, path: run }, { key: bytes, path: sub/f, mode: 0600 }] }
- { name: p, projected: { defaultMode: 0640, sources: [{ secret: { name: b } }] } }
taskSpec:
  workspaces: [{ name: s }, { name: c }, { name: p }]
  steps:
  - name: s
    script: |
      od -An -tx1 $(workspaces.s.path)/bytes $(workspaces.c.path)/sub/f
      cat $(workspaces.s.path)/text
      stat -c %a $(workspaces.s.path)/text $(workspaces.c.path)/sub/f $(workspaces.p.path)/text
      $(workspaces.c.path)/run
`,
        `apiVersion: v1
kind: Secret
metadata: { name: b }
data: { bytes: /wD+AQ==, text: b29wcwo= }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: b }
binaryData: { bytes: /wD+Ag== }
data: { run: "#!/bin/sh\\necho runs\\n" }`,
      ),
    );
    expect(run.lines).toEqual([
      ...['s:  ff 00 fe 01 ff 00 fe 02', 's: ***', 's: 644', 's: 600', 's: 640', 's: runs'],
    ]);
    expect(run.state).toBe('succeeded');
  });
});

describe('a volume', () => {
  it('whose name is known late is no way out of the folder of its run', async () => {
    const run = await runTask(
      taskRunYaml(`params: [{ name: v, value: ../../../up }]
taskSpec:
  params: [{ name: v }]
  volumes: [{ name: $(params.v), emptyDir: {} }]
  steps: [{ name: s, script: echo never }]
`),
    );
    expect(run.status.conditions[0]).toMatchObject({
      reason: 'TaskRunValidationFailed',
      message: 'The path ../../../up leads out of its volume.',
    });
    expect(existsSync(join(run.directory, 'up'))).toBe(false);
  });
});

describe('claims that the files declare', () => {
  it('outlive the run', async () => {
    const claims = newFolder();
    const spec = (script: string) =>
      taskRunYaml(
        `workspaces: [{ name: w, persistentVolumeClaim: { claimName: kept } }]
taskSpec:
  workspaces: [{ name: w }]
  steps: [{ name: s, script: '${script}' }]
`,
        objects,
      );
    await runTask(spec('echo 1 > $(workspaces.w.path)/f'), { claims });
    expect((await runTask(spec('cat $(workspaces.w.path)/f'), { claims })).lines).toEqual(['s: 1']);
    expect(existsSync(join(claims, 'kept/f'))).toBe(true);
  });
});

// Where the system allows no private mounts, such runs are refused (see the cases in invalid/).
describe.skipIf((await mountNamespace()) === 'none')('real paths', () => {
  it('lie where a link of this machine leads to, and begin at the root', async () => {
    const folder = newFolder();
    mkdirSync(join(folder, 'there'));
    symlinkSync(join(folder, 'there'), join(folder, 'link'));
    const relative = `bitiq-test-${process.pid}/in`;
    const mounts = [join(folder, 'link/made'), relative].map((path) => `{ name: v, mountPath: ${path} }`);
    const run = await runTask(
      taskRunYaml(`taskSpec:
  volumes: [{ name: v, emptyDir: {} }]
  steps:
  - name: s
    volumeMounts: [${mounts.join(', ')}]
    script: "echo 1 > ${folder}/link/made/f; cat ${folder}/there/made/f /${relative}/f"
`),
    );
    expect(run.lines).toEqual(['s: 1', 's: 1']);
    expect(readdirSync(join(folder, 'there'))).toEqual([]);
  });

  const mounted = '/proc/self/mountinfo';
  const hasShm = existsSync(mounted) && readFileSync(mounted, 'utf8').includes(' /dev/shm ');
  it.skipIf(!hasShm)('leave what is mounted on this machine beside them where it is', async () => {
    const run = await runTask(
      taskRunYaml(`taskSpec:
  volumes: [{ name: v, emptyDir: {} }]
  steps:
  - name: s
    volumeMounts: [{ name: v, mountPath: /dev/bitiq-test }]
    script: "grep -q ' /dev/shm ' ${mounted} && echo there; ls -d /dev/bitiq-test; echo gone > /dev/null"
`),
    );
    expect(run.lines).toEqual(['s: there', 's: /dev/bitiq-test']);
    expect(existsSync('/dev/bitiq-test')).toBe(false);
  });

  it('are given to a step that starts in a folder which this machine has not, and it has not afterwards', async () => {
    const folder = `/bitiq-test-${process.pid}`;
    const run = await runTask(
      taskRunYaml(`taskSpec: { steps: [{ name: s, workingDir: ${folder}/in, script: "pwd; touch f" }] }\n`),
    );
    expect(run.lines).toEqual([`s: ${folder}/in`]);
    expect(existsSync(folder)).toBe(false);
  });

  it('are /workspace and /tekton for a task that names them, and leave nothing on this machine', async () => {
    const run = await runTask(
      taskRunYaml(`workspaces: [{ name: w, emptyDir: {} }]
taskSpec:
  workspaces: [{ name: w }]
  results: [{ name: r }]
  steps:
  - name: a
    script: |
      printf result > /tekton/results/r
      echo shared > /workspace/w/f
      echo home > "$HOME/f"
      echo $(workspaces.w.path) $(results.r.path) $HOME
  - { name: b, workingDir: /no/such/folder/here, script: "pwd; cat /workspace/w/f /tekton/home/f; ls /tekton/run" }
  - { name: c, script: 'echo x > /tekton/run/0/out || echo refused; cat /tekton/steps/a/exitCode /tekton/steps/1/exitCode' }
`),
    );
    expect(run.lines).toEqual([
      'a: /workspace/w /tekton/results/r /tekton/home',
      'b: /no/such/folder/here',
      'b: shared',
      'b: home',
      ...['b: 0', 'b: 1', 'b: 2'],
      expect.stringMatching(/^c: .*Read-only file system/) as string,
      'c: refused',
      'c: 00',
    ]);
    expect(run.status.results).toEqual([{ name: 'r', type: 'string', value: 'result' }]);
    expect(existsSync('/no')).toBe(false);
  });

  it('are given where the folder of the run has a path that scripts would have to quote', async () => {
    const directory = join(newFolder(), "it's a folder; of $mine");
    mkdirSync(directory);
    const run = await runYaml(
      embedded(
        `workspaces: [{ name: w }]
results: [{ name: r, value: $(tasks.a.results.r) }]
tasks:
- name: a
  workspaces: [{ name: w }]
  taskSpec:
    workspaces: [{ name: w }]
    results: [{ name: r }]
    steps: [{ name: s, script: 'cd $(workspaces.w.path) && pwd > f && cat f > $(results.r.path)' }]
`,
        'workspaces: [{ name: w, emptyDir: {} }]',
      ),
      { directory },
    );
    expect(run.pipelineRun.status.results).toEqual([{ name: 'r', value: '/workspace/w\n' }]);
  });

  it('mount volumes of every kind, read-only as a cluster does, also inside folders of this machine', async () => {
    const run = await runTask(
      taskRunYaml(
        `params: [{ name: secret, value: s }]
taskSpec:
  params: [{ name: secret }]
  volumes:
  - { name: empty, emptyDir: {} }
  - { name: secret, secret: { secretName: $(params.secret), items: [{ key: key, path: deep/name }] } }
  - { name: both, projected: { sources: [{ secret: { name: s } }, { configMap: { name: c } }] } }
  - { name: claim, persistentVolumeClaim: { claimName: kept } }
  steps:
  - name: write
    volumeMounts: [{ name: empty, mountPath: /im/a/path }, { name: claim, mountPath: /var/bitiq-test/claim, subPath: part }]
    script: "echo 1 > /im/a/path/f; echo 2 > /var/bitiq-test/claim/f"
  - name: read
    volumeMounts:
    - { name: empty, mountPath: /other, readOnly: true }
    - { name: secret, mountPath: /etc/bitiq-test }
    - { name: both, mountPath: /both }
    script: |
      cat /other/f /both/file && echo
      wc -c < /etc/bitiq-test/deep/name
      ls /both /im 2>&1 || true
      touch /other/x 2>/dev/null || echo ro
      touch /both/x 2>/dev/null || echo ro
`,
        objects,
      ),
      { claims: newFolder() },
    );
    expect(run.lines).toEqual([
      'read: 1',
      'read: from-map',
      'read: 13',
      "read: ls: cannot access '/im': No such file or directory",
      ...['read: /both:', 'read: file', 'read: key', 'read: other', 'read: ro', 'read: ro'],
    ]);
    expect(existsSync('/var/bitiq-test')).toBe(false);
    expect(existsSync('/etc/bitiq-test')).toBe(false);
  });

  it('may be that of one file, and never one that a link leads to outside its volume', async () => {
    const mounts = (subPath: string) =>
      taskRunYaml(
        `taskSpec:
  volumes: [{ name: c, configMap: { name: c } }, { name: e, emptyDir: {} }]
  steps:
  - { name: one, volumeMounts: [{ name: c, mountPath: /etc/bitiq-test/conf, subPath: file }, { name: e, mountPath: /out }], script: "cat /etc/bitiq-test/conf; echo; ls /etc/bitiq-test; ln -s /etc /out/link" }
  - { name: two, volumeMounts: [{ name: e, mountPath: /in, subPath: ${subPath} }], script: "ls /in" }
`,
        objects,
      );
    const well = await runTask(mounts('fresh'));
    expect(well.lines).toEqual(['one: from-map', 'one: conf']);
    expect(well.state).toBe('succeeded');
    expect((await runTask(mounts('link'))).status.conditions[0]).toMatchObject({
      reason: 'TaskRunValidationFailed',
      message: 'The path link leads out of its volume.',
    });
  });

  it('hide an isolated workspace from the others, and make a read-only one read-only', async () => {
    const folder = newFolder();
    mkdirSync(join(folder, 'w'));
    writeFileSync(join(folder, 'w/f'), 'kept');
    const run = await runTask(
      taskRunYaml(`workspaces: [{ name: w, persistentVolumeClaim: { claimName: c } }, { name: e, emptyDir: {} }]
taskSpec:
  workspaces: [{ name: w, readOnly: true }, { name: e }]
  steps:
  - { name: sees, workspaces: [{ name: e, mountPath: /mine }], script: "echo 1 > /mine/f; echo $(cat $(workspaces.w.path)/w/f); echo x > $(workspaces.w.path)/w/f || echo read-only" }
  - { name: not, script: "ls /mine /workspace/e 2>/dev/null || echo hidden" }
`),
      { volumes: { c: folder } },
    );
    expect(run.lines.filter((line) => !line.includes('cannot create'))).toEqual([
      'sees: kept',
      'sees: read-only',
      'not: hidden',
    ]);
    expect(readFileSync(join(folder, 'w/f'), 'utf8')).toBe('kept');
  });
});
