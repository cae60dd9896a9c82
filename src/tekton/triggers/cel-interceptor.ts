import type { KeyedValues } from '../run/options.ts';
import { celEnvironment, firstLine } from './cel-environment.ts';
import { toJson } from './cel-functions.ts';
import type { Headers } from './headers.ts';
import type { CelInterceptor } from './types.ts';

/** The event as CEL sees it. */
export interface CelEvent {
  readonly body: unknown;
  readonly headers: Headers;
  readonly extensions: Readonly<Record<string, unknown>>;
  readonly url: string;
}

/** What the interceptor adds to the extensions, or why it stops the event. */
export type CelAnswer =
  { readonly extensions: Readonly<Record<string, unknown>> } | { readonly stopped: string };

/** Runs filter and overlays; each overlay sees the event as it came, not the overlays before it. */
export function runCel(interceptor: CelInterceptor, event: CelEvent, secrets: KeyedValues): CelAnswer {
  const environment = celEnvironment((name, key) => secrets[name]?.[key]);
  const data = {
    body: event.body ?? {},
    header: Object.fromEntries(event.headers),
    extensions: event.extensions,
    requestURL: event.url,
  };
  const evaluate = (expression: string): unknown => environment.evaluate(expression, data);
  try {
    if (interceptor.filter && evaluate(interceptor.filter) !== true) {
      return { stopped: `expression ${interceptor.filter} did not return true` };
    }
    const extensions: Record<string, unknown> = {};
    for (const { key, expression } of interceptor.overlays) {
      const value = evaluate(expression);
      if (value === null || value === undefined) {
        return { stopped: `failed to convert overlay result to type: the overlay "${key}" is null` };
      }
      setByPath(extensions, key, toJson(value));
    }
    return { extensions };
  } catch (error) {
    return { stopped: `error evaluating cel expression: ${firstLine(error)}` };
  }
}

/** Sets a value at a path of keys separated by dots; `\.` is a dot of the key itself. */
function setByPath(root: Record<string, unknown>, path: string, value: unknown): void {
  const keys = path.match(/(?:\\.|[^.\\])+/g)?.map((key) => key.replace(/\\(.)/g, '$1')) ?? [path];
  let place = root;
  for (const key of keys.slice(0, -1)) {
    const inner = Object.hasOwn(place, key) ? place[key] : undefined;
    const next = typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>) : {};
    place[key] = next;
    place = next;
  }
  Object.defineProperty(place, keys.at(-1)!, { value, enumerable: true, configurable: true, writable: true });
}
