import { deleteHook, hooksTo, listHooks } from '../../github/hooks.ts';
import { eachService, type WebhookStep, type WebhookTarget } from './each-service.ts';

/** Takes the webhooks that go to a URL away from the repository of every service. One that fails stops no other. */
export function deleteWebhooks(options: WebhookTarget): Promise<WebhookStep[]> {
  return eachService(options, async (github) => {
    const hooks = hooksTo(await listHooks(github), options.url);
    if (!options.dryRun) for (const hook of hooks) await deleteHook(github, hook.id);
    return { state: hooks.length === 0 ? 'none' : options.dryRun ? 'delete' : 'deleted' };
  });
}
