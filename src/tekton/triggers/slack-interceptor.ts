import { firstHeader } from './headers.ts';
import type { InterceptorAnswer, InterceptorEvent } from './interceptor-event.ts';
import type { SlackInterceptor } from './types.ts';

/** Puts fields of a form that Slack sent into the extensions. Tekton looks only whether a signature is there, not at it. */
export function runSlack(
  { fields }: SlackInterceptor,
  { headers, raw }: InterceptorEvent,
): InterceptorAnswer {
  const isSlack =
    firstHeader(headers, 'Content-Type') === 'application/x-www-form-urlencoded' &&
    firstHeader(headers, 'X-Slack-Signature') !== '';
  if (!isSlack)
    return { stopped: 'missing header in payload: ContentType application/x-www-form-urlencoded' };
  const form = parseForm(raw.toString('utf8'));
  if (!form) return { stopped: 'failed to unmarshl slack payload: it is not a map of lists of strings' };
  if (!fields) return { stopped: 'missing requested field definition' };
  const missing = fields.find((field) => !Object.hasOwn(form, field));
  if (missing !== undefined)
    return { stopped: `requested field does not exists in payload ${JSON.stringify(form)}` };
  return { extensions: Object.fromEntries(fields.map((field) => [field, form[field]])) };
}

function parseForm(text: string): Record<string, readonly string[]> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isForm =
      typeof value === 'object' &&
      value !== null &&
      !Array.isArray(value) &&
      Object.values(value).every(
        (item) => Array.isArray(item) && item.every((one) => typeof one === 'string'),
      );
    return isForm ? (value as Record<string, readonly string[]>) : undefined;
  } catch {
    return undefined;
  }
}
