import { compileStandard } from '../../cel/standard.ts';
import { messageOf } from '../../model/errors.ts';
import type { WhenExpression } from '../types.ts';

/** Whether every expression holds: the input stands among the values, or does not, compared exactly; or its CEL is true. */
export function allHold(when: readonly WhenExpression[]): boolean {
  return when.every(({ input, operator, values, cel }) =>
    cel === undefined ? values.includes(input) === (operator === 'in') : evaluate(cel) === true,
  );
}

/** The sentence for a CEL expression that cannot be evaluated to true or false, in Tekton's words where they are known; undefined when there is none. */
export function celFault(when: readonly WhenExpression[]): string | undefined {
  for (const { cel } of when) {
    if (cel === undefined) continue;
    try {
      const value = evaluate(cel);
      if (typeof value !== 'boolean') return `The CEL expression ${cel} is not evaluated to a boolean`;
    } catch (error) {
      const message = messageOf(error);
      return inWordsOfTekton(message) ?? `The CEL expression ${cel} failed to evaluate: ${message}`;
    }
  }
  return undefined;
}

/** What cel-go says to the same fault, where it says nothing else than this. */
function inWordsOfTekton(message: string): string | undefined {
  const beyond = /^No such key: index out of bounds, index (-?\d+) /.exec(message);
  if (beyond) return `index out of bounds: ${beyond[1]}`;
  const key = /^No such key: (.*)$/.exec(message);
  if (key) return `no such key: ${key[1]}`;
  return message === 'division by zero' ? message : undefined;
}

function evaluate(expression: string): unknown {
  return compileStandard(expression).evaluate({});
}
