import { printGoJson } from './go-json.ts';

/**
 * A form (`application/x-www-form-urlencoded`) of several fields as the JSON of its fields, each a list, as the EventListener
 * hands it to interceptors; undefined when the body is to stay as it is. A form of one field, such as `payload=`, stays.
 */
export function formAsJson(contentType: string, body: Buffer): string | undefined {
  if (contentType !== 'application/x-www-form-urlencoded') return undefined;
  const fields = parseQuery(body.toString('utf8'));
  return fields.size > 1 ? printGoJson(Object.fromEntries(fields)) : undefined;
}

/** The fields of a query string as Go's url.ParseQuery reads them: what is not well-formed is left out. */
export function parseQuery(query: string): Map<string, string[]> {
  const fields = new Map<string, string[]>();
  for (let start = 0, end = 0; start <= query.length; start = end + 1) {
    end = query.indexOf('&', start);
    if (end < 0) end = query.length;
    const pair = query.slice(start, end);
    if (pair === '' || pair.includes(';')) continue;
    const at = pair.indexOf('=');
    const key = decode(at < 0 ? pair : pair.slice(0, at));
    const value = decode(at < 0 ? '' : pair.slice(at + 1));
    if (key === undefined || value === undefined) continue;
    // Anybody can send a form with very many of one name: the list grows in place.
    const values = fields.get(key);
    if (values) values.push(value);
    else fields.set(key, [value]);
  }
  return fields;
}

/** Percent-decoded, a plus as a space; undefined when a percent sign is followed by anything else than two hex digits. */
function decode(text: string): string | undefined {
  if (!/[%+]/.test(text)) return text;
  if (/%(?![0-9a-fA-F]{2})/.test(text)) return undefined;
  const bytes = Buffer.from(text.replaceAll('+', ' '));
  let length = 0;
  for (let at = 0; at < bytes.length; at++) {
    const isEscape = bytes[at] === percent;
    bytes[length++] = isEscape ? Number.parseInt(bytes.toString('latin1', at + 1, at + 3), 16) : bytes[at]!;
    if (isEscape) at += 2;
  }
  return bytes.toString('utf8', 0, length);
}

const percent = 0x25;
