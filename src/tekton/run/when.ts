import { Environment } from '@marcbachmann/cel-js';
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
      return `The CEL expression ${cel} failed to evaluate: ${(error as Error).message.split('\n')[0]}`;
    }
  }
  return undefined;
}

/** Tekton's environment has no variables: everything is put in as text before. */
function evaluate(expression: string): unknown {
  return new Environment().evaluate(expression) as unknown;
}
