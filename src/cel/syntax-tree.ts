/** A node of the engine's syntax tree, as far as a macro works with it. */
export interface Node {
  readonly op: string;
  readonly args: unknown;
}

/** What the checker knows of a node. */
export interface Type {
  readonly kind: string;
  readonly name: string;
  readonly valueType: unknown;
}

/** The variables of a place in an expression. */
export interface Scope {
  forkWithVariable(name: string, type: unknown): Scope;
  reuse(parent: Scope): Scope;
  setIterValue(value: unknown, evaluator: Evaluator): Scope;
}

/** What checks an expression before it runs. */
export interface Checker {
  createError(code: string, message: string, node: Node): Error;
  check(node: Node, scope: Scope): Type;
  getType(name: string): unknown;
}

/** What runs a node. */
export interface Evaluator {
  run(node: Node, scope: Scope): unknown;
}

/** What a macro is called with. */
export interface Call {
  readonly receiver: Node;
  readonly args: readonly Node[];
}
