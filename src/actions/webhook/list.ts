import type { BitiqError } from '../../model/errors.ts';
import { listHooks, type Hook } from '../../github/hooks.ts';
import { stripSecrets } from '../../process/run.ts';
import { namedServices, settled, type WebhookOptions } from './each-service.ts';

/** The webhooks of one service, or why they are not known. */
export interface WebhookList {
  readonly service: string;
  readonly repository: string;
  readonly hooks: readonly Hook[];
  readonly error?: BitiqError | undefined;
}

/** The webhooks of the repository of every service. */
export async function listWebhooks(options: WebhookOptions): Promise<WebhookList[]> {
  const lists: WebhookList[] = [];
  for (const { name, repository } of namedServices(options)) {
    const found = await settled(async () => {
      const hooks = await listHooks(await options.connect(repository));
      return { hooks: hooks.map((hook) => ({ ...hook, url: stripSecrets(hook.url, []) })) };
    });
    lists.push({ service: name, repository, hooks: [], ...found });
  }
  return lists;
}
