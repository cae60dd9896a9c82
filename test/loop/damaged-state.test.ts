import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { findImage, layoutFolder, listTags } from '../../src/registry/layout.ts';
import { verifyLayout } from '../images/kit.ts';
import { cloneRemote } from '../kit/clone.ts';
import {
  bitiq,
  environmentIn,
  fetchAnew,
  leftProcesses,
  removeState,
  serviceIn,
  spawnLoop,
  startLoopProcess,
  type LoopProcess,
} from '../kit/loop-process.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'bitiq-loop-damaged-')));
const state = join(folder, 'state');
let loop: LoopProcess | undefined;
/** What dev runs when all is well, and prod, which is one commit behind. */
let newest: string;
let older: string;
/** The digests of the images of toy-service, which a build gives again. */
let digests: ReadonlyMap<string, string>;

beforeAll(async () => {
  const first = (loop = await startLoopProcess(state));
  await first.runs('dev', { 'toy-service': '', 'toy-web': '' });
  const clone = await cloneRemote(first, 'toy-service', join(folder, 'clone'));
  older = await clone.git('rev-parse', 'HEAD');
  expect(bitiq(['promote', 'dev', 'prod', '--repo', 'loop'], { env: { BITIQ_STATE: state } })).toMatchObject({
    code: 0,
  });
  newest = await clone.push({ 'NEW.md': 'new\n' });
  await first.runs('dev', { 'toy-service': newest });
  await first.runs('prod', { 'toy-service': older });
  await end();
  digests = await storedDigests();
});

afterEach(end);
afterAll(() => removeState(folder));

describe('a state folder comes back', () => {
  it('with an empty run folder, half-written files and the record of a dead loop', async () => {
    const runs = join(state, 'runs');
    const [some = ''] = readdirSync(runs);
    mkdirSync(join(runs, 'toy-service-0000000-aaaaaa'));
    mkdirSync(join(runs, 'toy-service-0000000-bbbbbb'));
    writeFileSync(join(runs, 'toy-service-0000000-bbbbbb', 'request.json'), '{"name": "toy-serv');
    mkdirSync(join(runs, 'toy-service-0000000-cccccc'));
    writeFileSync(join(runs, 'toy-service-0000000-cccccc', 'request.json'), '{}');
    writeFileSync(join(runs, some, 'run.json'), '');
    writeFileSync(
      join(state, 'loop.json'),
      '{"pid":1,"started":"another-boot/1","url":"http://127.0.0.1:1"}',
    );
    writeFileSync(join(state, 'deliveries', 'seen.json'), '[');
    writeFileSync(join(state, 'apps', 'dev', 'current.json'), '');
    writeFileSync(join(state, 'apps', 'dev', 'ports.json'), '{');
    await comesBack();
    expect(readdirSync(runs).filter((name) => name.includes('0000000'))).toEqual([]);
  });

  it('with an empty record of the loop', async () => {
    writeFileSync(join(state, 'loop.json'), '');
    await comesBack();
  });

  it('without its applications', async () => {
    rmSync(join(state, 'apps'), { recursive: true });
    await comesBack();
  });

  it('without its images, which are built again: the newest, and those that an environment wants', async () => {
    rmSync(join(state, 'images'), { recursive: true });
    rmSync(join(state, 'apps'), { recursive: true });
    await comesBack();
    await imagesAreThere();
  });

  it('without its images and runs', async () => {
    for (const part of ['images', 'runs', 'apps']) rmSync(join(state, part), { recursive: true });
    await comesBack();
    await imagesAreThere();
  });

  it('with nothing but its remotes and its token', async () => {
    for (const part of readdirSync(state))
      if (part !== 'git' && part !== 'secrets' && part !== 'cache')
        rmSync(join(state, part), { recursive: true });
    rmSync(join(state, 'secrets', 'github-webhook'));
    await comesBack();
  });
});

describe('a state folder that cannot be used is refused, and nothing is left running', () => {
  it('when it is a file', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const { code, output } = await upFails(file);
    expect({ code, output }).toMatchObject({
      code: 3,
      output: expect.stringContaining('error[system-error]'),
    });
  });

  it('when its token is empty', async () => {
    const other = join(folder, 'no-token');
    mkdirSync(join(other, 'secrets'), { recursive: true });
    writeFileSync(join(other, 'secrets', 'git-token'), '');
    const { output } = await upFails(other);
    expect(output).toContain('error[system-error]');
    expect(existsSync(join(other, 'loop.json'))).toBe(false);
  });

  describe.skipIf(!canMount())(
    'on a file system of its own (skipped: mounting one is not allowed here)',
    () => {
      const mounted = join(folder, 'mounted');
      afterEach(() => void spawnSync('umount', ['--lazy', mounted]));

      it('when it is read-only', async () => {
        mount(mounted, 'size=1m,ro');
        const { code, output } = await upFails(mounted);
        expect(code).toBe(3);
        expect(output).toContain('error[system-error]');
        expect(output).toContain('read-only file system');
      });

      it('when the disk is full', async () => {
        mount(mounted, 'size=64k');
        writeFileSync(join(mounted, 'filler'), Buffer.alloc(60 * 1024));
        const { code, output } = await upFails(mounted);
        expect(code).toBe(3);
        expect(output).toMatch(/error\[(system-error|tool-failed)\]/);
        expect(output).toMatch(/disk is full|No space left on device/);
      });
    },
  );
});

async function comesBack(): Promise<void> {
  const started = (loop = await startLoopProcess(state));
  await started.runs('dev', { 'toy-service': newest, 'toy-web': '' });
  await started.runs('prod', { 'toy-service': older, 'toy-web': '' });
  const prod = serviceIn(environmentIn(await started.view(), 'prod'), 'toy-service');
  const version = (await (await fetchAnew(`${prod?.url}/version`)).json()) as { readonly commit: string };
  expect(version.commit).toBe(older);
}

async function imagesAreThere(): Promise<void> {
  const layout = layoutFolder(join(state, 'images'), 'ghcr.io/bitiq-io/toy-service');
  expect(await verifyLayout(layout)).toEqual([]);
  expect((await listTags(layout)).map((tag) => tag.split('.g')[1])).toEqual(
    [older, newest].map((sha) => sha.slice(0, 7)),
  );
  expect(await storedDigests()).toEqual(digests);
}

async function storedDigests(): Promise<Map<string, string>> {
  const layout = layoutFolder(join(state, 'images'), 'ghcr.io/bitiq-io/toy-service');
  const tags = await listTags(layout);
  return new Map(
    await Promise.all(tags.map(async (tag) => [tag, (await findImage(layout, tag))!.digest] as const)),
  );
}

async function end(): Promise<void> {
  await loop?.end('SIGINT');
  if (loop !== undefined) expect(await leftProcesses(state)).toEqual([]);
  loop = undefined;
}

async function upFails(at: string): Promise<{ code: number | null; output: string }> {
  const { child, output } = spawnLoop(at, { warm: false });
  const [code] = (await once(child, 'exit')) as [number | null];
  expect(await leftProcesses(at)).toEqual([]);
  return { code, output: output() };
}

function mount(at: string, options: string): void {
  mkdirSync(at, { recursive: true });
  spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', at]);
}

function canMount(): boolean {
  const at = mkdtempSync(join(tmpdir(), 'bitiq-mount-'));
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', at]);
  if (status === 0) spawnSync('umount', [at]);
  rmSync(at, { recursive: true });
  return status === 0 && readFileSync('/proc/mounts', 'utf8') !== '';
}
