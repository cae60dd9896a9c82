import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { prepareRuns } from '../../src/tekton/prepare-runs.ts';
import type { BitiqError } from '../../src/model/errors.ts';
import type { RefusedRun } from '../../src/tekton/run/describe-refused.ts';
import { processExecutor } from '../../src/tekton/run/process-executor.ts';
import { ensureRemote } from '../../src/local/remotes/ensure-remote.ts';
import { loopServer, token } from '../remotes/loop-server.ts';
import { git } from '../remotes/workshop.ts';
import { watchArguments } from '../kit/watch-arguments.ts';
import { newFolder } from './kit.ts';

const pipeline = `apiVersion: tekton.dev/v1
kind: Pipeline
metadata: { name: fetched }
spec:
  params: [{ name: task }]
  tasks:
  - name: t
    taskRef: { resolver: http, params: [{ name: url, value: "$(params.task)" }] }
`;
const task = (ref: string) => `apiVersion: tekton.dev/v1
kind: Task
metadata: { name: of-a-server }
spec:
  steps:
  - name: s
    ref: ${ref}
`;
const action = (text: string) => `apiVersion: tekton.dev/v1beta1
kind: StepAction
metadata: { name: say }
spec: { image: busybox, script: "echo ${text}" }
`;

/** A repository with the files given, as a bare one; gives its folder and the commit. */
async function bare(
  root: string,
  name: string,
  files: Record<string, string>,
  links: Record<string, string> = {},
) {
  const work = newFolder();
  await git(work, 'init', '--quiet', '--initial-branch=main');
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(join(work, file, '..'), { recursive: true });
    writeFileSync(join(work, file), text);
  }
  for (const [link, target] of Object.entries(links)) symlinkSync(target, join(work, link));
  await git(work, 'add', '.');
  await git(work, 'commit', '--quiet', '-m', 'Add files');
  await git(work, 'tag', '-m', 'a tag', 'v1');
  const gitDir = join(root, `${name}.git`);
  await ensureRemote({ gitDir });
  await git(work, 'push', '--quiet', gitDir, 'main', 'v1');
  return { gitDir, commit: await git(work, 'rev-parse', 'HEAD') };
}

/** The folder of temporary files for the rest of a test, in which no one else makes any. */
function ownTmpdir(): string {
  const before = process.env['TMPDIR'];
  onTestFinished(() => {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
  });
  return (process.env['TMPDIR'] = newFolder());
}

async function httpServer(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function run(text: string, folder = newFolder(), params: Readonly<Record<string, string>> = {}) {
  writeFileSync(join(folder, 'run.yaml'), text);
  const refused: RefusedRun[] = [];
  const lines: string[] = [];
  const prepared = await prepareRuns({
    files: [join(folder, 'run.yaml')],
    runs: join(folder, 'runs'),
    params,
    newSuffix: () => 'x',
    newUid: () => 'uid',
    executor: processExecutor,
    now: () => new Date(),
    onEvent: (event) => event.type === 'log' && lines.push(event.line),
    onRefused: (object) => refused.push(object),
  }).catch((error: BitiqError) => ({ code: error.code, message: error.message, refused }));
  if (!Array.isArray(prepared)) return prepared;
  return { ...(await prepared[0]!.start()), lines };
}

const runOf = (kind: 'PipelineRun' | 'TaskRun', params: string, rest = '') => `apiVersion: tekton.dev/v1
kind: ${kind}
metadata: { name: r }
spec:
  ${kind === 'PipelineRun' ? 'pipelineRef' : 'taskRef'}:
    resolver: ${params}
${rest}`;

describe('references to objects that resolvers fetch', () => {
  it('log in as the address says, without a word of it in the arguments of any process or in an error', async () => {
    const root = newFolder();
    const served = await loopServer(root);
    await bare(root, 'pipelines', {
      'p.yaml': task('{ name: none }').replace('ref: { name: none }', 'image: none, script: "echo hi"'),
    });
    const of = (address: string) =>
      run(
        runOf(
          'TaskRun',
          `git\n    params: [{ name: url, value: "${address}" }, { name: pathInRepo, value: p.yaml }]`,
        ),
      );
    let seen = '';
    let done: unknown;
    // A process may end between two looks on a busy machine: then it is run again.
    for (let tries = 0; tries < 50 && !seen.includes('/git/pipelines.git'); tries += 1) {
      const end = watchArguments();
      done = await of(`${served.url.replace('://', `://bitiq:${token}@`)}/git/pipelines.git`);
      // Other tests clone from servers of their own at the same time, with a login in the address.
      const { host } = new URL(served.url);
      seen += end()
        .split('\n')
        .filter((line) => line.includes(host))
        .join('\n');
      if (process.platform !== 'linux') break;
    }
    if (process.platform === 'linux') expect(seen).toContain('/git/pipelines.git');
    expect(seen).not.toContain(token);
    expect(JSON.stringify(done)).not.toContain(token);
    expect(JSON.stringify(done)).not.toContain('git fetch error');
    const refused = await of('HTTPS://ghp_sentinel@example.test/x.git');
    expect(refused).toMatchObject({
      message: expect.stringContaining('invalid git repository url: HTTPS://***@') as unknown,
    });
  });

  it('go from a Pipeline of Git to a Task by HTTP to a StepAction of Git, and the status tells where from', async () => {
    const root = newFolder();
    const temporary = ownTmpdir();
    const served = await loopServer(root);
    const actions = await bare(root, 'actions', { 'deep/say.yaml': action('hello') }, { link: 'deep' });
    const pipelines = await bare(root, 'pipelines', { 'p.yaml': pipeline });
    const url = `${served.url}/git/actions.git`;
    const ref = (more: string) =>
      `{ resolver: git, params: [{ name: url, value: ${url} }, { name: revision, value: v1 }, { name: pathInRepo, value: /link/say.yaml }, { name: gitToken, value: git }${more}] }`;
    const site = await httpServer((_, response) => response.end(task(ref(''))));
    const params = `git\n    params: [{ name: url, value: ${pipelines.gitDir} }, { name: revision, value: ${pipelines.commit} }, { name: pathInRepo, value: p.yaml }]`;
    const done = await run(
      `${runOf('PipelineRun', params, `  params: [{ name: task, value: "${site}/t.yaml" }]\n`)}---
apiVersion: v1
kind: Secret
metadata: { name: git }
stringData: { token: ${token} }
`,
    );
    if (!('pipelineRun' in done)) throw new Error(JSON.stringify(done));
    expect(done.lines).toEqual(['hello']);
    expect(done.pipelineRun.status.provenance).toEqual({
      refSource: {
        uri: `git+${pipelines.gitDir}`,
        digest: { sha1: pipelines.commit },
        entryPoint: 'p.yaml',
      },
    });
    const [taskRun] = done.taskRuns;
    const sha256 = createHash('sha256')
      .update(task(ref('')))
      .digest('hex');
    expect(taskRun!.status.provenance).toEqual({
      refSource: { uri: `${site}/t.yaml`, digest: { sha256 } },
    });
    expect(taskRun!.status.steps[0]!.provenance!.refSource).toEqual({
      uri: `git+${url}`,
      digest: { sha1: actions.commit },
      entryPoint: 'link/say.yaml',
    });
    expect(taskRun!.spec.taskRef).toMatchObject({ resolver: 'http' });
    expect(taskRun!.metadata.labels['tekton.dev/task']).toBe('of-a-server');
    expect(readdirSync(temporary).filter((name) => name.startsWith('bitiq-resolve-'))).toEqual([]);
  });

  it('start at the folder of the file when a repository is named by a relative path, and are fetched once', async () => {
    const root = newFolder();
    await bare(root, 'a', { 't.yaml': `${task('{ name: say }')}---\n${action('x')}` });
    const params = 'git\n    params: [{ name: url, value: ./a.git }, { name: pathInRepo, value: t.yaml }]';
    const done = await run(`${runOf('TaskRun', params)}---\n${action('local')}`, root);
    expect(done).toMatchObject({ lines: ['local'], state: 'succeeded' });
  });

  it('tell what the texts of a command line are for the Task and the Pipeline that they fetch', async () => {
    const root = newFolder();
    const declared =
      '{ name: list, type: array }, { name: o, type: object, properties: { a: {} } }, { name: s }';
    const steps = `steps: [{ name: s, args: ["$(params.list[*])", "$(params.o.a)", "$(params.s)"], script: 'printf "<%s>" "$@"' }]`;
    const text = (kind: string, spec: string) => `apiVersion: tekton.dev/v1
kind: ${kind}
metadata: { name: fetched }
spec:
  params: [${declared}]
  ${spec}
`;
    await bare(root, 'a', {
      't.yaml': text('Task', steps),
      'p.yaml': text('Pipeline', `tasks: [{ name: t, taskSpec: { ${steps} } }]`),
    });
    const params = { list: 'x,y', o: '{"a":"1,2"}', s: '["z"]' };
    for (const [kind, file] of [
      ['TaskRun', 't.yaml'],
      ['PipelineRun', 'p.yaml'],
    ] as const) {
      const from = `git\n    params: [{ name: url, value: ./a.git }, { name: pathInRepo, value: ${file} }]`;
      const lines = ['<x><y><1,2><["z"]>'];
      expect(await run(runOf(kind, from), root, params)).toMatchObject({ lines, state: 'succeeded' });
      expect(await run(runOf(kind, from), root, { ...params, o: '1' })).toMatchObject({
        code: 'tekton-invalid',
      });
    }
  });

  const git1 = (more: string) => `git\n    params: [${more}]`;
  const http1 = (more: string) => `http\n    params: [${more}]`;
  const cause = 'error requesting remote resource: ';

  it.each([
    [
      'a path out of the repository',
      '{ name: pathInRepo, value: a/../../b }',
      `invalid path "a/../../b": must not contain '..' components`,
    ],
    [
      'a link out of the repository',
      '{ name: pathInRepo, value: out }',
      'error opening file "out": path "out" attempts to escape the repository directory (possible path traversal attack)',
    ],
    [
      'a revision that is an option',
      '{ name: pathInRepo, value: a }, { name: revision, value: --upload-pack=x }',
      `invalid revision "--upload-pack=x": must not begin with '-'`,
    ],
    [
      'a file that is not there',
      '{ name: pathInRepo, value: none.yaml }',
      'error opening file "none.yaml": file does not exist',
    ],
    ['no path', '{ name: revision, value: main }', 'missing required git resolver params: pathInRepo'],
    [
      'the API of a host',
      '{ name: pathInRepo, value: a }, { name: org, value: o }',
      /^the param org asks for the API of a Git host/,
    ],
    [
      'a transport that runs programs',
      '{ name: pathInRepo, value: a }, { name: url, value: "ext::sh -c x" }',
      'invalid git repository url: ext::sh -c x',
    ],
    ['a file without a Task', '{ name: pathInRepo, value: text }', /^.*holds no Task of tekton\.dev$/],
    [
      'a revision that is not there',
      '{ name: pathInRepo, value: a }, { name: revision, value: nope }',
      /^error resolving repository: git fetch error: .*nope/s,
    ],
  ])('refuse %s', async (_, params, why) => {
    const root = newFolder();
    const { gitDir } = await bare(root, 'a', { text: 'a: 1\n' }, { out: '../../etc/passwd' });
    const url = params.includes('url') ? '' : `{ name: url, value: ${gitDir} }, `;
    const refused = await run(runOf('TaskRun', git1(url + params)));
    const message =
      typeof why === 'string'
        ? cause + why
        : expect.stringMatching(new RegExp(cause + why.source.replace('^', ''), 's'));
    expect(refused).toMatchObject({
      code: 'tekton-unavailable',
      message,
      refused: [
        {
          kind: 'TaskRun',
          status: { conditions: [{ status: 'False', reason: 'TaskRunResolutionFailed', message }] },
        },
      ],
    });
  });

  it('obey the limits of the resolver http: status, size, digest, basic auth', async () => {
    const secret =
      '---\napiVersion: v1\nkind: Secret\nmetadata: { name: s }\nstringData: { password: hunter2 }\n';
    const site = await httpServer((request, response) => {
      if (request.url === '/large') return response.end('x'.repeat(1024 * 1024 + 1));
      if (request.url === '/secret' && request.headers.authorization !== `Basic ${btoa('me:hunter2')}`)
        response.statusCode = 401;
      if (request.url === '/none') response.statusCode = 404;
      return response.end(task('{ name: say }'));
    });
    const at = (path: string, more = '', rest = '', user = '') =>
      run(
        `${runOf('TaskRun', http1(`{ name: url, value: "${site.replace('//', `//${user}`)}${path}" }${more}`))}${rest}---\n${action('x')}`,
      );
    const message = async (...given: Parameters<typeof at>) => {
      const ended = await at(...given);
      return 'message' in ended ? ended.message.replace(cause, '') : ended.state;
    };
    const auth = ', { name: http-username, value: me }, { name: http-password-secret, value: s }';
    expect(await message('/')).toBe('succeeded');
    expect(await message('/none')).toBe(`requested URL '${site}/none' is not found`);
    expect(await message('/large')).toBe('response body exceeds maximum allowed size of 1048576 bytes');
    expect(await message('/', ', { name: digest, value: "sha256:00" }')).toBe(
      'error validating digest: invalid sha256 digest value, expected length: 64, got: 2',
    );
    expect(await message('/', `, { name: digest, value: "sha256:${'0'.repeat(64)}" }`)).toMatch(
      /SHA mismatch/,
    );
    expect(await message('/secret')).toBe(`requested URL '${site}/secret' is not found`);
    expect(await message('/secret', auth)).toBe(
      'cannot get API token, secret s not found in namespace default',
    );
    expect(await message('/secret', auth, secret)).toBe('succeeded');
    expect(await message('/secret', '', '', 'me:hunter2@')).toBe('succeeded');
    expect(await message('/secret', '', '', 'me:hunter3@')).toBe(
      `requested URL '${site.replace('//', '//***@')}/secret' is not found`,
    );
    expect(await message('/secret', ', { name: http-username, value: me }')).toBe(
      'missing required param http-password-secret when using http-username',
    );
  });

  it('fail a PipelineRun with the reasons of Tekton, and name the faults of what was fetched', async () => {
    const site = await httpServer((request, response) => {
      if (request.url === '/none') response.statusCode = 404;
      response.end(request.url === '/wrong' ? `${task('{ name: say }')}  unknown: 1\n` : pipeline);
    });
    const at = (path: string) => http1(`{ name: url, value: "${site}${path}" }`);
    expect(await run(runOf('PipelineRun', at('/none')))).toMatchObject({
      refused: [
        {
          status: {
            conditions: [
              {
                reason: 'CouldntGetPipeline',
                message: `Error retrieving pipeline for pipelinerun default/r: ${cause}requested URL '${site}/none' is not found`,
              },
            ],
          },
        },
      ],
    });
    const params = `  params: [{ name: task, value: "${site}/none" }]\n`;
    expect(await run(runOf('PipelineRun', at('/'), params))).toMatchObject({
      refused: [{ status: { conditions: [{ reason: 'CouldntGetTask' }] } }],
    });
    expect(await run(runOf('TaskRun', at('/wrong')))).toMatchObject({
      code: 'tekton-invalid',
      message: expect.stringContaining('unknown') as string,
    });
  });
});
