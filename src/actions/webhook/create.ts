import type { Config, ServiceConfig } from '../../model/config.ts';
import { suggestion } from '../../model/did-you-mean.ts';
import { BitiqError } from '../../model/errors.ts';
import { sameAddressOf } from '../../model/repository-address.ts';
import type { GitHub } from '../../github/client.ts';
import { stripSecrets } from '../../process/run.ts';
import { deleteHook, hooksTo, listHooks, pingHook, upsertHook, type Hook } from '../../github/hooks.ts';

/** What became of the webhook of one service. */
export interface WebhookStep {
  readonly service: string;
  readonly repository: string;
  /** `create` and `update` are a plan; `none`: there was nothing to remove. */
  readonly state: 'created' | 'updated' | 'deleted' | 'none' | 'create' | 'update' | 'delete' | 'failed';
  /** What a ping was answered with, such as `202 OK`; undefined where none was asked for or no answer was seen. */
  readonly ping?: string | undefined;
  readonly error?: BitiqError | undefined;
}

/** The webhooks of one service, or why they are not known. */
export interface WebhookList {
  readonly service: string;
  readonly repository: string;
  readonly hooks: readonly Hook[];
  readonly error?: BitiqError | undefined;
}

export interface WebhookOptions {
  readonly config: Config;
  /** One service; default: all. */
  readonly service?: string | undefined;
  /** Makes ready to ask the GitHub of a repository's URL. */
  readonly connect: (repository: string) => Promise<GitHub>;
}

export interface WebhookTarget extends WebhookOptions {
  /** Where GitHub sends the pushes: https. */
  readonly url: string;
  readonly dryRun?: boolean | undefined;
}

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

/** Takes the webhooks that go to a URL away from the repository of every service. One that fails stops no other. */
export function deleteWebhooks(options: WebhookTarget): Promise<WebhookStep[]> {
  return eachService(options, async (github) => {
    const hooks = hooksTo(await listHooks(github), options.url);
    if (!options.dryRun) for (const hook of hooks) await deleteHook(github, hook.id);
    return { state: hooks.length === 0 ? 'none' : options.dryRun ? 'delete' : 'deleted' };
  });
}

/** The webhooks of the repository of every service. */
export async function listWebhooks(options: WebhookOptions): Promise<WebhookList[]> {
  const lists: WebhookList[] = [];
  for (const { name, repository } of servicesOf(options)) {
    const found = await told(async () => {
      const hooks = await listHooks(await options.connect(repository));
      return { hooks: hooks.map((hook) => ({ ...hook, url: stripSecrets(hook.url, []) })) };
    });
    lists.push({ service: name, repository, hooks: [], ...found });
  }
  return lists;
}

/** Throws `service-missing` for a service that bitiq.yaml does not name, and `usage` for an address that is not https. */
export function requireTarget(target: Pick<WebhookTarget, 'config' | 'service' | 'url'>): void {
  servicesOf(target);
  requireHttps(target.url);
}

async function eachService(
  options: WebhookTarget,
  work: (github: GitHub) => Promise<Pick<WebhookStep, 'state' | 'ping'>>,
): Promise<WebhookStep[]> {
  requireTarget(options);
  const steps: WebhookStep[] = [];
  // One after the other, as GitHub asks of those who write.
  for (const { name, repository } of servicesOf(options)) {
    const done = await told(async () => work(await options.connect(repository)));
    steps.push({ service: name, repository, state: 'failed', ...done });
  }
  return steps;
}

/** What came out, or the error: one repository says nothing of the next. */
async function told<T>(work: () => Promise<T>): Promise<T | { readonly error: BitiqError }> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof BitiqError) return { error };
    throw error;
  }
}

function servicesOf({
  config,
  service,
}: Pick<WebhookOptions, 'config' | 'service'>): readonly ServiceConfig[] {
  // One webhook serves all services of a repository.
  if (service === undefined) {
    const addresses = config.services.map(({ repository }) => sameAddressOf(repository));
    return config.services.filter((_, index) => addresses.indexOf(addresses[index]!) === index);
  }
  const found = config.services.filter(({ name }) => name === service);
  if (found.length > 0) return found;
  const names = config.services.map(({ name }) => name);
  throw new BitiqError({
    code: 'service-missing',
    message: `bitiq.yaml names no service ${JSON.stringify(service)}.`,
    fix: suggestion(service, names),
  });
}

function requireHttps(url: string): void {
  if (URL.canParse(url) && new URL(url).protocol === 'https:') return;
  throw new BitiqError({
    code: 'usage',
    message: `${JSON.stringify(url)} is not an https address, and what is pushed is nobody's business on the way.`,
    fix: 'Give the public address of the EventListener, such as https://hooks.example.com/.',
  });
}
