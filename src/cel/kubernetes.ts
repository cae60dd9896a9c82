import { Environment } from '@marcbachmann/cel-js';
import { addTwoVariableComprehensions } from './comprehensions.ts';
import { addStandardLibrary } from './conversions.ts';
import { compileIn, type CelProgram } from './engine.ts';
import { addKubernetesFunctions } from './kubernetes-functions.ts';
import { addKyvernoFunctions, type Lookups } from './kyverno-functions.ts';
import { addLists } from './lists.ts';
import { addMath } from './math.ts';
import { addHas, addOptionals } from './optionals.ts';
import { addRegexFunctions } from './regex.ts';
import { addStrings } from './strings.ts';

export type { CelProgram } from './engine.ts';
export { toCel } from './json-values.ts';
export { noLookups, type Lookups } from './kyverno-functions.ts';
export { fieldsOf } from './tokens.ts';

/** The variables that a policy's expressions may name. */
const policyVariables = [
  'object',
  'oldObject',
  'request',
  'namespaceObject',
  'variables',
  'exceptions',
  'params',
] as const;

/** The values of the variables while one object is judged. */
export type PolicyScope = Readonly<Record<(typeof policyVariables)[number], unknown>>;

/** Compiles the expressions of policies. */
export interface PolicyCel {
  /** Throws an Error with one sentence when the expression is not valid, or names an unknown function. */
  readonly compile: (expression: string) => CelProgram;
}

/** The limit that the API server has for one expression (PerCallLimit in k8s.io/apiserver/pkg/apis/cel). */
const mostSteps = 1_000_000;

/** The CEL of Kyverno's validating policies and of the API server's, as far as it needs neither cluster nor network. */
export function createPolicyCel(lookups: Lookups): PolicyCel {
  const environment = new Environment({
    enableOptionalTypes: true,
    limits: { maxListElements: 100_000, maxMapEntries: 100_000, maxAstNodes: 1_000_000 },
  });
  for (const name of policyVariables) environment.registerVariable(name, 'dyn');
  addStandardLibrary(environment);
  addHas(environment);
  addOptionals(environment);
  addTwoVariableComprehensions(environment);
  addStrings(environment, 2);
  addLists(environment, { refusesNegativeRange: true });
  addMath(environment);
  addRegexFunctions(environment);
  addKubernetesFunctions(environment);
  addKyvernoFunctions(environment, lookups);
  return {
    compile: (expression) => compileIn(environment, expression, { mostSteps, comparesAcrossTypes: true }),
  };
}
