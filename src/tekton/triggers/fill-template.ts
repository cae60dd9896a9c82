import type { TriggerTemplate } from './types.ts';

/** An object that is to be created. */
export interface Resource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

export interface FillOptions {
  readonly uid: string;
  /** Labels that are added to each object. */
  readonly labels: Readonly<Record<string, string>>;
  readonly namespace: string;
}

/**
 * The objects of a template with the parameters put into their JSON, one after the other, as Tekton does: every `$(` of a
 * value becomes `$$(`, so that Pipelines does not take it for a variable. JSON that breaks is thrown.
 */
export function fillTemplate(
  template: TriggerTemplate,
  params: ReadonlyMap<string, string>,
  options: FillOptions,
): Resource[] {
  return template.resources.map((raw) => {
    const json = fillText(raw, params, template.escapesQuotes, options.uid);
    const resource = JSON.parse(json) as Resource;
    const metadata = resource.metadata ?? {};
    const labels = (metadata['labels'] ?? {}) as Record<string, unknown>;
    const wrong = Object.keys(labels).find((key) => typeof labels[key] !== 'string');
    if (wrong !== undefined)
      throw new Error(`.metadata.labels accessor error: the label "${wrong}" is no text`);
    return {
      ...resource,
      metadata: {
        ...metadata,
        namespace: metadata['namespace'] ?? options.namespace,
        labels: { ...labels, ...options.labels },
      },
    };
  });
}

/** The text of one object with the parameters and the id put in, byte by byte. */
export function fillText(
  raw: string,
  params: ReadonlyMap<string, string>,
  escapesQuotes: boolean,
  uid: string,
): string {
  let json = raw;
  for (const [name, value] of params) {
    const quoted = escapesQuotes ? value.replaceAll('"', '\\"') : value;
    json = json.replaceAll(`$(tt.params.${name})`, () => quoted.replaceAll('$(', () => '$$('));
  }
  return json.replaceAll('$(uid)', () => uid);
}
