import { randomBytes, randomUUID } from 'node:crypto';
import { headOfMain, type Repository } from '../git/repository.ts';
import { printable } from '../model/printable.ts';
import { handleEvent, loadListener, type Listener, type SourceFile } from '../tekton/index.ts';
import type { RunRequest } from './builds/run-request.ts';
import { oneAtATime } from './webhooks/one-at-a-time.ts';
import type { Claim, HookAnswer, HookRequest } from './webhooks/serve-hooks.ts';

/** The name and key under which pipelines/triggers/ look for the webhook's secret. */
const webhookSecretName = { name: 'github-webhook', key: 'secret' } as const;

export interface ReceiveOptions {
  readonly gitOps: Repository;
  readonly readPipelines: (commit: string) => Promise<readonly SourceFile[]>;
  readonly secret: string;
  readonly clock: () => Date;
  readonly start: (request: RunRequest) => Promise<void>;
  readonly onReceived: (text: string) => void;
}

/**
 * Handles a webhook with the EventListener at the head of the GitOps repository; its runs are on disk when this resolves. A trigger
 * that fires claims the delivery first; undefined when that is refused.
 */
export async function receiveHook(
  hook: HookRequest,
  options: ReceiveOptions,
  claim: Claim,
): Promise<HookAnswer | undefined> {
  const { head, listener } = await listenerOf(options)();
  const answer = await handleEvent(listener, hook, {
    secrets: { [webhookSecretName.name]: { [webhookSecretName.key]: options.secret } },
    onlyFrom: options.secret,
    eventId: randomUUID(),
    newUid: randomUUID,
  });
  if (answer.stranger !== undefined) options.onReceived(`no trigger fired (${shown(answer.stranger)})`);
  if (answer.triggers.some(({ outcome }) => outcome === 'fired') && !(await claim())) return undefined;
  const created = options.clock().toISOString();
  for (const trigger of answer.triggers) {
    if (trigger.outcome !== 'fired') continue;
    const { service = trigger.trigger, revision = '' } = trigger.params;
    options.onReceived(`push to ${plain(service)} at ${plain(revision.slice(0, 7))}`);
    for (const resource of trigger.resources) {
      await options.start({
        name: `${plain(service)}-${plain(revision.slice(0, 7))}-${randomBytes(6).toString('hex')}`,
        created,
        service,
        revision,
        subject: subjectOf(hook),
        resource,
        pipelines: head,
      });
    }
  }
  if (answer.triggers.length > 0 && answer.triggers.every((trigger) => trigger.outcome === 'stopped')) {
    const why = answer.triggers.flatMap((trigger) =>
      trigger.outcome === 'stopped' ? [`${trigger.at}: ${trigger.message}`] : [],
    );
    options.onReceived(`no trigger fired (${shown([...new Set(why)].join('; '))})`);
  }
  return { status: answer.status, body: answer.responseBody };
}

type FindListener = () => Promise<{ readonly head: string; readonly listener: Listener }>;

const finders = new WeakMap<Repository, FindListener>();

/** Finds the head and its EventListener, once for all events that come while it is found. */
function listenerOf({ gitOps, readPipelines }: ReceiveOptions): FindListener {
  const known = finders.get(gitOps);
  if (known) return known;
  let last: { readonly head: string; readonly listener: Listener } | undefined;
  const find = oneAtATime(async () => {
    const head = await headOfMain(gitOps);
    if (last?.head !== head) last = { head, listener: loadListener(await readPipelines(head)) };
    return last;
  }, 20);
  finders.set(gitOps, find);
  return find;
}

/** A text of a payload as the part of a name: it becomes a folder, and a line of the log. */
function plain(text: string): string {
  return (
    text
      .toLowerCase()
      .replace(/[^a-z0-9-]+/g, '-')
      .replace(/^-+|(?<!-)-+$/g, '')
      .slice(0, 40) || 'unknown'
  );
}

/** Text that a sender controls, as a part of one line. */
function shown(text: string): string {
  const line = printable(text);
  return line.length > 400 ? `${line.slice(0, 400)}…` : line;
}

function subjectOf(hook: HookRequest): string | undefined {
  try {
    const body = JSON.parse(hook.body.toString('utf8')) as { head_commit?: { message?: unknown } };
    const message = body.head_commit?.message;
    return typeof message === 'string' ? shown(message.split('\n')[0]!) : undefined;
  } catch {
    return undefined;
  }
}
