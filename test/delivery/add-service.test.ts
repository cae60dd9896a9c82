import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, realpathSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { copyCheckout, type CopiedCheckout } from '../kit/copied-checkout.ts';
import {
  environmentIn,
  leftProcesses,
  removeState,
  serviceIn,
  startLoopProcess,
  type LoopProcess,
} from '../kit/loop-process.ts';

describe('a service that one command adds', () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'bitiq-add-service-')));
  const state = join(folder, 'state');
  let checkout: CopiedCheckout;
  let before: string;
  let loop: LoopProcess | undefined;

  beforeAll(() => {
    checkout = copyCheckout(join(folder, 'checkout'));
    renameExample('toy-service', 'cart');
    checkout.git('add', '--all');
    checkout.git('commit', '--quiet', '--message', 'Write a cart');
    before = checkout.git('rev-parse', 'HEAD');
  });

  afterAll(async () => {
    await loop?.end('SIGINT');
    expect(await leftProcesses(state)).toEqual([]);
    removeState(folder);
  });

  it('passes every check', () => {
    const added = bitiq(
      ['service', 'add', 'cart', '--example', 'examples/cart'],
      ['--repo', 'https://github.com/acme/cart', '--image', 'ghcr.io/acme/cart'],
    );
    expect(added.stderr).toContain('Look at `git diff`');
    const checked = bitiq(['check']);
    expect(`${checked.stdout}${checked.stderr}`).toContain('Checked: no findings.');
    checkout.git('add', '--all');
    checkout.git('commit', '--quiet', '--message', 'Add the cart');
  });

  it('is built and runs beside the others after the next up', async () => {
    loop = await startLoopProcess(state, { mainFile: checkout.mainFile });
    await loop.runs('dev', { 'toy-service': '', 'toy-web': '', cart: '' });
    const cart = serviceIn(environmentIn(await loop.view(), 'dev'), 'cart');
    expect(cart?.running).toMatch(/^v0\.1\.0-0\.g[0-9a-f]{7,}$/);
    const answer = await fetch(`${cart?.url ?? ''}/version`);
    expect(await answer.json()).toMatchObject({ service: 'cart', tag: cart?.running });
    const values = execFileSync('git', ['show', 'main:helm/bitiq/values-dev.yaml'], {
      cwd: join(state, 'git/bitiq.git'),
      encoding: 'utf8',
    });
    expect(values).toContain(`tag: ${cart?.running ?? ''}\n`);
  });

  it('is taken away to the byte', () => {
    const removed = bitiq(['service', 'remove', 'cart']);
    expect(removed.status).toBe(0);
    expect(checkout.git('diff', '--stat', before)).toBe('');
  });

  function bitiq(...args: readonly string[][]) {
    return spawnSync(process.execPath, [checkout.mainFile, ...args.flat()], {
      cwd: checkout.folder,
      encoding: 'utf8',
    });
  }

  /** A service of its own, made from another one. */
  function renameExample(from: string, to: string): void {
    const example = join(checkout.folder, 'examples', to);
    cpSync(join(checkout.folder, 'examples', from), example, {
      recursive: true,
      filter: (path) => !/\/(node_modules|dist)$/.test(path),
    });
    renameSync(join(example, `src/${from}.test.ts`), join(example, `src/${to}.test.ts`));
    for (const file of [
      'package.json',
      'package-lock.json',
      'Dockerfile',
      'src/settings.ts',
      `src/${to}.test.ts`,
    ]) {
      const text = readFileSync(join(example, file), 'utf8');
      writeFileSync(join(example, file), text.replaceAll(from, to));
    }
  }
});
