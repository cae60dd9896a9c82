import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { findHelm } from '../../src/helm/find-helm.ts';

let provided: Promise<void> | undefined;

/** Builds dist, which end-to-end tests run, and provides Helm: once for all projects, before the first test. */
export default function setup(): Promise<void> {
  return (provided ??= provide());
}

async function provide(): Promise<void> {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const built = spawnSync('./bitiq', ['--version'], { cwd: root, encoding: 'utf8' });
  if (built.status !== 0)
    process.stderr.write(
      `dist could not be built, so end-to-end tests will fail:\n${built.stderr}${built.stdout}\n`,
    );
  const helm = await findHelm({ root, progress: (line) => process.stderr.write(`${line}\n`) });
  process.env['BITIQ_HELM'] = helm.path;
}
