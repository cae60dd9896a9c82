import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { root } from '../kit/gitops-repository.ts';
import {
  environmentIn,
  leftProcesses,
  mainFile,
  removeState,
  serviceIn,
  startLoopProcess,
  type LoopProcess,
} from '../kit/loop-process.ts';

const page = readFileSync(join(root, 'docs/local-development.md'), 'utf8');
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'bitiq-local-')));
const state = join(folder, '.bitiq');
let loop: LoopProcess;

/** A folder that looks like the checkout around a loop, as far as the page uses it. */
beforeAll(async () => {
  loop = await startLoopProcess(state);
  await loop.runs('dev', { 'toy-service': '', 'toy-web': '' }, 90_000);
  cpSync(join(root, 'examples'), join(folder, 'examples'), {
    recursive: true,
    filter: (path) => !/\/(node_modules|dist)$/.test(path),
  });
  symlinkSync(join(root, 'bitiq.yaml'), join(folder, 'bitiq.yaml'));
  writeFileSync(
    join(folder, 'bitiq'),
    `#!/bin/sh\nBITIQ_STATE='${state}' exec '${process.execPath}' '${mainFile}' "$@"\n`,
  );
  chmodSync(join(folder, 'bitiq'), 0o755);
}, 120_000);

afterAll(async () => {
  await loop?.end('SIGINT');
  expect(await leftProcesses(state)).toEqual([]);
  removeState(folder);
});

/** The first block of commands below a heading that contains the words, with the ports of this test. */
function block(words: string, ports: Readonly<Record<string, string | number>> = {}): string {
  const found = [...page.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].find(([, text]) =>
    text?.includes(words),
  )?.[1];
  if (found === undefined) throw new Error(`No block of docs/local-development.md has ${words}.`);
  return Object.entries({ '127.0.0.1:8484': new URL(loop.url).host, ...ports }).reduce(
    (text, [from, to]) => text.replaceAll(from, String(to)),
    found,
  );
}

it('runs one service by hand against the others', { timeout: 120_000 }, async () => {
  const wanted = serviceIn(environmentIn(await loop.view(), 'dev'), 'toy-service')?.running ?? '';
  const child = spawn('sh', ['-ec', block('/api/view', { 'PORT=3000': 'PORT=0' })], {
    cwd: folder,
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    let printed = '';
    for await (const chunk of child.stdout) {
      printed += String(chunk);
      const port = /"message":"listening","port":(\d+)/.exec(printed)?.[1];
      if (port === undefined) continue;
      expect(await (await fetch(`http://127.0.0.1:${port}`)).text()).toContain(wanted);
      return;
    }
    throw new Error(`It ended:\n${printed}`);
  } finally {
    process.kill(-child.pid!, 'SIGKILL');
  }
});

it('finds logs, reasons and manifests with the commands of the page', { timeout: 60_000 }, () => {
  const commands = block('tail -n 20');
  const printed = commands
    .split('\n')
    .filter((line) => line !== '' && !line.includes('after the first one'))
    .map((line) => execFileSync('sh', ['-ec', line], { cwd: folder, encoding: 'utf8' }));
  expect(printed).toEqual([
    expect.stringContaining('"path":"/healthz"'),
    expect.stringContaining('build-and-test.log'),
    expect.stringContaining('dev wants toy-service'),
    expect.stringContaining('kind: Deployment'),
  ]);
});

it('opens the debugger of a service that the loop runs', { timeout: 60_000 }, async () => {
  execFileSync('sh', ['-ec', block('kill -USR1')], { cwd: folder });
  const log = join(state, 'apps/dev/logs/toy-service.log');
  // Another debugger of this machine may have the port.
  await loop.until('the word of the debugger', () =>
    /Debugger listening on|Starting inspector on/.test(readFileSync(log, 'utf8')),
  );
});
