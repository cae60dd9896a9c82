import type { WhenExpression } from '../types.ts';

/** Whether every expression holds: the input stands among the values, or does not, compared exactly. */
export function allHold(when: readonly WhenExpression[]): boolean {
  return when.every(({ input, operator, values }) => values.includes(input) === (operator === 'in'));
}
