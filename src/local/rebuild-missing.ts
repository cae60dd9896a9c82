import { randomUUID } from 'node:crypto';
import { parseTag } from '../model/tag.ts';
import { describeCommit } from '../git/describe.ts';
import { headOfMain, type Repository } from '../git/repository.ts';
import { commitTree } from '../git/tree.ts';
import { readAllStates } from '../actions/read/environment-state.ts';
import { readConfig } from '../actions/read/read-state.ts';
import { layoutFolder, listTags } from '../registry/layout.ts';
import { sealedGitResult } from './remotes/sealed-git.ts';
import { readHead } from './remotes/read-head.ts';
import { describePush, type PushedRepository } from './webhooks/push-payload.ts';
import { readDeliveryRecord } from './webhooks/delivery-record.ts';
import { sendPushWebhook } from './webhooks/send-push-webhook.ts';

export interface RebuildOptions {
  readonly gitOps: Repository;
  readonly images: string;
  /** Where the records of delivered webhooks stand. */
  readonly deliveries: string;
  readonly repositories: readonly PushedRepository[];
  /** The commits of a service that are being built, or whose build failed for good. */
  readonly isSettled: (service: string, commit: string) => boolean;
  readonly url: string;
  readonly secret: string;
  readonly clock: () => Date;
  readonly note: (text: string) => void;
}

/**
 * Has images built again that were deleted from the store: those that an environment wants, and that of the newest commit of each service,
 * when its webhook was delivered already. Sends their webhooks once more, so that they go the same way as a push.
 */
export async function rebuildMissing(options: RebuildOptions): Promise<void> {
  const head = await headOfMain(options.gitOps);
  const config = await readConfig(commitTree(options.gitOps, head));
  const states = await readAllStates(options.gitOps, head, config);
  for (const repository of options.repositories) {
    const service = config.services.find(({ name }) => name === repository.name);
    if (service === undefined) continue;
    const stored = new Set(await listTags(layoutFolder(options.images, service.image)));
    const sharing = config.services.filter(({ image }) => image === service.image);
    const wanted = states.flatMap(({ combination }) =>
      sharing.flatMap(({ name }) => combination.get(name) ?? []),
    );
    const commits = await Promise.all(
      wanted.map((tag) => (stored.has(tag) ? undefined : commitOf(repository.gitDir, tag))),
    );
    const missing = new Set([...commits, await undeliverable(repository, stored, options.deliveries)]);
    for (const commit of missing) {
      if (commit === undefined || options.isSettled(service.name, commit)) continue;
      options.note(`${service.name}: the image of ${commit.slice(0, 7)} is gone and is built again`);
      const payload = await describePush({ repository, after: commit, at: options.clock() });
      await sendPushWebhook({ ...options, deliveryId: randomUUID(), payload });
    }
  }
}

/** The newest commit, when its image is not there although its webhook was delivered, so that nothing else will build it. */
async function undeliverable(
  { gitDir, name }: PushedRepository,
  stored: ReadonlySet<string>,
  deliveries: string,
): Promise<string | undefined> {
  const head = await readHead(gitDir);
  if (head === undefined || (await readDeliveryRecord(deliveries, name))?.delivered !== head)
    return undefined;
  return stored.has(await describeCommit(gitDir, head)) ? undefined : head;
}

/** The commit that a tag names, if the remote has it. */
async function commitOf(gitDir: string, tag: string): Promise<string | undefined> {
  const { code, stdout } = await sealedGitResult(
    ['--git-dir', gitDir, 'rev-parse', '--verify', '--quiet', `${parseTag(tag).sha}^{commit}`],
    { to: 'find the commit of a tag', allow: [0, 1, 128] },
  );
  return code === 0 ? stdout.toString('utf8').trim() : undefined;
}
