import { Environment } from '@marcbachmann/cel-js';
import { limitCost } from '../../cel/cost.ts';
import { mostSteps } from '../triggers/cel/environment.ts';
import { addConversions } from '../triggers/cel/conversions.ts';
import { matcherOf } from '../triggers/cel/re2.ts';

let environment: Environment | undefined;

/**
 * Compiles a CEL expression of `when` as cel-go does with its standard library alone and without variables, as everything is put
 * in as text before. Throws why it is none.
 */
export function compileWhen(expression: string): () => unknown {
  environment ??= makeEnvironment();
  const program = environment.parse(expression);
  useStandardLibrary(program.ast);
  const { valid, error } = program.check();
  if (!valid) throw error ?? new Error('it is not valid');
  const withinLimit = limitCost(program.ast, mostSteps);
  return () => withinLimit(() => program({}) as unknown);
}

function makeEnvironment(): Environment {
  const matches = (text: string, pattern: string) => matcherOf(pattern, text).matcher.find();
  const made = new Environment()
    .registerFunction('string.matchesGo(string): bool', matches)
    .registerFunction('matchesGo(string, string): bool', matches);
  addConversions(made);
  return made;
}

/** Functions that the engine has otherwise than cel-go; ours stand beside them. */
const otherwise = new Set(['matches', 'int', 'string']);

/** What cel-go's standard library has behind a dot, its macros included; the engine has more. */
const methods = new Set([
  ...[
    'contains',
    'endsWith',
    'startsWith',
    'matches',
    'size',
    'all',
    'exists',
    'exists_one',
    'map',
    'filter',
  ],
  ...['getDate', 'getDayOfMonth', 'getDayOfWeek', 'getDayOfYear', 'getFullYear', 'getHours'],
  ...['getMilliseconds', 'getMinutes', 'getMonth', 'getSeconds'],
]);

/** Points the calls of a syntax tree to functions that do as cel-go's, and refuses those that it has not. */
function useStandardLibrary(node: unknown): void {
  if (Array.isArray(node)) {
    for (const item of node) useStandardLibrary(item);
    return;
  }
  if (typeof node !== 'object' || node === null || !('op' in node) || !('args' in node)) return;
  const { op, args } = node;
  if ((op === 'rcall' || op === 'call') && Array.isArray(args)) {
    const name = String(args[0]);
    if (op === 'rcall' && !methods.has(name)) throw new Error(`undeclared reference to '${name}'`);
    if (otherwise.has(name)) args[0] = `${name}Go`;
  }
  useStandardLibrary(args);
}
