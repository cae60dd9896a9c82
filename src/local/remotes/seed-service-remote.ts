import { commitFolder } from './commit-folder.ts';
import { repositoryOf } from './ensure-remote.ts';
import { readHead } from './read-head.ts';

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
  const head = await readHead(seed.gitDir);
  if (head !== undefined) return { head, seeded: false };
  const commit = await commitFolder({
    gitDir: seed.gitDir,
    source: seed.source,
    message: `Start ${repositoryOf(seed.gitDir)}`,
    at: seed.at,
    tag: seed.versionTag ?? 'v0.1.0',
  });
  return { head: commit, seeded: true };
}
