import { Environment } from '@marcbachmann/cel-js';
import { addStandardLibrary } from './conversions.ts';
import { compileIn, type CelProgram } from './engine.ts';

/** Tekton has no limit; this one stops an expression after some seconds. */
const mostSteps = 5_000_000;

let environment: Environment | undefined;

/** Compiles an expression with cel-go's standard library alone and no variables, as Tekton's `when` has it. Throws one sentence when it is not valid. */
export function compileStandard(expression: string): CelProgram {
  if (environment === undefined) {
    environment = new Environment();
    addStandardLibrary(environment);
  }
  return compileIn(environment, expression, { mostSteps, lacksMethod: (name) => !methods.has(name) });
}

/** What cel-go's standard library has behind a dot, its macros included. */
const methods = new Set([
  ...['contains', 'endsWith', 'startsWith', 'matches', 'size'],
  ...['all', 'exists', 'exists_one', 'map', 'filter'],
  ...['getDate', 'getDayOfMonth', 'getDayOfWeek', 'getDayOfYear', 'getFullYear', 'getHours'],
  ...['getMilliseconds', 'getMinutes', 'getMonth', 'getSeconds'],
]);
