import type { Environment } from '@marcbachmann/cel-js';
import { messageOf } from '../model/errors.ts';
import { limitCost } from './cost.ts';
import { clockParts } from './timestamps.ts';
import { mapCode } from './tokens.ts';

/** A compiled expression. `evaluate` returns a value of CEL (whole numbers are bigint), or throws one sentence that says why it has none. */
export interface CelProgram {
  /** Such as `bool`, `string` or `dyn`. */
  readonly type: string;
  readonly evaluate: (variables: Readonly<Record<string, unknown>>) => unknown;
}

export interface CompileOptions {
  /** After this many steps an evaluation is stopped. */
  readonly mostSteps: number;
  /** Whether `1 < 1.5` is allowed, which cel-go leaves to each environment. */
  readonly comparesAcrossTypes?: boolean | undefined;
  /** Whether a method of the engine is unknown here. */
  readonly lacksMethod?: ((name: string) => boolean) | undefined;
}

/** Compiles an expression in an environment; throws an Error with one sentence when it is not valid. */
export function compileIn(environment: Environment, expression: string, options: CompileOptions): CelProgram {
  const { ast, check, run } = inOneSentence(() => {
    const program = environment.parse(mapCode(expression, useOwnMacros));
    return { ast: program.ast as unknown, check: program.check, run: program };
  });
  return inOneSentence(() => {
    useOwnFunctions(ast, options);
    const { valid, error, type } = check();
    if (!valid) throw error ?? new Error('the expression is not valid');
    if (!options.comparesAcrossTypes) refuseMixedComparisons(ast);
    const withinLimit = limitCost(ast, options.mostSteps);
    return {
      type: type ?? 'dyn',
      evaluate: (variables) => inOneSentence(() => withinLimit(() => run(variables as never) as unknown)),
    };
  });
}

/** Makes `name.function(…)` possible: declares a constant of that name and returns the type on which its functions are declared. */
export function addNamespace(environment: Environment, name: string): string {
  const type = `${name[0]!.toUpperCase()}${name.slice(1)}Namespace`;
  class Namespace {
    readonly space = name;
  }
  environment.registerType(type, Namespace);
  environment.registerConstant(name, type, new Namespace());
  return type;
}

/** Throws the first line of an error, in the words of the expression as it was written. */
function inOneSentence<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    const [line = ''] = messageOf(error).split('\n');
    const message = line
      .replace(/\b(\w+)Go\b/g, (whole, name: string) =>
        ownFunctions.has(name) || ownMethods.has(name) || isClockPart(name) || name === 'orValue'
          ? name
          : whole,
      )
      .replace(/\bhasField\b/g, 'has');
    throw new Error(message, { cause: error });
  }
}

/** cel-go's functions that the engine does otherwise. Ours are registered with `Go` behind the name. */
const ownFunctions = new Set(['matches', 'int', 'double', 'string', 'timestamp']);

/** As above, of methods. */
const ownMethods = new Set([
  ...['matches', 'indexOf', 'lastIndexOf', 'lowerAscii', 'upperAscii', 'split', 'substring', 'trim', 'join'],
]);

/** Methods that the engine has and cel-go does not. */
const engineOnly = new Set(['json', 'hex', 'base64', 'at', 'string']);

/** What the engine expands while it reads the text: its `has` takes a chain of names only, and its `orValue` optionals only. */
function useOwnMacros(code: string): string {
  return code
    .replace(/(?<![\w.]|\.\s+)has(\s*)\(/g, 'hasField$1(')
    .replace(/\.(\s*)orValue(\s*)\(/g, '.$1orValueGo$2(');
}

interface Node {
  readonly op: string;
  readonly args: unknown;
  readonly checkedType?: { readonly name: string };
}

/** Points the calls of a syntax tree to our functions, and refuses methods that are unknown here. */
function useOwnFunctions(tree: unknown, { lacksMethod }: CompileOptions): void {
  eachNode(tree, ({ op, args }) => {
    if ((op !== 'rcall' && op !== 'call') || !Array.isArray(args)) return;
    const name = String(args[0]);
    if (op === 'call') {
      if (ownFunctions.has(name)) args[0] = `${name}Go`;
      return;
    }
    if (engineOnly.has(name) || lacksMethod?.(name)) throw new Error(`undeclared reference to '${name}'`);
    const hasZone = isClockPart(name) && (args[2] as readonly unknown[]).length === 1;
    if (ownMethods.has(name) || hasZone) args[0] = `${name}Go`;
  });
}

function isClockPart(name: string): boolean {
  return (clockParts as readonly string[]).includes(name);
}

const numbers = new Set(['int', 'uint', 'double']);

function refuseMixedComparisons(tree: unknown): void {
  eachNode(tree, ({ op, args }) => {
    if (!['<', '<=', '>', '>='].includes(op)) return;
    const [left = 'dyn', right = 'dyn'] = (args as Node[]).map(
      ({ checkedType }) => checkedType?.name ?? 'dyn',
    );
    if (left !== right && numbers.has(left) && numbers.has(right))
      throw new Error(`found no matching overload for '${op}' applied to '(${left}, ${right})'`);
  });
}

/** Visits each node of a syntax tree, the outer ones first. */
function eachNode(tree: unknown, visit: (node: Node) => void): void {
  if (Array.isArray(tree)) {
    for (const item of tree) eachNode(item, visit);
  } else if (typeof tree === 'object' && tree !== null && 'op' in tree) {
    visit(tree as Node);
    eachNode((tree as Node).args, visit);
  }
}
