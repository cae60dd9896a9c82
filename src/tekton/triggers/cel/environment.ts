import { Environment } from '@marcbachmann/cel-js';
import { limitCost } from '../../../cel/cost.ts';
import { addHas } from '../../../cel/optional-macros.ts';
import { mapCode } from '../../../cel/tokens.ts';
import type { KeyedValues } from '../../run/options.ts';
import { addConversions } from './conversions.ts';
import { firstLine } from './first-line.ts';
import { addLists } from './lists.ts';
import { addMath } from './math.ts';
import { addStrings } from './strings.ts';
import { addTriggersFunctions } from './triggers-functions.ts';

/** A compiled expression: gives a value of CEL (whole numbers are bigint), or throws why there is none. */
export type CelProgram = (data: Readonly<Record<string, unknown>>, secrets: KeyedValues) => unknown;

/** Tekton has no limit; a payload of GitHub's greatest size can be gone through with this one, in a few seconds. */
export const mostSteps = 5_000_000;

const programs = new Map<string, CelProgram>();
const mostPrograms = 1000;
let environment: Environment | undefined;
let secretsNow: KeyedValues = {};

/**
 * Compiles an expression of Tekton Triggers, over `body`, `header`, `extensions` and `requestURL`, with its functions and
 * those of cel-go's extensions; the newest programs are kept. Throws what is wrong with it.
 */
export function compileCel(expression: string): CelProgram {
  const known = programs.get(expression);
  if (known) return known;
  environment ??= makeEnvironment();
  const program = environment.parse(mapCode(expression, useAnyHas));
  useGoFunctions(program.ast);
  const checked = program.check();
  if (!checked.valid) throw checked.error ?? new Error('the expression is not valid');
  refuseAsChecked(program.ast);
  const withinLimit = limitCost(program.ast, mostSteps);
  const run: CelProgram = (data, secrets) => {
    secretsNow = secrets;
    try {
      return withinLimit(() => program(data) as unknown);
    } finally {
      secretsNow = {};
    }
  };
  if (programs.size >= mostPrograms) programs.clear();
  programs.set(expression, run);
  return run;
}

function makeEnvironment(): Environment {
  const made = new Environment({ homogeneousAggregateLiterals: false })
    .registerVariable('body', 'map')
    .registerVariable('header', 'map')
    .registerVariable('extensions', 'map')
    .registerVariable('requestURL', 'string');
  addStrings(made);
  addLists(made);
  addMath(made);
  addConversions(made);
  addHas(made);
  // An evaluation does not wait for anything, so that no other one can come between.
  addTriggersFunctions(made, (name, key) => secretsNow[name]?.[key]);
  return made;
}

/** What is wrong with an expression before it is ever evaluated. */
export function celProblem(expression: string): string | undefined {
  try {
    compileCel(expression);
    return undefined;
  } catch (error) {
    return firstLine(error);
  }
}

/** `has` of the engine takes a chain of names only; ours takes any receiver. It is expanded while the text is read. */
function useAnyHas(code: string): string {
  return code.replace(/(?<![\w.]|\.\s+)has(\s*)\(/g, 'hasField$1(');
}

/** Functions that the engine has otherwise than cel-go; ours stand beside them. */
const goFunctions = new Set([
  ...['matches', 'indexOf', 'lastIndexOf', 'lowerAscii', 'upperAscii', 'split', 'substring', 'trim', 'join'],
]);

/** Conversions of cel-go that the engine has otherwise; `string` is a function of bytes there, too, which cel-go has not. */
const goConversions = new Set(['int', 'string']);

/** Functions that the engine has and cel-go has not. */
const engineOnly = new Set(['json', 'hex', 'base64', 'at', 'string', 'bind']);

interface Node {
  readonly op: string;
  args: unknown;
  readonly checkedType?: { readonly name: string };
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
    if (goFunctions.has(name) || (op === 'call' && goConversions.has(name))) args[0] = `${name}Go`;
    if (op === 'rcall' && engineOnly.has(name)) throw new Error(`undeclared reference to '${name}'`);
  }
  useGoFunctions(args);
}

/** What cel-go's checker refuses and the engine's does not. */
function refuseAsChecked(node: unknown): void {
  if (Array.isArray(node)) {
    for (const item of node) refuseAsChecked(item);
    return;
  }
  if (typeof node !== 'object' || node === null || !('op' in node)) return;
  const { op, args } = node as Node;
  if (['<', '<=', '>', '>='].includes(op)) {
    const [left, right] = (args as Node[]).map(({ checkedType }) => checkedType?.name ?? 'dyn');
    const areNumbers = numbers.has(left!) && numbers.has(right!);
    if (areNumbers && left !== right)
      throw new Error(`found no matching overload for '${op}' applied to '(${left}, ${right})'`);
  }
  if (op === 'rcall') {
    const [name, text, given] = args as [string, Node, Node[]];
    const [list] = given;
    if (name === 'format' && typeof text.args === 'string' && text.op === 'value' && list?.op === 'list') {
      const clauses = text.args.match(/%(?:%|[^%])/g)?.filter((clause) => clause !== '%%').length ?? 0;
      const { length } = list.args as readonly unknown[];
      if (length > clauses)
        throw new Error(`too many arguments supplied to string.format (expected ${clauses}, got ${length})`);
    }
  }
  refuseAsChecked(args);
}

const numbers = new Set(['int', 'uint', 'double']);
