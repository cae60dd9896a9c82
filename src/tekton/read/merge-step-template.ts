import { changeFields, each, type Fields, isFields } from './fields.ts';

/** Lists whose items Kubernetes merges, by the field that names an item. */
const namedBy: Readonly<Record<string, string>> = {
  env: 'name',
  volumeMounts: 'mountPath',
  volumeDevices: 'devicePath',
};

/**
 * The written spec of an embedded task with its stepTemplate under each step but those of StepActions, as Tekton's validation of a
 * Pipeline leaves it; the template stays.
 */
export function mergeStepTemplate(taskSpec: unknown): unknown {
  const template = isFields(taskSpec) ? taskSpec['stepTemplate'] : undefined;
  if (!isFields(template)) return taskSpec;
  return changeFields(taskSpec, {
    steps: each((step) => (isFields(step) && !step['ref'] ? merge(template, step) : step)),
  });
}

function merge(template: Fields, step: Fields): Fields {
  const merged: Record<string, unknown> = { ...template, ...step };
  for (const [field, under] of Object.entries(template)) {
    const over = step[field];
    const key = namedBy[field];
    if (key !== undefined && Array.isArray(under) && Array.isArray(over)) {
      const names = new Set(over.map((item: unknown) => isFields(item) && item[key]));
      merged[field] = [...over, ...under.filter((item: unknown) => isFields(item) && !names.has(item[key]))];
    } else if (isFields(under) && isFields(over)) merged[field] = merge(under, over);
  }
  return merged;
}
