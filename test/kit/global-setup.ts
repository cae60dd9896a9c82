import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findHelm } from '../../src/helm/find-helm.ts';

/** Builds dist, which end-to-end tests run, provides Helm once before the first test, and gives all tests a cache of their own. */
export default async function setup(): Promise<() => void> {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const built = spawnSync('./bitiq', ['--version'], { cwd: root, encoding: 'utf8' });
  if (built.status !== 0)
    process.stderr.write(
      `dist could not be built, so end-to-end tests will fail:\n${built.stderr}${built.stdout}\n`,
    );
  const helm = await findHelm({ root, progress: (line) => process.stderr.write(`${line}\n`) });
  process.env['BITIQ_HELM'] = helm.path;
  const cache = mkdtempSync(join(tmpdir(), 'bitiq-cache-'));
  process.env['XDG_CACHE_HOME'] = cache;
  return () => rmSync(cache, { recursive: true, force: true });
}
