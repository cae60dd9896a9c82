import { realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { paths, type ServiceConfig } from '../model/config.ts';
import { BitiqError } from '../model/errors.ts';
import { openRepository } from '../git/repository.ts';
import { ensureRemote } from './remotes/ensure-remote.ts';
import { sealedGit } from './remotes/sealed-git.ts';
import { hasFile, seedGitOpsRemote } from './remotes/seed-gitops-remote.ts';
import { seedServiceRemote } from './remotes/seed-service-remote.ts';
import type { LoopPaths } from './loop-paths.ts';

/** The version tag that the first commit of an example gets. */
const firstVersion = 'v0.1.0';
/** Fixed, so that the same files give the same commit, and so the same tag, on every machine. */
const firstDate = new Date('2026-01-01T00:00:00Z');

/** Makes the remotes of the GitOps repository and of the services that are not there yet; repairs their hooks. */
export async function seedRemotes(options: {
  readonly at: LoopPaths;
  readonly root: string;
  /** The branch that holds the truth; default: that of the checkout. */
  readonly branch: string | undefined;
  readonly services: readonly ServiceConfig[];
  readonly clock: () => Date;
  readonly note: (text: string) => void;
}): Promise<void> {
  const { at, root, services, clock, note } = options;
  const { branch, folder } = await placeOf(root, options.branch);
  await ensureRemote({ gitDir: at.gitOps, branch });
  const seeded = await seedGitOpsRemote({ gitDir: at.gitOps, source: root, at: clock() });
  for (const text of seeded.leftOut) note(`The GitOps remote is made from this checkout. ${text}`);
  // For all that opens this remote. One that was made of the files alone has them at its root.
  if (folder !== '' && (await hasFile(at.gitOps, `HEAD:${folder}${paths.config}`)))
    await sealedGit(['config', '--file', join(at.gitOps, 'config'), 'bitiq.folder', folder], {
      to: 'note the folder of the GitOps files',
    });
  await Promise.all(
    services.map(async (service) => {
      const gitDir = join(at.git, `${service.name}.git`);
      await ensureRemote({ gitDir });
      await seedServiceRemote({
        gitDir,
        source: await folderOfCheckout(root, service),
        versionTag: firstVersion,
        at: firstDate,
      });
    }),
  );
}

/** What the branch and the folder of the GitOps files are called in the repository that has this checkout; of files alone `main` and the root. */
async function placeOf(
  root: string,
  named: string | undefined,
): Promise<{ readonly branch: string; readonly folder: string }> {
  const alone = { branch: named ?? 'main', folder: '' };
  try {
    const found = await openRepository(root, { branch: named, offline: true, isFound: true });
    return found.folder === '' || (await hasFile(root, `HEAD:./${paths.config}`)) ? found : alone;
  } catch (error) {
    if (error instanceof BitiqError && error.code !== 'usage') return alone;
    throw error;
  }
}

/** The folder of an example. A link that leads out of the checkout would make a remote, and an image, of what is there. */
async function folderOfCheckout(root: string, { name, example = '' }: ServiceConfig): Promise<string> {
  const folder = join(root, example);
  const [inside, real] = await Promise.all([root, folder].map((path) => realpath(path).catch(() => path)));
  if (real!.startsWith(`${inside}${sep}`)) return folder;
  throw new BitiqError({
    code: 'config-invalid',
    message: `The example of ${name}, ${example}, is a link to ${real}, which is outside of this repository.`,
    fix: 'Put the files into this repository, or take `example` out of bitiq.yaml.',
    state: 'The remotes of the services before it were made; nothing else was started.',
    place: { file: 'bitiq.yaml' },
  });
}
