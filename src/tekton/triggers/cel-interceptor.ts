import { messageOf } from '../../model/errors.ts';
import { asCel, compileTriggerExpression, toJson, typeOf } from '../../cel/triggers.ts';
import { jsonOf } from './json-of.ts';
import { setByPath } from './set-by-path.ts';
import type { InterceptorAnswer, InterceptorEvent, InterceptorWorld } from './interceptor-event.ts';
import type { CelInterceptor } from './types.ts';

/** Runs filter and overlays; each overlay sees the event as it came, not the overlays before it. */
export function runCel(
  interceptor: CelInterceptor,
  event: InterceptorEvent,
  { secrets }: Pick<InterceptorWorld, 'secrets'>,
): InterceptorAnswer {
  let data: Readonly<Record<string, unknown>>;
  try {
    data = dataOf(event);
  } catch (error) {
    return { stopped: `error making the evaluation context: ${messageOf(error)}` };
  }
  try {
    if (interceptor.filter && compileTriggerExpression(interceptor.filter)(data, secrets) !== true) {
      return { stopped: `expression ${interceptor.filter} did not return true` };
    }
    const extensions: Record<string, unknown> = {};
    for (const { key, expression } of interceptor.overlays) {
      const value = compileTriggerExpression(expression)(data, secrets);
      if (!writable.has(typeOf(value))) {
        return {
          stopped: `failed to convert overlay result to type: the overlay "${key}" is ${typeOf(value)}`,
        };
      }
      try {
        setByPath(extensions, key, toJson(value));
      } catch (error) {
        return { stopped: `failed to sjson for key '${key}': ${messageOf(error)}` };
      }
    }
    return { extensions };
  } catch (error) {
    return { stopped: `error evaluating cel expression: ${messageOf(error)}` };
  }
}

/** The types of values that an overlay can have. */
const writable = new Set(['bool', 'int', 'double', 'string', 'bytes', 'list', 'map']);

/** The event as CEL sees it; JSON numbers are doubles, and null is an empty object. */
function dataOf({ raw, headers, extensions, url }: InterceptorEvent): Readonly<Record<string, unknown>> {
  const body: unknown = raw.length === 0 ? {} : jsonOf(raw);
  if (typeof body !== 'object' || Array.isArray(body))
    throw new Error('failed to parse the body as JSON: it is not an object');
  // A large body is looked through only where it can hold the name.
  const isPlain = !raw.includes('constructor') && !raw.includes('\\u');
  return {
    body: isPlain ? (body ?? {}) : asCel(body ?? {}),
    header: Object.fromEntries(headers),
    extensions: asCel(extensions),
    requestURL: url,
  };
}
