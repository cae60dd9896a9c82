import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import type { RenderedDocument } from '../../src/kubernetes/objects.ts';
import { root } from './render.ts';

const { kinds, definitions } = JSON.parse(
  readFileSync(join(root, 'test/fixtures/kubernetes-schemas.json'), 'utf8'),
) as { kinds: Record<string, object>; definitions: object };
const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
/** How each kind of object is validated: `<apiVersion>/<kind>` → its schema. */
export const validators = new Map(
  Object.entries(kinds).map(([kind, schema]) => [kind, ajv.compile({ ...schema, definitions })]),
);

/** What Kubernetes, External Secrets, Gateway API or the Prometheus Operator would refuse, one line for each fault. */
export function faultsOf(documents: RenderedDocument[]): string[] {
  return documents.flatMap((document) => {
    const validate = validators.get(schemaKey(document));
    if (!validate) return [`${document.key} has no schema`];
    return validate(document.object)
      ? []
      : (validate.errors ?? []).map((error) => `${document.key} ${error.instancePath} ${error.message}`);
  });
}

/** `<apiVersion>/<kind>` of an object. */
export function schemaKey({ apiVersion, kind }: RenderedDocument): string {
  return `${apiVersion}/${kind}`;
}
