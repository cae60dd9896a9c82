const comparable = new Set(['string', 'boolean', 'bigint', 'number']);

/** Whether a comparison of a filter holds; a text says why there is none. Only values of one type are compared. */
export function compare(a: unknown, operator: string, b: unknown): boolean | string {
  if (!['==', '!=', '<', '<=', '>', '>='].includes(operator))
    return `unrecognized filter operator ${operator}`;
  if (!comparable.has(typeof a) || !comparable.has(typeof b)) return 'invalid type for comparison';
  if (typeof a !== typeof b) return 'incompatible types for comparison';
  if (operator === '==') return a === b;
  if (operator === '!=') return a !== b;
  if (typeof a === 'boolean') return 'invalid type for comparison';
  const order =
    typeof a === 'string'
      ? Buffer.compare(Buffer.from(a), Buffer.from(b as string))
      : orderOf(a as number, b as number);
  switch (operator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    default:
      return order >= 0;
  }
}

function orderOf(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
