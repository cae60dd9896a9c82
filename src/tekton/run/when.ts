import { compileWhen } from '../read/when-cel.ts';
import { firstLine } from '../triggers/cel/first-line.ts';
import type { WhenExpression } from '../types.ts';

/** Whether every expression holds: the input stands among the values, or does not, compared exactly; or its CEL is true. */
export function allHold(when: readonly WhenExpression[]): boolean {
  return when.every(({ input, operator, values, cel }) =>
    cel === undefined ? values.includes(input) === (operator === 'in') : evaluate(cel) === true,
  );
}

/** The sentence for a CEL expression that cannot be evaluated to true or false; undefined when there is none. */
export function celFault(when: readonly WhenExpression[]): string | undefined {
  for (const { cel } of when) {
    if (cel === undefined) continue;
    try {
      const value = evaluate(cel);
      if (typeof value !== 'boolean') return `The CEL expression ${cel} is not evaluated to a boolean`;
    } catch (error) {
      return `The CEL expression ${cel} failed to evaluate: ${firstLine(error)}`;
    }
  }
  return undefined;
}

function evaluate(expression: string): unknown {
  return compileWhen(expression)();
}
