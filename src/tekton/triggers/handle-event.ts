import { createHash } from 'node:crypto';
import { escapeHtml } from '../../cel/go-json.ts';
import { matchesLabels } from '../../kubernetes/label-selector.ts';
import { messageOf } from '../../model/errors.ts';
import { bindEvent } from './bind-event.ts';
import { findNamed } from './find-named.ts';
import { findStranger } from './find-stranger.ts';
import { fillTemplate, type Resource } from './fill-template.ts';
import { readHeaders } from './headers.ts';
import { jsonOf } from './json-of.ts';
import type { InterceptorEvent, InterceptorWorld } from './interceptor-event.ts';
import { resolveTrigger, type ResolvedTrigger } from './resolve-trigger.ts';
import { runInterceptors, type InterceptorStep } from './run-interceptors.ts';
import type { EventListener, Listener, Trigger, TriggerSelector } from './types.ts';

export interface EventRequest {
  readonly method: string;
  /** The path with its query, or the whole URL. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The body byte for byte: signatures are made over it. */
  readonly body: Buffer;
}

export interface EventOptions extends InterceptorWorld {
  /** The secret that every sender must have signed with, or sent as its token: others cost no more than a hash, and fire nothing. */
  readonly onlyFrom?: string | undefined;
  /** Random for each event, given so that the same call has the same result. */
  readonly eventId: string;
  /** Gives `$(uid)`, once for each trigger that fires. */
  readonly newUid: () => string;
}

/** What became of one trigger, and what its interceptors (after those of its group) did. */
type TriggerOutcome =
  | {
      readonly trigger: string;
      readonly interceptors: readonly InterceptorStep[];
      readonly outcome: 'fired';
      readonly params: Readonly<Record<string, string>>;
      readonly resources: readonly Resource[];
    }
  | {
      readonly trigger: string;
      readonly interceptors: readonly InterceptorStep[];
      readonly outcome: 'stopped';
      /** The interceptor, or `binding` or `template`. */
      readonly at: string;
      readonly message: string;
    };

/** What the sender is answered, and what became of each trigger (which the sender never learns). */
export interface EventAnswer {
  readonly status: 200 | 202 | 400;
  readonly responseBody: string;
  readonly triggers: readonly TriggerOutcome[];
  /** Why the sender is not one of `onlyFrom`; the answer is the same. */
  readonly stranger?: string | undefined;
}

/** Handles one HTTP request as an EventListener does, and says what is to be created; it creates nothing itself. */
export async function handleEvent(
  source: Listener,
  request: EventRequest,
  options: EventOptions,
): Promise<EventAnswer> {
  const { listener } = source;
  const stranger = options.onlyFrom === undefined ? undefined : findStranger(request, options.onlyFrom);
  if (stranger !== undefined)
    return {
      status: 202,
      responseBody: acceptedBody(listener, options.eventId),
      triggers: [],
      stranger,
    };
  if (new URL(request.url, 'http://listener').pathname === '/live') {
    return { status: 200, responseBody: 'ok', triggers: [] };
  }
  const problem = listener.validatesPayload ? bodyProblem(request.body) : undefined;
  if (problem !== undefined) {
    return {
      status: 400,
      responseBody: printBody({
        eventListener: listener.name,
        namespace: listener.namespace,
        eventListenerUID: '',
        errorMessage: problem,
      }),
      triggers: [],
    };
  }
  const triggers = await runTriggers(
    source,
    { raw: request.body, headers: readHeaders(request.headers), url: request.url, extensions: {} },
    options,
  );
  return {
    status: 202,
    responseBody: acceptedBody(listener, options.eventId),
    triggers,
  };
}

/** Why an event has no JSON object as its body; undefined when it has one, or null, which Tekton lets through. */
function bodyProblem(body: Buffer): string | undefined {
  try {
    const value = jsonOf(body);
    return typeof value === 'object' && !Array.isArray(value) ? undefined : 'the body is not a JSON object';
  } catch (error) {
    return messageOf(error);
  }
}

/** What every sender of a well-formed event is answered, whatever became of it. */
function acceptedBody(listener: EventListener, eventId: string): string {
  return printBody({
    eventListener: listener.name,
    namespace: listener.namespace,
    eventListenerUID: uidOf(listener),
    eventID: eventId,
  });
}

/** Triggers run side by side, each with a chain of its own; the outcomes keep the order of the listener. */
async function runTriggers(
  source: Listener,
  event: InterceptorEvent,
  options: EventOptions,
): Promise<TriggerOutcome[]> {
  const { listener, triggers } = source;
  const own = listener.triggers.flatMap((trigger) =>
    'ref' in trigger ? findNamed(triggers, trigger.ref, listener.namespace) : [trigger],
  );
  const ungrouped = [...selectTriggers(source, listener.selector), ...own];
  const alone = ungrouped.map((trigger) => runTrigger(source, trigger, event, options));
  const grouped = listener.groups.map(async (group): Promise<TriggerOutcome[]> => {
    const { stopped, steps, event: passed } = await runInterceptors(group.interceptors, event, options);
    const members = selectTriggers(source, group.selector);
    const interceptors = steps.map((step) => ({ ...step, name: `${group.name}/${step.name}` }));
    if (!stopped) {
      // Extensions are handed on, and the body as it came: a form is read again by the trigger's own chain.
      const handedOn = { ...event, extensions: passed.extensions };
      return Promise.all(members.map((each) => runTrigger(source, each, handedOn, options, interceptors)));
    }
    const at = `${group.name}/${stopped.at}`;
    return members.map(({ name }) => ({
      trigger: name,
      interceptors,
      outcome: 'stopped',
      at,
      message: stopped.message,
    }));
  });
  return [...(await Promise.all(alone)), ...(await Promise.all(grouped)).flat()];
}

/** The Triggers of the files that a listener or a group takes by labels and namespaces; none without a selector. */
function selectTriggers(source: Listener, selector: TriggerSelector): Trigger[] {
  const { labels, namespaces } = selector;
  if (!labels && namespaces.length === 0) return [];
  const isThere = (namespace = source.listener.namespace) =>
    namespaces.length === 0
      ? namespace === source.listener.namespace
      : namespaces.includes(namespace) || (namespaces.length === 1 && namespaces[0] === '*');
  return source.triggers.filter(
    (trigger) => isThere(trigger.namespace) && (!labels || matchesLabels(labels, trigger.labels)),
  );
}

async function runTrigger(
  source: Listener,
  trigger: Trigger,
  event: InterceptorEvent,
  options: EventOptions,
  before: readonly InterceptorStep[] = [],
): Promise<TriggerOutcome> {
  const passed = await runInterceptors(trigger.interceptors, event, options);
  const interceptors = [...before, ...passed.steps];
  const stopped = (at: string, message: string): TriggerOutcome => ({
    trigger: trigger.name,
    interceptors,
    outcome: 'stopped',
    at,
    message,
  });
  if (passed.stopped) return stopped(passed.stopped.at, passed.stopped.message);
  let resolved: ResolvedTrigger;
  let params: Map<string, string>;
  try {
    resolved = resolveTrigger(source, trigger);
    params = bindEvent(resolved.params, resolved.template, {
      header: Object.fromEntries([...event.headers].map(([name, values]) => [name, values.join(',')])),
      body: parseBody(passed.event.raw),
      extensions: passed.event.extensions,
      context: { eventID: options.eventId },
    });
  } catch (error) {
    return stopped('binding', messageOf(error));
  }
  try {
    const resources = fillTemplate(resolved.template, params, {
      uid: options.newUid(),
      namespace: resolved.namespace,
      labels: {
        'triggers.tekton.dev/eventlistener': source.listener.name,
        'triggers.tekton.dev/trigger': trigger.name,
        'triggers.tekton.dev/triggers-eventid': options.eventId,
      },
    });
    return {
      trigger: trigger.name,
      interceptors,
      outcome: 'fired',
      params: Object.fromEntries(params),
      resources,
    };
  } catch (error) {
    return stopped('template', `couldn't unmarshal json from the TriggerTemplate: ${messageOf(error)}`);
  }
}

/** A UUID that is always the same for the same EventListener; a cluster makes up its own. */
function uidOf({ name, namespace }: EventListener): string {
  const hex = createHash('sha256').update(`${namespace}/${name}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** The body for the bindings; without any it is null. */
function parseBody(body: Buffer): unknown {
  if (body.length === 0) return null;
  try {
    return jsonOf(body);
  } catch (error) {
    throw new Error(`failed to unmarshal request body: ${messageOf(error)}`);
  }
}

function printBody(body: object): string {
  return `${escapeHtml(JSON.stringify(body))}\n`;
}
