import { printGoJson } from '../../cel/go-json.ts';
import { parseGoQuery } from '../../cel/go-url.ts';

/**
 * A form (`application/x-www-form-urlencoded`) of several fields as the JSON of its fields, each a list, as the EventListener
 * hands it to interceptors; undefined when the body is to stay as it is. A form of one field, such as `payload=`, stays.
 */
export function formAsJson(contentType: string, body: Buffer): string | undefined {
  if (contentType !== 'application/x-www-form-urlencoded') return undefined;
  const fields = parseGoQuery(body.toString('utf8'));
  return fields.size > 1 ? printGoJson(Object.fromEntries(fields)) : undefined;
}
