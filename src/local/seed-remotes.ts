import { realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { ServiceConfig } from '../model/config.ts';
import { BitiqError } from '../model/errors.ts';
import { ensureRemote } from './remotes/ensure-remote.ts';
import { seedGitOpsRemote } from './remotes/seed-gitops-remote.ts';
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
  readonly services: readonly ServiceConfig[];
  readonly clock: () => Date;
  readonly note: (text: string) => void;
}): Promise<void> {
  const { at, root, services, clock, note } = options;
  await ensureRemote({ gitDir: at.gitOps });
  const seeded = await seedGitOpsRemote({ gitDir: at.gitOps, source: root, at: clock() });
  for (const text of seeded.leftOut) note(`The GitOps remote is made from this checkout. ${text}`);
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
