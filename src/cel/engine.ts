import { Environment } from '@marcbachmann/cel-js';
import { messageOf } from '../model/errors.ts';
import { addExtensionFunctions } from './extension-functions.ts';
import { addKubernetesFunctions } from './kubernetes-functions.ts';
import { addKyvernoFunctions, type Lookups } from './kyverno-functions.ts';
import { addHas, addOptionalMacros } from './optional-macros.ts';
import { addComprehensions } from './comprehensions.ts';
import { limitCost } from './cost.ts';
import { addRegexFunctions } from './regex-functions.ts';
import {
  addStandardFunctions,
  clockParts,
  replacedFunctions,
  replacedMethods,
} from './standard-functions.ts';
import { mapCode } from './tokens.ts';

/** The variables that a policy's expressions may name. */
export const policyVariables = [
  'object',
  'oldObject',
  'request',
  'namespaceObject',
  'variables',
  'exceptions',
  'params',
] as const;

/** The values of the variables while one object is judged. */
export type Activation = Readonly<Record<(typeof policyVariables)[number], unknown>>;

/** A compiled expression. `evaluate` gives a value of CEL (whole numbers are bigint) or throws why there is none. */
export interface CelProgram {
  /** Such as `bool`, `string` or `dyn`. */
  readonly type: string;
  readonly evaluate: (activation: Activation) => unknown;
}

/** What compiles expressions. */
export interface CelEngine {
  /** Throws an Error with one sentence when the expression is not valid, or names a function that there is not. */
  readonly compile: (expression: string) => CelProgram;
}

/** The CEL of Kyverno's validating policies and of the API server's, as far as it needs neither cluster nor network. */
export function createCelEngine(lookups: Lookups): CelEngine {
  const environment = new Environment({
    enableOptionalTypes: true,
    limits: { maxListElements: 100_000, maxMapEntries: 100_000, maxAstNodes: 1_000_000 },
  });
  for (const name of policyVariables) environment.registerVariable(name, 'dyn');
  addStandardFunctions(environment);
  addKubernetesFunctions(environment);
  addRegexFunctions(environment);
  addComprehensions(environment);
  addExtensionFunctions(environment);
  addOptionalMacros(environment);
  addHas(environment);
  addKyvernoFunctions(environment, lookups);
  return {
    compile: (expression) => {
      const source = mapCode(expression, useOwnFunctions);
      const { program, checked } = checkedProgram(environment, source);
      if (!checked.valid) throw new Error(firstLine(checked.error));
      const withinLimit = limitCost(program.ast, mostSteps);
      return {
        type: checked.type ?? 'dyn',
        evaluate: (activation) => withinLimit(() => program(activation as never)),
      };
    },
  };
}

/** The limit that the API server has for one expression (PerCallLimit in k8s.io/apiserver/pkg/apis/cel). */
const mostSteps = 1_000_000;

function checkedProgram(environment: Environment, source: string) {
  const program = environment.parse(source);
  return { program, checked: program.check() };
}

const ownMethods = patternOf(Object.keys(replacedMethods));
const ownFunctions = new RegExp(
  `(?<![\\w.]|\\.\\s+)(${Object.keys(replacedFunctions).join('|')})(\\s*)\\(`,
  'g',
);
const ownClockParts = new RegExp(`${patternOf(clockParts).source}(?!\\s*\\))`, 'g');

function patternOf(names: readonly string[]): RegExp {
  return new RegExp(`\\.(\\s*)(${names.join('|')})(\\s*)\\(`, 'g');
}

/** The code with the names of bitiq's functions where the engine has its own of that name. */
function useOwnFunctions(code: string): string {
  return code
    .replace(
      ownMethods,
      (_, before: string, name: string, after: string) => `.${before}${replacedMethods[name]}${after}(`,
    )
    .replace(ownClockParts, '.$1$2In$3(')
    .replace(ownFunctions, (_, name: string, after: string) => `${replacedFunctions[name]}${after}(`);
}

/** The first line of an error, in the words of the expression as it was written. */
export function firstLine(error: unknown): string {
  const text = messageOf(error).split('\n')[0] ?? '';
  return Object.entries({ ...replacedFunctions, ...replacedMethods }).reduce(
    (line, [name, own]) => line.replaceAll(own, name),
    text,
  );
}
