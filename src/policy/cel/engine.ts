import { Environment } from '@marcbachmann/cel-js';
import { messageOf } from '../../model/errors.ts';
import { addExtensionFunctions } from './extension-functions.ts';
import { addKubernetesFunctions } from './kubernetes-functions.ts';
import { addKyvernoFunctions, type Lookups } from './kyverno-functions.ts';
import { addHas, addOptionalMacros } from './optional-macros.ts';
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
  addKubernetesFunctions(environment);
  addExtensionFunctions(environment);
  addOptionalMacros(environment);
  addHas(environment);
  addKyvernoFunctions(environment, lookups);
  return {
    compile: (expression) => {
      const source = mapCode(expression, useOwnFunctions);
      const checked = environment.check(source);
      if (!checked.valid) throw new Error(firstLine(checked.error));
      const program = environment.parse(source);
      return { type: checked.type ?? 'dyn', evaluate: (activation) => program(activation as never) };
    },
  };
}

/** What the engine does otherwise than cel-go: regular expressions are RE2's, letters are those of ASCII, `orValue` and `has` take any receiver. */
const ownFunctions: Readonly<Record<string, string>> = {
  matches: 'matchesRe2',
  orValue: 'orValueOfAny',
  lowerAscii: 'lowerLatin',
  upperAscii: 'upperLatin',
  has: 'hasField',
};

function useOwnFunctions(code: string): string {
  return code
    .replace(
      /\.(\s*)(matches|orValue|lowerAscii|upperAscii)(\s*)\(/g,
      (_, before: string, name: string, after: string) => `.${before}${ownFunctions[name]}${after}(`,
    )
    .replace(/(?<![\w.]|\.\s+)has(\s*)\(/g, 'hasField$1(');
}

/** The first line of an error, in the words of the expression as it was written. */
export function firstLine(error: unknown): string {
  const text = messageOf(error).split('\n')[0] ?? '';
  return Object.entries(ownFunctions).reduce((line, [name, own]) => line.replaceAll(own, name), text);
}
