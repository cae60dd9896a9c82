import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { copyCheckout } from '../kit/copied-checkout.ts';
import { temporaryFolder } from '../kit/gitops-repository.ts';

it('a command that names no repository says so where a loop was started', () => {
  const { folder, mainFile } = copyCheckout(temporaryFolder());
  const env = { ...process.env, BITIQ_REPO: undefined, BITIQ_STATE: undefined };
  const status = (...args: string[]) =>
    spawnSync(process.execPath, [mainFile, 'status', ...args], { cwd: folder, encoding: 'utf8', env });
  const health = 'Health is not recorded in dev: the table shows what Git wants, not what runs.\n';
  expect(status()).toMatchObject({ status: 0, stderr: health });
  mkdirSync(join(folder, '.bitiq/git/bitiq.git'), { recursive: true });
  expect(status()).toMatchObject({
    status: 0,
    stderr: `Note: this uses this checkout; \`--repo loop\` means the loop that was started here.\n${health}`,
  });
  expect(status('--repo', '.')).toMatchObject({ status: 0, stderr: health });
});
