import { parseGoJson } from '../../cel/go-json.ts';
import type { TriggerTemplate } from './types.ts';

/** An object to create. */
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
 * value becomes `$$(`, so that Pipelines does not take it for a variable. Throws when the result is not valid JSON.
 */
export function fillTemplate(
  template: TriggerTemplate,
  params: ReadonlyMap<string, string>,
  options: FillOptions,
): Resource[] {
  return template.resources.map((raw) => {
    const json = fillText(raw, params, template.escapesQuotes, options.uid);
    const resource = parseGoJson(Buffer.from(json)) as Resource;
    if (typeof resource.kind !== 'string' || resource.kind === '')
      throw new Error(`Object 'Kind' is missing in '${json}'`);
    const metadata = resource.metadata ?? {};
    const { namespace } = metadata;
    const isNamed = typeof namespace === 'string' && namespace !== '';
    return {
      ...resource,
      metadata: {
        ...metadata,
        namespace: isNamed ? namespace : options.namespace,
        labels: { ...labelsOf(metadata), ...options.labels },
      },
    };
  });
}

function labelsOf({ labels = {} }: Resource['metadata']): Readonly<Record<string, unknown>> {
  const refuse = (what: string): never => {
    throw new Error(`.metadata.labels accessor error: ${what}`);
  };
  if (typeof labels !== 'object' || labels === null || Array.isArray(labels))
    return refuse('it is not a map');
  const wrong = Object.entries(labels).find(([, value]) => typeof value !== 'string');
  return wrong ? refuse(`the label "${wrong[0]}" is not a string`) : (labels as Record<string, string>);
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
