import type { Matrix } from '../types.ts';
import type { Cursor } from './cursor.ts';
import { readParams } from './params.ts';

/** The matrix of a pipeline task; its parameters are arrays, those of `include` texts, and none stands under params as well. */
export function readMatrix(task: Cursor): Matrix | undefined {
  const cursor = task.at('matrix');
  if (!cursor.exists) return undefined;
  cursor.checkFields('matrix', { read: ['params', 'include'] });
  const params = readParams(cursor.at('params'));
  const include = cursor
    .at('include')
    .items()
    .map((item) => {
      item.checkFields('include of a matrix', { read: ['name', 'params'] });
      return { name: item.at('name').text(), params: readParams(item.at('params')) };
    });
  if (params.length === 0 && include.length === 0) {
    cursor.fault(
      `${cursor.path} has neither params nor include.`,
      'Add one of the two, or remove the matrix.',
    );
  }
  const given = readParams(task.at('params')).map((param) => param.name);
  cursor
    .at('params')
    .items()
    .forEach((place, index) => {
      const { name, value } = params[index]!;
      if (given.includes(name)) {
        place.fault(
          `The parameter "${name}" stands under matrix and under params.`,
          'Remove one of the two.',
        );
      }
      if (typeof value === 'string' ? !/^\$\(.*\[\*\]\)$/.test(value) : !Array.isArray(value)) {
        place.fault(
          `The matrix parameter "${name}" must be an array.`,
          'Write a list, or a whole array with [*].',
        );
      }
    });
  for (const { params: added } of include) {
    for (const { name, value } of added) {
      if (given.includes(name)) {
        cursor.fault(
          `The parameter "${name}" stands under matrix and under params.`,
          'Remove one of the two.',
        );
      }
      if (typeof value !== 'string') {
        cursor.fault(`The parameter "${name}" of include must be a text.`, 'Write one value.');
      }
    }
  }
  return { params, include };
}
