import { join } from 'node:path';
import { BitiqError } from '../model/errors.ts';
import { findPrograms, isProgram } from '../process/find-program.ts';
import { withLock } from '../process/lock.ts';
import { tryHelm, type Helm } from './helm-version.ts';
import { archiveDigests, archivePlatform, pinnedVersion, releaseHost } from './pinned-release.ts';
import { provideHelm } from './provide-helm.ts';

export interface FindHelmOptions {
  /** The repository: it has `tools/helm`. */
  readonly root: string;
  /** The folder in whose `bin` a Helm is kept. Default: `.bitiq` of the repository. */
  readonly kept?: string | undefined;
  readonly progress?: ((line: string) => void) | undefined;
  /** Default: the environment of this process. */
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** Where the pinned release comes from. Default: the host of Helm's project and the digests of pinned-release.ts. */
  readonly release?: { readonly host: string; readonly digests: Readonly<Record<string, string>> } | undefined;
}

/**
 * The real Helm, 3.14 or newer: BITIQ_HELM, else the one on PATH, else `<kept>/bin/helm`, where the pinned release is
 * put first when it is missing (fetched and checked by digest, else built). Throws `tool-missing` with every reason.
 */
export async function findHelm(options: FindHelmOptions): Promise<Helm> {
  const env = options.env ?? process.env;
  const progress = options.progress ?? (() => {});
  const kept = options.kept ?? join(options.root, '.bitiq');
  const there = await lookForHelm({ ...options, kept, env });
  if (there) return there;
  const target = keptPath(kept);
  return withLock(
    `${target}.lock`,
    async () => (await keptHelm(target, env)) ?? provide(target, options, env, progress),
    (holder, waitedMs) => {
      const seconds = Math.round(waitedMs / 1000);
      progress(
        seconds === 0
          ? `Waiting for process ${holder}, which provides Helm …`
          : `Still waiting for process ${holder}, which provides Helm, ${seconds} s …`,
      );
    },
  );
}

/** The Helm that findHelm would take, where it is there already: nothing is fetched, built or waited for. Throws where BITIQ_HELM names none. */
export async function lookForHelm(options: Pick<FindHelmOptions, 'env' | 'progress'> & { readonly kept: string }): Promise<Helm | undefined> {
  const env = options.env ?? process.env;
  const progress = options.progress ?? (() => {});
  const named = env['BITIQ_HELM'];
  if (named) {
    const helm = await tryHelm(named, env);
    if (typeof helm !== 'string') return helm;
    throw missing(`BITIQ_HELM names one that cannot be used: ${helm}`, 'Correct BITIQ_HELM, or unset it.');
  }
  for (const candidate of await findPrograms('helm', env['PATH'])) {
    const helm = await tryHelm(candidate, env);
    if (typeof helm !== 'string') return helm;
    progress(`The Helm on PATH cannot be used: ${helm.replace(/\.$/, '')}.`);
  }
  return keptHelm(keptPath(options.kept), env);
}

function keptPath(kept: string): string {
  return join(kept, 'bin', 'helm');
}

async function keptHelm(target: string, env: NodeJS.ProcessEnv): Promise<Helm | undefined> {
  if (!(await isProgram(target))) return undefined;
  const helm = await tryHelm(target, env);
  return typeof helm === 'string' ? undefined : helm;
}

async function provide(
  target: string,
  options: FindHelmOptions,
  env: NodeJS.ProcessEnv,
  progress: (line: string) => void,
): Promise<Helm> {
  const platform = archivePlatform(process.platform, process.arch);
  const { host, digests } = options.release ?? { host: releaseHost, digests: archiveDigests };
  const sha256 = digests[platform];
  const archive = sha256 && {
    url: `${host}/helm-v${pinnedVersion}-${platform}.tar.gz`,
    sha256,
    entry: `${platform}/helm`,
  };
  const reasons = await provideHelm({ root: options.root, target, archive: archive || undefined, platform, env, progress });
  if (reasons) {
    throw missing(
      `none is installed, and none could be provided.\n  Fetching it: ${reasons[0]}.\n  Building it: ${reasons[1]}`,
      'Install Helm 3.14 or newer on PATH, name one by BITIQ_HELM, or install Go and try again.',
    );
  }
  const helm = await tryHelm(target, env);
  if (typeof helm === 'string') throw missing(`the one just provided does not run: ${helm}`, 'Install Helm on PATH.');
  progress(`Helm ${helm.version} is ready in ${target}.`);
  return helm;
}

function missing(why: string, fix: string): BitiqError {
  return new BitiqError({ code: 'tool-missing', message: `bitiq renders with the real Helm, but ${why.replace(/\.$/, '')}.`, fix });
}
