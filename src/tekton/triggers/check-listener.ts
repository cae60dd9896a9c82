import type { Cursor } from '../read/cursor.ts';

/** Finds what Tekton's admission would not let in, of an EventListener beside its triggers. */
export function checkListener(metadata: Cursor, spec: Cursor): void {
  const name = metadata.at('name').text() ?? '';
  if (name.length > 60)
    metadata
      .at('name')
      .fault(`The name "${name}" has ${name.length} characters, and may have 60.`, 'Shorten it.');
  const validation = metadata.at('annotations').at('tekton.dev/payload-validation');
  if (validation.exists) validation.oneOf(['true', 'false'], 'true');
  const hasSome =
    spec.at('labelSelector').exists ||
    spec.at('namespaceSelector').at('matchNames').exists ||
    spec.at('triggerGroups').items().length + spec.at('triggers').items().length > 0;
  if (!hasSome) {
    spec.fault(
      'The EventListener has no trigger, and no way to find one.',
      'Add triggers, triggerGroups, labelSelector or namespaceSelector.',
    );
  }
  for (const trigger of spec.at('triggers').items()) checkTrigger(trigger);
  for (const group of spec.at('triggerGroups').items()) {
    const selector = group.at('triggerSelector');
    if (!selector.at('labelSelector').exists && !selector.at('namespaceSelector').at('matchNames').exists)
      group.fault('The trigger group selects no triggers.', 'Add a labelSelector or a namespaceSelector.');
    if (group.at('interceptors').items().length === 0)
      group.fault('The trigger group has no interceptors.', 'Add one, or list its triggers under triggers.');
  }
}

function checkTrigger(trigger: Cursor): void {
  const isReference = (trigger.at('triggerRef').text() ?? '') !== '';
  const own = ['template', 'bindings', 'interceptors'].filter((field) => trigger.at(field).exists);
  if (isReference && own.length > 0)
    trigger.fault(`The trigger has a triggerRef and ${own[0]} of its own.`, 'Leave out one of the two.');
  const name = trigger.at('name').text() ?? '';
  if (name !== '' && !/^(?=.{1,63}$)[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/.test(name))
    trigger
      .at('name')
      .fault(
        `The name "${name}" cannot be the value of a label.`,
        'Use at most 63 letters, digits, -, _ and dots.',
      );
}

/** Finds a name that Kubernetes does not take, or that is longer than Tekton allows. */
export function checkName(metadata: Cursor): void {
  const name = metadata.at('name');
  const text = name.text() ?? '';
  if (text === '') return;
  if (!/^(?=.{1,63}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(text))
    name.fault(
      `"${text}" is not a valid name of an object.`,
      'Use at most 63 lowercase letters, digits, dashes and dots.',
    );
}
