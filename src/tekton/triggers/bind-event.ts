import { printGoJson, TooMuch } from '../../cel/go-json.ts';
import { canonicalHeader } from '../../cel/triggers.ts';
import { findByJsonPath } from './json-path/find-by-path.ts';
import { JsonPathError } from './json-path/nodes.ts';
import type { BindingParam, TriggerTemplate } from './types.ts';

/** The data that the expressions of a binding can read. */
export interface EventData {
  readonly header: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly extensions: Readonly<Record<string, unknown>>;
  readonly context: { readonly eventID: string };
}

/**
 * The parameters of a trigger, sorted by name: each `$(…)` of a binding replaced by what the event has there, and the
 * defaults of the template for the rest. A missing key takes the default of the same name; without one this throws.
 */
export function bindEvent(
  params: readonly BindingParam[],
  template: TriggerTemplate,
  event: EventData,
): Map<string, string> {
  const root = structOf(event);
  const values = new Map<string, string>();
  for (const param of template.params) if (param.default !== undefined) values.set(param.name, param.default);
  for (const { name, value } of params) {
    let text = value;
    for (const { original, path } of findExpressions(value)) {
      const found = evaluate(path, root, name, value, values.get(name));
      text = text.replaceAll(original, () => found);
    }
    values.set(name, text);
  }
  return new Map([...values].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The event as the struct that it is in Go, whose fields have an order. */
function structOf({ header, body, extensions, context }: EventData): ReadonlyMap<string, unknown> {
  return new Map<string, unknown>([
    ['header', header],
    ['body', body],
    ['extensions', extensions],
    ['context', new Map([['eventID', context.eventID]])],
  ]);
}

function evaluate(
  path: string,
  root: unknown,
  name: string,
  value: string,
  fallback: string | undefined,
): string {
  try {
    return evaluateExpression(path, root);
  } catch (error) {
    const isTooMuch = error instanceof TooMuch;
    if (!isTooMuch && !(error instanceof JsonPathError)) throw error;
    if (!isTooMuch && fallback !== undefined) return fallback;
    throw new JsonPathError(`failed to replace JSONPath value for param ${name}: ${value}: ${error.message}`);
  }
}

/** The value of an expression such as `body.a` as text. */
export function evaluateExpression(path: string, data: unknown): string {
  return path === '' ? '' : printFound(findByJsonPath(data, `.${relaxed(path)}`));
}

/** An object in a cluster cannot be larger: etcd takes 1.5 MiB, and GitHub's webhooks have at most 25 MB. */
const longest = 32 * 1024 * 1024;

/** One value as JSON, a text without its quotes; several as a JSON array. */
function printFound(found: readonly unknown[]): string {
  if (found.length !== 1) return printGoJson(found, longest);
  const json = printGoJson(found[0], longest);
  return typeof found[0] === 'string' ? json.slice(1, -1) : json;
}

/** The path `a.b` of `a.b`, `.a.b`, `{a.b}` or `{.a.b}`; anything else is thrown. */
export function relaxed(path: string): string {
  const match = /^\{\.?([^{}]+)\}$|^\.?([^{}]+)$/.exec(path);
  if (!match) {
    throw new JsonPathError(
      "unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'",
    );
  }
  return match[1] ?? match[2]!;
}

/** The `$(…)` of a text with balanced brackets; of nested ones only the innermost, and header names in Go's spelling. */
export function findExpressions(text: string): { original: string; path: string }[] {
  return text
    .split('$(')
    .slice(1)
    .flatMap((rest) => {
      let open = 0;
      for (let at = 0; at < rest.length; at++) {
        if (rest[at] === '(') open++;
        if (rest[at] === ')') open--;
        if (open >= 0) continue;
        const raw = rest.slice(0, at);
        const path = raw.startsWith('header.')
          ? `header.${canonicalHeader(raw.slice('header.'.length))}`
          : raw;
        return [{ original: `$(${raw})`, path }];
      }
      return [];
    });
}
