import { hooksTo, listHooks, pingHook, upsertHook } from '../../github/hooks.ts';
import { eachService, type WebhookStep, type WebhookTarget } from './each-service.ts';

/**
 * Makes sure that the repository of every service sends its pushes to a URL, signed with a secret, and pings it when asked.
 * One that fails stops no other.
 */
export async function createWebhooks(
  options: WebhookTarget & { readonly secret: string; readonly ping?: boolean | undefined },
): Promise<WebhookStep[]> {
  const { url, secret } = options;
  return eachService(options, async (github) => {
    if (options.dryRun) {
      return { state: hooksTo(await listHooks(github), url).length > 0 ? 'update' : 'create' };
    }
    const { state, id } = await upsertHook(github, { url, secret });
    return { state, ping: options.ping ? ((await pingHook(github, id)) ?? 'no answer was seen') : undefined };
  });
}
