import { messageOf } from '../../model/errors.ts';
import type { KeyedValues } from '../run/options.ts';
import { bindEvent } from './bind-event.ts';
import { runCel } from './cel-interceptor.ts';
import { fillTemplate, type Resource } from './fill-template.ts';
import { checkGithub } from './github-interceptor.ts';
import { type Headers, readHeaders } from './headers.ts';
import { matchesLabels } from './label-selector.ts';
import type { Binding, BindingParam, Interceptor, Listener, Trigger, TriggerSelector } from './types.ts';

export interface EventRequest {
  readonly method: string;
  /** The path with its query, or the whole URL. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The body byte for byte: signatures are made over it. */
  readonly body: Buffer;
}

export interface EventOptions {
  readonly secrets: KeyedValues;
  /** Random for each event, given so that the same call has the same result. */
  readonly eventId: string;
  /** Gives `$(uid)`, once for each trigger that fires. */
  readonly newUid: () => string;
}

/** What became of one trigger. */
type TriggerOutcome =
  | {
      readonly trigger: string;
      readonly outcome: 'fired';
      readonly params: Readonly<Record<string, string>>;
      readonly resources: readonly Resource[];
    }
  | {
      readonly trigger: string;
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
}

/** Handles one HTTP request as an EventListener does, and says what is to be created; it creates nothing itself. */
export function handleEvent(source: Listener, request: EventRequest, options: EventOptions): EventAnswer {
  const { listener } = source;
  if (new URL(request.url, 'http://listener').pathname === '/live') {
    return { status: 200, responseBody: 'ok', triggers: [] };
  }
  const body = parseBody(request.body);
  if (listener.validatesPayload && (body.problem !== undefined || !isObject(body.value))) {
    const problem = body.problem ?? 'json: cannot unmarshal into Go value of type map[string]interface {}';
    return {
      status: 400,
      responseBody: printBody({
        eventListener: listener.name,
        namespace: listener.namespace,
        eventListenerUID: '',
        errorMessage: `Invalid event body format : ${problem}`,
      }),
      triggers: [],
    };
  }
  const event: Event = {
    body: body.value,
    raw: request.body,
    headers: readHeaders(request.headers),
    url: request.url,
    extensions: {},
  };
  return {
    status: 202,
    responseBody: printBody({
      eventListener: listener.name,
      namespace: listener.namespace,
      eventListenerUID: '',
      eventID: options.eventId,
    }),
    triggers: runTriggers(source, event, options),
  };
}

interface Event {
  readonly body: unknown;
  readonly raw: Buffer;
  readonly headers: Headers;
  readonly url: string;
  readonly extensions: Readonly<Record<string, unknown>>;
}

function runTriggers(source: Listener, event: Event, options: EventOptions): TriggerOutcome[] {
  const { listener, triggers } = source;
  const own = listener.triggers.flatMap((trigger) =>
    'ref' in trigger ? triggers.filter(({ name }) => name === trigger.ref) : [trigger],
  );
  const ungrouped = [...selectTriggers(source, listener.selector), ...own];
  return [
    ...ungrouped.map((trigger) => runTrigger(source, trigger, event, options)),
    ...listener.groups.flatMap((group): TriggerOutcome[] => {
      const passed = runInterceptors(group.interceptors, event, options);
      const members = selectTriggers(source, group.selector);
      if (!('stopped' in passed))
        return members.map((trigger) => runTrigger(source, trigger, passed, options));
      const { at, message } = passed.stopped;
      return members.map(({ name }) => ({
        trigger: name,
        outcome: 'stopped',
        at: `${group.name}/${at}`,
        message,
      }));
    }),
  ];
}

function runTrigger(source: Listener, trigger: Trigger, event: Event, options: EventOptions): TriggerOutcome {
  const stopped = (at: string, message: string): TriggerOutcome => ({
    trigger: trigger.name,
    outcome: 'stopped',
    at,
    message,
  });
  const passed = runInterceptors(trigger.interceptors, event, options);
  if ('stopped' in passed) return stopped(passed.stopped.at, passed.stopped.message);
  const template =
    typeof trigger.template === 'string' ? source.templates.get(trigger.template)! : trigger.template;
  const bindings = trigger.bindings.flatMap((binding) => paramsOf(source, binding));
  const twice = bindings.find(
    (param, index) => bindings.findIndex(({ name }) => name === param.name) !== index,
  );
  if (twice) return stopped('binding', `duplicate param name: ${twice.name}`);
  let params: Map<string, string>;
  try {
    params = bindEvent(bindings, template, {
      header: Object.fromEntries([...event.headers].map(([name, values]) => [name, values.join(',')])),
      body: event.body,
      extensions: passed.extensions,
      context: { eventID: options.eventId },
    });
  } catch (error) {
    return stopped('binding', messageOf(error));
  }
  try {
    const resources = fillTemplate(template, params, {
      uid: options.newUid(),
      namespace: trigger.namespace,
      labels: {
        'triggers.tekton.dev/eventlistener': source.listener.name,
        'triggers.tekton.dev/trigger': trigger.name,
        'triggers.tekton.dev/triggers-eventid': options.eventId,
      },
    });
    return { trigger: trigger.name, outcome: 'fired', params: Object.fromEntries(params), resources };
  } catch (error) {
    return stopped('template', `couldn't unmarshal json from the TriggerTemplate: ${messageOf(error)}`);
  }
}

/** The event with the extensions of all interceptors, or where it was stopped. */
function runInterceptors(
  chain: readonly Interceptor[],
  event: Event,
  { secrets }: EventOptions,
): Event | { readonly stopped: { readonly at: string; readonly message: string } } {
  let extensions = event.extensions;
  for (const interceptor of chain) {
    const stop = (message: string) => ({ stopped: { at: interceptor.name, message } });
    if (interceptor.kind === 'github') {
      const problem = checkGithub(interceptor, event.headers, event.raw, secrets);
      if (problem !== undefined) return stop(problem);
    } else {
      const answer = runCel(interceptor, { ...event, extensions }, secrets);
      if ('stopped' in answer) return stop(answer.stopped);
      extensions = { ...extensions, ...answer.extensions };
    }
  }
  return { ...event, extensions };
}

function selectTriggers(source: Listener, selector: TriggerSelector): Trigger[] {
  const { labels, namespaces } = selector;
  if (!labels && namespaces.length === 0) return [];
  const isThere = (namespace: string) =>
    namespaces.length === 0
      ? namespace === source.listener.namespace
      : namespaces.includes(namespace) || (namespaces.length === 1 && namespaces[0] === '*');
  return source.triggers.filter(
    (trigger) => isThere(trigger.namespace) && (!labels || matchesLabels(labels, trigger.labels)),
  );
}

function paramsOf(source: Listener, binding: Binding): readonly BindingParam[] {
  if (binding.kind === 'inline') return [binding.param];
  const there = binding.kind === 'TriggerBinding' ? source.bindings : source.clusterBindings;
  return there.get(binding.ref) ?? [];
}

function parseBody(body: Buffer): { readonly value?: unknown; readonly problem?: string } {
  try {
    return { value: JSON.parse(body.toString('utf8')) as unknown };
  } catch (error) {
    return { problem: messageOf(error) };
  }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function printBody(body: object): string {
  return `${JSON.stringify(body)}\n`;
}
