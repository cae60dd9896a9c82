import { printGoJson } from '../../cel/go-json.ts';
import { parseGoQuery } from '../../cel/go-url.ts';
import { runBitbucket } from './bitbucket-interceptor.ts';
import { runCel } from './cel-interceptor.ts';
import { runGithub } from './github-interceptor.ts';
import { runGitlab } from './gitlab-interceptor.ts';
import { firstHeader } from './headers.ts';
import type { InterceptorAnswer, InterceptorEvent, InterceptorWorld } from './interceptor-event.ts';
import { runSlack } from './slack-interceptor.ts';
import type { Interceptor } from './types.ts';

/** What one interceptor of a chain added, or why it stopped the event. */
export interface InterceptorStep {
  readonly name: string;
  readonly extensions?: Readonly<Record<string, unknown>>;
  readonly stopped?: string;
}

/** The event after the last interceptor, and the step of each; `stopped` names the interceptor that stopped it. */
export interface Passed {
  readonly event: InterceptorEvent;
  readonly steps: readonly InterceptorStep[];
  readonly stopped?: { readonly at: string; readonly message: string };
}

/** Runs a chain in order; each interceptor sees the extensions of those before it. */
export async function runInterceptors(
  chain: readonly Interceptor[],
  given: InterceptorEvent,
  world: InterceptorWorld,
): Promise<Passed> {
  if (chain.length === 0) return { event: given, steps: [] };
  const form = formAsJson(firstHeader(given.headers, 'Content-Type'), given.raw);
  let event = form === undefined ? given : { ...given, raw: Buffer.from(form) };
  const steps: InterceptorStep[] = [];
  for (const interceptor of chain) {
    const { name } = interceptor;
    const answer = await runOne(interceptor, event, world);
    steps.push({ name, ...answer });
    if ('stopped' in answer) return { event, steps, stopped: { at: name, message: answer.stopped } };
    event = { ...event, extensions: { ...event.extensions, ...answer.extensions } };
  }
  return { event, steps };
}

/** Runs one interceptor. */
export async function runOne(
  interceptor: Interceptor,
  event: InterceptorEvent,
  world: InterceptorWorld,
): Promise<InterceptorAnswer> {
  switch (interceptor.kind) {
    case 'cel':
      return runCel(interceptor, event, world);
    case 'github':
      return runGithub(interceptor, event, world);
    case 'gitlab':
      return runGitlab(interceptor, event, world);
    case 'bitbucket':
      return runBitbucket(interceptor, event, world);
    case 'slack':
      return runSlack(interceptor, event);
  }
}

/**
 * A form (`application/x-www-form-urlencoded`) of several fields as the JSON of its fields, each a list, as the EventListener
 * hands it to interceptors; undefined when the body stays as it is. A form of one field, such as `payload=`, stays.
 */
export function formAsJson(contentType: string, body: Buffer): string | undefined {
  if (contentType !== 'application/x-www-form-urlencoded') return undefined;
  const fields = parseGoQuery(body.toString('utf8'));
  return fields.size > 1 ? printGoJson(Object.fromEntries(fields)) : undefined;
}
