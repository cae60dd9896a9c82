import type { Cursor } from '../read/cursor.ts';
import type { BindingReference, BindingParam } from './types.ts';

/** Reads a binding of a Trigger: a reference, or a name and a value. */
export function readBinding(cursor: Cursor): BindingReference {
  cursor.checkFields('binding', { read: ['name', 'value', 'ref', 'kind'], ignored: ['apiversion'] });
  const ref = cursor.at('ref').text();
  const value = cursor.at('value').text();
  if (ref === undefined || ref === '') {
    if (value === undefined)
      cursor.fault('The binding has neither ref nor value.', 'Write name and value, or ref.');
    return {
      kind: 'inline',
      param: { name: cursor.at('name').requiredText(), value: value ?? '' },
      place: cursor.place,
    };
  }
  if (cursor.at('name').exists)
    cursor.fault('The binding has a ref and a name.', 'Leave out one of the two.');
  const kind = cursor.at('kind').oneOf(['TriggerBinding', 'ClusterTriggerBinding'], 'TriggerBinding');
  return { kind, ref, place: cursor.place };
}

/** Reads the parameters of a TriggerBinding; names are unique, and each `$(` has its bracket, as Tekton's admission asks. */
export function readBindingParams(spec: Cursor): BindingParam[] {
  spec.checkFields('TriggerBinding', { read: ['params'] });
  const params = spec.at('params').items();
  if (params.length === 0) spec.fault('The binding has no params.', 'Add spec.params.');
  const names = params.map((param) => param.at('name').requiredText());
  return params.map((param, index) => {
    param.checkFields('parameter of a binding', { read: ['name', 'value'] });
    const name = names[index]!;
    if (names.indexOf(name) < index)
      param.at('name').fault(`The parameter "${name}" stands twice in the binding.`, 'Remove one.');
    const value = param.at('value').text() ?? '';
    if (!isTerminated(value))
      param.at('value').fault(`A $( in "${value}" has no closing bracket.`, 'Close it with ).');
    return { name, value };
  });
}

/** Only the last `$(` may stay open: that is how Tekton's own check looks. */
function isTerminated(value: string): boolean {
  return value
    .split('$(')
    .slice(1, -1)
    .every((rest) => {
      let open = 0;
      for (const char of rest) {
        if (char === '(') open++;
        if (char === ')') open--;
        if (open < 0) return true;
      }
      return false;
    });
}
