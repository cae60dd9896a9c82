import type { Config, ServiceConfig } from '../../model/config.ts';
import { BitiqError } from '../../model/errors.ts';
import { sameAddressOf } from '../../model/repository-address.ts';
import { requireService } from '../../model/require-service.ts';
import type { GitHub } from '../../github/client.ts';

/** What became of the webhook of one service. */
export interface WebhookStep {
  readonly service: string;
  readonly repository: string;
  /** `create` and `update` are a plan; `none`: there was nothing to remove. */
  readonly state: 'created' | 'updated' | 'deleted' | 'none' | 'create' | 'update' | 'delete' | 'failed';
  /** What a ping was answered with, such as `202 OK`; undefined where none was requested or no answer was seen. */
  readonly ping?: string | undefined;
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

/** Throws `service-missing` for a service that bitiq.yaml does not name, and `usage` for an address that is not https. */
export function requireTarget(target: Pick<WebhookTarget, 'config' | 'service' | 'url'>): void {
  namedServices(target);
  requireHttps(target.url);
}

/** Does some work on the repository of each of the services. One that fails stops no other. */
export async function eachService(
  options: WebhookTarget,
  work: (github: GitHub) => Promise<Pick<WebhookStep, 'state' | 'ping'>>,
): Promise<WebhookStep[]> {
  requireTarget(options);
  const steps: WebhookStep[] = [];
  // One after the other, as GitHub asks of those who write.
  for (const { name, repository } of namedServices(options)) {
    const done = await settled(async () => work(await options.connect(repository)));
    steps.push({ service: name, repository, state: 'failed', ...done });
  }
  return steps;
}

/** What came out, or the error: one repository says nothing of the next. */
export async function settled<T>(work: () => Promise<T>): Promise<T | { readonly error: BitiqError }> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof BitiqError) return { error };
    throw error;
  }
}

/** The services whose repositories are meant; throws `service-missing` for one that bitiq.yaml does not name. */
export function namedServices({
  config,
  service,
}: Pick<WebhookOptions, 'config' | 'service'>): readonly ServiceConfig[] {
  // One webhook serves all services of a repository.
  if (service === undefined) {
    const addresses = config.services.map(({ repository }) => sameAddressOf(repository));
    return config.services.filter((_, index) => addresses.indexOf(addresses[index]!) === index);
  }
  return [requireService(config, service)];
}

function requireHttps(url: string): void {
  if (URL.canParse(url) && new URL(url).protocol === 'https:') return;
  throw new BitiqError({
    code: 'usage',
    message: `${JSON.stringify(url)} must be an https URL: webhook payloads would otherwise travel unencrypted.`,
    fix: 'Give the public address of the EventListener, such as https://hooks.example.com/.',
  });
}
