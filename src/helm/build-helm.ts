import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../process/run.ts';
import { pinnedVersion } from './pinned-release.ts';

/** Builds the pinned Helm from its Go module (tools/helm of the repository) into `to`; throws with the reason. */
export async function buildHelm(options: {
  readonly root: string;
  readonly to: string;
  readonly env: NodeJS.ProcessEnv;
  readonly progress: (line: string) => void;
}): Promise<void> {
  const module = join(options.root, 'tools', 'helm');
  if (!existsSync(join(module, 'go.mod'))) throw new Error(`there is no tools/helm/go.mod in ${options.root}`);
  const started = Date.now();
  const heartbeat = setInterval(() => {
    options.progress(`Still building Helm ${pinnedVersion}, ${Math.round((Date.now() - started) / 1000)} s …`);
  }, 15_000);
  try {
    await run('go', ['build', '-trimpath', '-ldflags', linkerFlags, '-o', options.to, 'helm.sh/helm/v4/cmd/helm'], {
      to: 'build Helm from its Go module',
      cwd: module,
      env: { ...options.env, GOFLAGS: '-mod=readonly' },
    });
  } finally {
    clearInterval(heartbeat);
  }
}

// A build from the module knows only `v4.3`; the release says its whole version.
const linkerFlags = `-s -w -X helm.sh/helm/v4/internal/version.version=v${pinnedVersion}`;
