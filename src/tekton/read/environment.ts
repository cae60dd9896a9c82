import type { EnvironmentVariable } from '../types.ts';
import type { Cursor } from './cursor.ts';

export function readEnvironment(list: Cursor): EnvironmentVariable[] {
  return list.items().map((cursor) => {
    cursor.checkFields('environment variable', { read: ['name', 'value', 'valueFrom'] });
    const name = cursor.at('name').requiredText();
    const valueFrom = cursor.at('valueFrom');
    if (!valueFrom.exists) return { name, value: cursor.at('value').text() ?? '', place: cursor.place };
    valueFrom.checkFields('valueFrom', {
      read: ['secretKeyRef', 'configMapKeyRef'],
      refused: {
        fieldRef: 'Use $(context.taskRun.name) or another variable of Tekton; there is no Pod.',
        resourceFieldRef: 'Write the value; there is no Pod.',
        fileKeyRef: 'Use secretKeyRef or configMapKeyRef.',
      },
    });
    const kind = valueFrom.at('secretKeyRef').exists ? 'secret' : 'configMap';
    const reference = valueFrom.at(kind === 'secret' ? 'secretKeyRef' : 'configMapKeyRef');
    if (!reference.exists) return { name, value: '', place: cursor.place };
    reference.checkFields('key reference', { read: ['name', 'key', 'optional'] });
    return {
      name,
      from: {
        kind,
        name: reference.at('name').requiredText(),
        key: reference.at('key').requiredText(),
        optional: reference.at('optional').boolean(),
      },
      place: cursor.place,
    };
  });
}
