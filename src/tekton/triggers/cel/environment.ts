import { Environment } from '@marcbachmann/cel-js';
import { messageOf } from '../../../model/errors.ts';
import { addLists } from './lists.ts';
import { addMath } from './math.ts';
import { addStrings } from './strings.ts';
import { addTriggersFunctions, type CelSecrets } from './triggers-functions.ts';

/** A compiled expression: gives a value of CEL (whole numbers are bigint), or throws why there is none. */
export type CelProgram = (data: Readonly<Record<string, unknown>>) => unknown;

/** What compiles expressions of an event. */
export type CelCompiler = (expression: string) => CelProgram;

/** The CEL of Tekton Triggers: `body`, `header`, `extensions`, `requestURL`, its functions and those of cel-go's extensions. */
export function celCompiler(secrets: CelSecrets): CelCompiler {
  const environment = new Environment({ homogeneousAggregateLiterals: false })
    .registerVariable('body', 'map')
    .registerVariable('header', 'map')
    .registerVariable('extensions', 'map')
    .registerVariable('requestURL', 'string');
  addStrings(environment);
  addLists(environment);
  addMath(environment);
  addTriggersFunctions(environment, secrets);
  return (expression) => {
    const program = environment.parse(expression);
    useGoFunctions(program.ast);
    const checked = program.check();
    if (!checked.valid) throw checked.error ?? new Error('the expression is not valid');
    return (data) => program(data);
  };
}

/** What is wrong with an expression before it is ever evaluated. */
export function celProblem(expression: string): string | undefined {
  try {
    celCompiler(() => undefined)(expression);
    return undefined;
  } catch (error) {
    return firstLine(error);
  }
}

/** The first line of an error, in the words of the expression as it was written. */
export function firstLine(error: unknown): string {
  return messageOf(error)
    .split('\n')[0]!
    .replace(/\b(\w+)Go\(/g, '$1(');
}

/** Functions that the engine has otherwise than cel-go; ours stand beside them. */
const goFunctions = new Set([
  ...['matches', 'indexOf', 'lastIndexOf', 'lowerAscii', 'upperAscii', 'split', 'substring', 'trim', 'join'],
]);

/** Functions that the engine has and cel-go has not. */
const engineOnly = new Set(['json', 'hex', 'base64', 'at', 'string', 'bind']);

interface Node {
  readonly op: string;
  args: unknown;
}

/** Points the calls of a syntax tree to our functions. */
function useGoFunctions(node: unknown): void {
  if (Array.isArray(node)) {
    for (const item of node) useGoFunctions(item);
    return;
  }
  if (typeof node !== 'object' || node === null || !('op' in node)) return;
  const { op, args } = node as Node;
  if ((op === 'rcall' || op === 'call') && Array.isArray(args)) {
    const name = String(args[0]);
    if (goFunctions.has(name)) args[0] = `${name}Go`;
    if (op === 'rcall' && engineOnly.has(name)) throw new Error(`undeclared reference to '${name}'`);
  }
  useGoFunctions(args);
}
