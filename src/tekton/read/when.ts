import { compileStandard } from '../../cel/standard.ts';
import { messageOf } from '../../model/errors.ts';
import type { WhenExpression } from '../types.ts';
import type { Cursor } from './cursor.ts';

export function readWhen(list: Cursor): WhenExpression[] {
  return list.items().map((cursor) => {
    cursor.checkFields('when expression', {
      read: ['input', 'operator', 'values', 'cel'],
    });
    if (cursor.entries().length === 0)
      cursor.fault(`${cursor.path} is empty.`, 'Write input, operator and values.');
    const cel = cursor.at('cel').text();
    if (cel !== undefined && cel !== '') {
      for (const field of ['input', 'operator', 'values']) {
        if (!cursor.at(field).exists) continue;
        cursor
          .at(field)
          .fault(`${cursor.path} has both cel and ${field}.`, 'Write cel alone, or the other three.');
      }
      checkCel(cursor.at('cel'), cel);
      return { input: '', operator: 'in', values: [], cel };
    }
    if (!cursor.at('operator').text()) cursor.fault(`${cursor.path} has no operator.`, 'Write in or notin.');
    if (cursor.at('values').exists ? cursor.at('values').items().length === 0 : true)
      cursor.fault(`${cursor.path} has no values.`, 'Add at least one value.');
    return {
      input: cursor.at('input').text() ?? '',
      operator: cursor.at('operator').oneOf(['in', 'notin'], 'in'),
      values: cursor.at('values').texts(),
    };
  });
}

/** Tekton's admission compiles an expression as it is written, in an environment without variables. */
function checkCel(cursor: Cursor, cel: string): void {
  try {
    compileStandard(cel);
  } catch (error) {
    cursor.fault(
      `${cursor.path} is not a CEL expression: ${messageOf(error).replace(/\.$/, '')}.`,
      "Put each variable into quotes, such as '$(params.x)': its value is put in as it is.",
    );
  }
}
