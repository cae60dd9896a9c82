import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import YAML from 'yaml';
import { beforeAll, describe, expect, it } from 'vitest';
import { stepEnvironment } from '../../src/local/step-environment.ts';
import { refuseFindings } from '../../src/tekton/finding.ts';
import { loadTektonObjects, readTektonFiles } from '../../src/tekton/load-objects.ts';
import { planPipelineRun } from '../../src/tekton/plan/plan-pipeline-run.ts';
import { executePipelineRun } from '../../src/tekton/run/execute-pipeline-run.ts';
import { processExecutor } from '../../src/tekton/run/process-executor.ts';

const repository = join(import.meta.dirname, '../..');
let folder: string;
let commit: string;

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'bitiq-build-service-')));
  mkdirSync(join(folder, 'bin'));
  const main = join(repository, 'dist/cli/main.js');
  writeFileSync(join(folder, 'bin/bitiq'), `#!/bin/sh\nexec node '${main}' "$@"\n`);
  chmodSync(join(folder, 'bin/bitiq'), 0o755);
  const service = join(folder, 'service');
  mkdirSync(service);
  const scripts = {
    prebuild: 'mkdir -p dist',
    build: 'cp main.js dist/main.js',
    test: 'node --check dist/main.js && test "$npm_lifecycle_event" = test',
  };
  writeFileSync(join(service, 'package.json'), JSON.stringify({ name: 'tiny', version: '1.0.0', scripts }));
  writeFileSync(join(service, 'main.js'), 'console.log("tiny");\n');
  writeFileSync(join(service, 'Dockerfile'), 'FROM node:22\nCOPY dist /app\nCMD ["node", "/app/main.js"]\n');
  const lock = {
    name: 'tiny',
    version: '1.0.0',
    lockfileVersion: 3,
    packages: { '': { name: 'tiny', version: '1.0.0' } },
  };
  writeFileSync(join(service, 'package-lock.json'), JSON.stringify(lock));
  git(service, 'init', '--quiet', '--initial-branch=main');
  git(service, 'add', '.');
  git(service, 'commit', '--quiet', '-m', 'Start');
  git(service, 'tag', 'v0.3.0');
  git(service, 'commit', '--quiet', '--allow-empty', '-m', 'Go on');
  commit = git(service, 'rev-parse', 'HEAD').trim();
});

/** What the trigger's template says of accounts, those accounts, and the login that one of them has. */
function accounts() {
  const [template] = YAML.parse(
    readFileSync(join(repository, 'pipelines/triggers/trigger-template.yaml'), 'utf8'),
  ).spec.resourcetemplates as { spec: Record<string, unknown> }[];
  // What the template's parameter is where a service names no account of its own.
  const { taskRunTemplate, taskRunSpecs } = JSON.parse(
    JSON.stringify(template!.spec).replace('$(tt.params.push-account)', 'bitiq-push'),
  ) as Record<string, unknown>;
  const files = readFileSync(join(repository, 'pipelines/triggers/rbac.yaml'), 'utf8')
    .split(/^---$/m)
    .filter((text) => /^kind: ServiceAccount$/m.test(text));
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'kubernetes.io/dockerconfigjson',
    metadata: { name: 'bitiq-registry' },
    stringData: { '.dockerconfigjson': '{"auths":{"ghcr.io":{"auth":"pushes-all-images"}}}' },
  };
  return {
    spec: { taskRunTemplate, taskRunSpecs },
    objects: [...files, YAML.stringify(secret)].join('---\n'),
  };
}

async function planned(name: string, revision: string, breakIt?: string) {
  const { spec, objects: accountFiles } = accounts();
  const files = (await readTektonFiles([join(repository, 'pipelines')])).filter(
    ({ file }) => !file.endsWith('rbac.yaml'),
  );
  const objects = loadTektonObjects([
    ...files,
    {
      file: 'run.yaml',
      text: `
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: { name: ${name} }
spec:
  pipelineRef: { name: build-service }
  params:
    - { name: repo-url, value: ${join(folder, breakIt ?? 'service')} }
    - { name: revision, value: "${revision}" }
    - { name: service, value: tiny }
    - { name: image, value: ghcr.io/example/tiny }
    - { name: base-image, value: none }
  workspaces:
    - { name: source, volumeClaimTemplate: { spec: {} } }
    - { name: cache, persistentVolumeClaim: { claimName: cache } }
    - { name: images, persistentVolumeClaim: { claimName: images } }
${YAML.stringify(spec).replace(/^/gm, '  ')}
---
${accountFiles}`,
    },
  ]);
  const { plan, findings } = planPipelineRun(objects, objects.pipelineRuns.at(-1)!, { name, uid: 'u-1' });
  refuseFindings(findings);
  return { plan, objects };
}

async function build(name: string, revision: string, breakIt?: string) {
  const { plan, objects } = await planned(name, revision, breakIt);
  const lines: string[] = [];
  const result = await executePipelineRun(plan!, {
    executor: processExecutor,
    directory: join(folder, 'runs', name),
    now: () => new Date(),
    path: [join(folder, 'bin')],
    secrets: objects.secrets,
    volumes: { cache: join(folder, 'cache'), images: join(folder, 'images') },
    env: stepEnvironment({}),
    onEvent: (event) => event.type === 'log' && lines.push(`${event.task}/${event.step}: ${event.line}`),
  });
  return { result, lines };
}

describe('the build-service pipeline', () => {
  it('takes a commit to an image, and tells its tag, commit and digest', async () => {
    const { result, lines } = await build('first', commit);
    expect(result.pipelineRun.status.conditions[0], lines.join('\n')).toMatchObject({
      status: 'True',
      reason: 'Succeeded',
      message: 'Tasks Completed: 4 (Failed: 0, Cancelled 0), Skipped: 0',
    });
    expect(result.pipelineRun.status.results).toEqual([
      { name: 'tag', value: `v0.3.0-1.g${commit.slice(0, 7)}` },
      { name: 'commit', value: commit },
      { name: 'image-digest', value: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string },
    ]);
    const index = readFileSync(join(folder, 'images/ghcr.io/example/tiny/index.json'), 'utf8');
    expect(index).toContain(`v0.3.0-1.g${commit.slice(0, 7)}`);
    expect(lines).toContain(`report/report: tiny at ${commit}: Succeeded`);
    expect(lines).toContain('test/build-and-test: > prebuild: mkdir -p dist');
  });

  it('does not install again for the same package-lock.json', async () => {
    const { lines } = await build('second', commit);
    expect(lines).toContain('test/install: The packages of this package-lock.json are in the cache.');
  });

  it('shows the login of the registry to the task that pushes, and to nothing that a service brings', async () => {
    const spy = join(folder, 'spy');
    const look =
      "console.log('sees login:', require('node:fs').existsSync(process.env.HOME + '/.docker/config.json'));\n";
    cpSync(join(folder, 'service'), spy, { recursive: true });
    writeFileSync(
      join(spy, 'package.json'),
      JSON.stringify({ name: 'spy', scripts: { test: 'node look.js' } }),
    );
    writeFileSync(join(spy, 'look.js'), look);
    git(spy, 'add', '.');
    git(spy, 'commit', '--quiet', '-m', 'Look');
    const { lines } = await build('spied', 'main', 'spy');
    expect(lines).toContain('test/build-and-test: sees login: false');

    const { plan } = await planned('pushes', 'main');
    expect(plan?.taskCredentials?.get('build-image')).toEqual([
      { kind: 'docker-config', secret: 'bitiq-registry', url: '' },
    ]);
    expect(plan?.taskCredentials?.get('clone')).toEqual([]);
    expect(plan?.credentials).toEqual([]);
  });

  it('keeps what a build writes into its packages from the builds that follow', async () => {
    const packages = join(folder, 'cache/packages');
    const [kept = ''] = readdirSync(packages);
    const file = join(packages, kept, 'a-package/index.js');
    mkdirSync(join(packages, kept, 'a-package'));
    writeFileSync(file, 'clean\n');
    const service = join(folder, 'service');
    const json = JSON.parse(readFileSync(join(service, 'package.json'), 'utf8')) as { scripts: object };
    const scripts = { ...json.scripts, test: 'echo changed >> node_modules/a-package/index.js' };
    writeFileSync(join(service, 'package.json'), JSON.stringify({ ...json, scripts }));
    git(service, 'commit', '--quiet', '-am', 'Write into a package');
    const { result, lines } = await build('writes', git(service, 'rev-parse', 'HEAD').trim());
    expect(result.state, lines.join('\n')).toBe('succeeded');
    expect(lines).toContain('test/install: The packages of this package-lock.json are in the cache.');
    expect(readFileSync(file, 'utf8')).toBe('clean\n');
  });

  it.each(['--upload-pack=touch', '-x'])(
    'refuses the revision %s, and reports the failure',
    async (revision) => {
      const { result, lines } = await build(`refused${revision.length}`, revision);
      expect(result.state).toBe('failed');
      expect(lines).toContain('clone/clone: The revision is empty or begins with a dash: refused.');
      expect(lines).toContain(`report/report: tiny at ${revision}: Failed`);
    },
  );

  it('keeps a revision that looks like shell text as data', async () => {
    const { result } = await build('data', '$(touch${IFS}pwned)');
    expect(result.state).toBe('failed');
  });
});

function git(cwd: string, ...args: string[]): string {
  const env = {
    ...process.env,
    GIT_AUTHOR_NAME: 'A',
    GIT_AUTHOR_EMAIL: 'a@example.com',
    GIT_COMMITTER_NAME: 'A',
    GIT_COMMITTER_EMAIL: 'a@example.com',
  };
  return execFileSync('git', args, { cwd, env, encoding: 'utf8' });
}
