import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../model/errors.ts';
import { replaceFile } from '../process/atomic-write.ts';
import { run } from '../process/run.ts';
import { fetchHelm, type HelmArchive } from './fetch-helm.ts';
import { pinnedVersion } from './pinned-release.ts';

export interface ProvideOptions {
  readonly root: string;
  /** Where the program is put, whole or not at all. */
  readonly target: string;
  /** The archive for this machine, or undefined when no digest is pinned for it. */
  readonly archive: HelmArchive | undefined;
  readonly platform: string;
  readonly env: NodeJS.ProcessEnv;
  readonly progress: (line: string) => void;
}

/** Puts the pinned Helm at `target`: fetched and checked, else built. Returns undefined, or both reasons why neither worked. */
export async function provideHelm(options: ProvideOptions): Promise<string[] | undefined> {
  const reasons: string[] = [];
  for (const way of [fetchInto, buildInto]) {
    try {
      await replaceFile(options.target, (draft) => way(options, draft), { mode: 0o755 });
      return undefined;
    } catch (error) {
      reasons.push(messageOf(error).replace(/\.$/, ''));
      options.progress(`That did not work: ${reasons.at(-1)}.`);
    }
  }
  return reasons;
}

async function fetchInto({ archive, platform, progress }: ProvideOptions, draft: string): Promise<void> {
  if (!archive) throw new Error(`no digest of Helm ${pinnedVersion} for ${platform} is pinned`);
  progress(`Fetching Helm ${pinnedVersion} from ${archive.url} …`);
  await writeFile(draft, await fetchHelm(archive, 120_000));
}

async function buildInto({ root, env, progress }: ProvideOptions, draft: string): Promise<void> {
  progress(`Building Helm ${pinnedVersion} from its Go module; this takes some minutes, once …`);
  await buildHelm({ root, to: draft, env, progress });
}

/** Builds the pinned Helm from its Go module (tools/helm of the repository) into `to`; throws with the reason. */
async function buildHelm(options: {
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
