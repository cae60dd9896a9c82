import { Environment } from '@marcbachmann/cel-js';
import { messageOf } from '../model/errors.ts';
import { addStandardLibrary } from './conversions.ts';
import { compileIn } from './engine.ts';
import { addLists } from './lists.ts';
import { addMath } from './math.ts';
import { addHas } from './optionals.ts';
import { addStrings } from './strings.ts';
import { addTriggersFunctions } from './triggers-functions.ts';

export { asCel, toJson } from './json-values.ts';
export { canonicalHeader } from './triggers-functions.ts';
export { typeOf } from './values.ts';

/** The Secrets that expressions may compare with: name → key → value. */
export type CelSecrets = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** A compiled expression: returns a value of CEL (whole numbers are bigint), or throws one sentence that says why it has none. */
export type TriggerExpression = (
  variables: Readonly<Record<string, unknown>>,
  secrets: CelSecrets,
) => unknown;

/** Tekton has no limit; a payload of GitHub's greatest size can be gone through with this one, in a few seconds. */
const mostSteps = 5_000_000;

const expressions = new Map<string, TriggerExpression>();
const mostExpressions = 1000;
let environment: Environment | undefined;
let secretsNow: CelSecrets = {};

/**
 * Compiles an expression of Tekton Triggers over `body`, `header`, `extensions` and `requestURL`, with its functions and
 * cel-go's extensions; the newest ones are kept. Throws one sentence when it is not valid.
 */
export function compileTriggerExpression(text: string): TriggerExpression {
  const known = expressions.get(text);
  if (known) return known;
  environment ??= makeEnvironment();
  const { evaluate } = compileIn(environment, text, { mostSteps, lacksMethod: (name) => name === 'bind' });
  const run: TriggerExpression = (variables, secrets) => {
    secretsNow = secrets;
    try {
      return evaluate(variables);
    } finally {
      secretsNow = {};
    }
  };
  if (expressions.size >= mostExpressions) expressions.clear();
  expressions.set(text, run);
  return run;
}

function makeEnvironment(): Environment {
  const made = new Environment({ homogeneousAggregateLiterals: false })
    .registerVariable('body', 'map')
    .registerVariable('header', 'map')
    .registerVariable('extensions', 'map')
    .registerVariable('requestURL', 'string');
  addStandardLibrary(made);
  addHas(made);
  addStrings(made, 4);
  addLists(made, { refusesNegativeRange: false });
  addMath(made);
  // An evaluation does not wait for anything, so no other one can come between.
  addTriggersFunctions(made, (name, key) => secretsNow[name]?.[key]);
  return made;
}

/** What is wrong with an expression before it is ever evaluated; undefined for a valid one. */
export function celProblem(expression: string): string | undefined {
  try {
    compileTriggerExpression(expression);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}
