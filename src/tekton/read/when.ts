import type { WhenExpression } from '../types.ts';
import type { Cursor } from './cursor.ts';

export function readWhen(list: Cursor): WhenExpression[] {
  return list.items().map((cursor) => {
    cursor.checkFields('when expression', {
      read: ['input', 'operator', 'values'],
      refused: { cel: 'Write input, operator and values; CEL in `when` is an alpha feature of Tekton.' },
    });
    return {
      input: cursor.at('input').text() ?? '',
      operator: cursor.at('operator').oneOf(['in', 'notin'], 'in'),
      values: cursor.at('values').texts(),
    };
  });
}
