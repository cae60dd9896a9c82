import { commitFolder } from './commit-folder.ts';
import { repositoryOf } from './ensure-remote.ts';
import { readHead } from './read-head.ts';
import { seedOnce } from './seed-once.ts';

export interface ServiceSeed {
  readonly gitDir: string;
  /** The folder whose files become the first commit. */
  readonly source: string;
  /** The version tag on that commit. Default: `v0.1.0`. */
  readonly versionTag?: string | undefined;
  /** The time of the commit: the same time and files give the same sha everywhere. */
  readonly at: Date;
}

/** Gives the remote of a service its first commit and version tag; does nothing when it has a `main`. */
export async function seedServiceRemote(seed: ServiceSeed): Promise<{ head: string; seeded: boolean }> {
  const commit = await seedOnce(seed.gitDir, () =>
    commitFolder({
      gitDir: seed.gitDir,
      source: seed.source,
      message: `Start ${repositoryOf(seed.gitDir)}`,
      at: seed.at,
      tag: seed.versionTag ?? 'v0.1.0',
    }),
  );
  if (commit !== undefined) return { head: commit, seeded: true };
  return { head: (await readHead(seed.gitDir))!, seeded: false };
}
