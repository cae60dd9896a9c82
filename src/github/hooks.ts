import { setTimeout as sleep } from 'node:timers/promises';
import { BitiqError } from '../model/errors.ts';
import type { GitHub } from './client.ts';

/** A webhook of a repository. Its secret is never given back. */
export interface Hook {
  readonly id: number;
  readonly url: string;
  readonly active: boolean;
  readonly events: readonly string[];
  readonly contentType: string;
  /** Whether GitHub looks at the certificate of the URL. */
  readonly verifiesTls: boolean;
  readonly hasSecret: boolean;
  /** What the newest delivery was answered with, such as `202 OK`; undefined before the first. */
  readonly lastAnswer: string | undefined;
}

/** All webhooks of a repository. */
export async function listHooks(github: GitHub): Promise<Hook[]> {
  const found = await github.all('list the webhooks', (octokit, at) =>
    octokit.paginate(octokit.rest.repos.listWebhooks, { ...at, per_page: 100 }),
  );
  return found.map(({ id, config, active, events, last_response: last }) => ({
    id,
    url: config.url ?? '',
    active,
    events,
    contentType: config.content_type ?? 'form',
    verifiesTls: String(config.insecure_ssl ?? '0') === '0',
    hasSecret: Boolean(config.secret),
    lastAnswer: last?.code ? `${last.code} ${last.message ?? last.status ?? ''}`.trim() : undefined,
  }));
}

/** The webhooks that go to an address, however it is written. */
export function hooksTo(hooks: readonly Hook[], url: string): Hook[] {
  return hooks.filter((hook) => canonical(hook.url) === canonical(url));
}

/**
 * Makes sure that pushes are sent to a URL as JSON and signed with a secret: the webhook that goes there already is
 * changed, and made when there is none.
 */
export async function upsertHook(
  github: GitHub,
  { url, secret }: { readonly url: string; readonly secret: string },
): Promise<{ readonly state: 'created' | 'updated'; readonly id: number }> {
  const wanted = {
    active: true,
    events: ['push'],
    config: { url, content_type: 'json', insecure_ssl: '0', secret },
  };
  const update = async (hook: Hook) => {
    await github.ask('change a webhook', (octokit, at) =>
      octokit.rest.repos.updateWebhook({ ...at, hook_id: hook.id, ...wanted }),
    );
    return { state: 'updated' as const, id: hook.id };
  };
  const [first, ...more] = hooksTo(await listHooks(github), url);
  if (first) {
    // One that kept the old secret would send what is refused here.
    for (const hook of more) await update(hook);
    return update(first);
  }
  try {
    const made = await github.ask('make a webhook', (octokit, at) =>
      octokit.rest.repos.createWebhook({ ...at, name: 'web', ...wanted }),
    );
    return { state: 'created', id: made.id };
  } catch (error) {
    // Somebody was faster, or the answer to the first request was lost.
    const there =
      error instanceof BitiqError && /already exists/.test(error.message)
        ? hooksTo(await listHooks(github), url)[0]
        : undefined;
    if (there) return update(there);
    throw error;
  }
}

/** Removes a webhook; one that is gone already is not a fault. */
export async function deleteHook(github: GitHub, id: number): Promise<void> {
  try {
    await github.ask('remove a webhook', (octokit, at) =>
      octokit.rest.repos.deleteWebhook({ ...at, hook_id: id }),
    );
  } catch (error) {
    const missing = error instanceof BitiqError && error.code === 'github-missing';
    // The answer to the first request may have been lost; a token that may not do it is told the same.
    if (missing && !(await listHooks(github)).some((hook) => hook.id === id)) return;
    throw error;
  }
}

const pingPatienceMs = 15_000;

/** Lets GitHub send a ping and waits for what it was answered with, such as `202 OK`; undefined when that is not known in time. */
export async function pingHook(
  github: GitHub,
  id: number,
  patienceMs = pingPatienceMs,
): Promise<string | undefined> {
  const read = () =>
    github.ask('read the deliveries of a webhook', (octokit, at) =>
      octokit.rest.repos.listWebhookDeliveries({ ...at, hook_id: id, per_page: 20 }),
    );
  const pause = () => sleep(500, undefined, github.signal ? { signal: github.signal } : {});
  const before = new Set((await read()).map((delivery) => delivery.id));
  await github.ask('ping a webhook', (octokit, at) => octokit.rest.repos.pingWebhook({ ...at, hook_id: id }));
  for (const until = performance.now() + patienceMs; performance.now() < until; await pause()) {
    const found = (await read()).find(({ id, event }) => event === 'ping' && !before.has(id));
    if (found) return `${found.status_code} ${found.status}`.trim();
  }
  return undefined;
}

function canonical(url: string): string {
  return URL.canParse(url) ? new URL(url).href.replace(/\/$/, '') : url;
}
