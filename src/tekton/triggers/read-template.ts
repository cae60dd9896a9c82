import type { Cursor } from '../read/cursor.ts';
import type { TriggerTemplate } from './types.ts';

const templateVariable = /\$\(tt.params\.([_a-zA-Z][_a-zA-Z0-9.-]*)\)/g;

/** Reads a TriggerTemplate; a `$(tt.params.x)` that is not declared is a fault, as Tekton's webhook has it. */
export function readTemplate(spec: Cursor, metadata: Cursor | undefined): TriggerTemplate {
  spec.checkFields('TriggerTemplate', { read: ['params', 'resourcetemplates'] });
  const params = spec
    .at('params')
    .items()
    .map((param) => {
      param.checkFields('parameter of a template', { read: ['name', 'description', 'default'] });
      return { name: param.at('name').requiredText(), default: param.at('default').text() };
    });
  const resources = spec.at('resourcetemplates').items();
  if (resources.length === 0)
    spec.fault('The template has no resourcetemplates.', 'Add the resource to create.');
  for (const resource of resources) {
    for (const field of ['apiVersion', 'kind']) resource.at(field).requiredText();
    for (const [cursor, text] of resource.scalars()) {
      for (const [whole, name] of text.matchAll(templateVariable)) {
        if (params.some((param) => param.name === name)) continue;
        cursor.fault(
          `${whole} names a parameter that the template does not declare.`,
          `Declare "${name}" under params.`,
        );
      }
    }
  }
  return {
    params,
    resources: resources.map((resource) => JSON.stringify(resource.plain())),
    escapesQuotes: metadata?.at('annotations').at('triggers.tekton.dev/old-escape-quotes').exists ?? false,
  };
}
