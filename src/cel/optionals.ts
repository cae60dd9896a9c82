import { Optional, type Environment } from '@marcbachmann/cel-js';
import type { Call, Checker, Evaluator, Node, Scope } from './syntax-tree.ts';
import { equalValues } from './values.ts';

/** Adds cel-go's optional types where the engine lacks something, and `orValue` on a value that is not optional, as Kyverno has it. */
export function addOptionals(environment: Environment): void {
  environment
    .registerFunction('optional.optMap(ast, ast): dyn', macro(false) as never)
    .registerFunction('optional.optFlatMap(ast, ast): dyn', macro(true) as never)
    .registerFunction('dyn.orValueGo(dyn): dyn', (value: unknown, other: unknown) => {
      if (!(value instanceof Optional)) return value;
      return value.hasValue() ? value.value() : other;
    });
  const space = 'OptionalNamespace';
  environment.registerFunction(`${space}.ofNonZeroValue(dyn): optional`, (_: unknown, value: unknown) =>
    isZero(value) ? Optional.none() : Optional.of(value),
  );
  environment.registerOperator('optional == optional', isSameOptional);
  const optionalOf = (item: unknown) => (item === undefined ? Optional.none() : Optional.of(item));
  const unwrap = (list: readonly unknown[]) =>
    list.flatMap((item) => (item instanceof Optional ? (item.hasValue() ? [item.value()] : []) : [item]));
  environment
    .registerFunction('list.first(): optional', (list: readonly unknown[]) => optionalOf(list[0]))
    .registerFunction('list.last(): optional', (list: readonly unknown[]) => optionalOf(list.at(-1)))
    .registerFunction('list.unwrapOpt(): list', unwrap)
    .registerFunction(`${space}.unwrap(list): list`, (_: unknown, list: readonly unknown[]) => unwrap(list));
}

function isSameOptional(a: Optional, b: Optional): boolean {
  if (!a.hasValue() || !b.hasValue()) return a.hasValue() === b.hasValue();
  return equalValues(a.value(), b.value());
}

function macro(isFlat: boolean) {
  return ({ receiver, args }: Call) => {
    const [variable, expression] = args as [Node, Node];
    if (variable.op !== 'id') throw new Error('optMap takes a variable and an expression');
    let inner: Scope | undefined;
    return {
      receiver,
      typeCheck(checker: Checker, _macro: unknown, scope: Scope): unknown {
        const type = checker.check(receiver, scope);
        inner = scope.forkWithVariable(
          variable.args as string,
          type.kind === 'optional' ? type.valueType : checker.getType('dyn'),
        );
        checker.check(expression, inner);
        return checker.getType('optional');
      },
      evaluate(evaluator: Evaluator, _macro: unknown, scope: Scope): unknown {
        const value = evaluator.run(receiver, scope);
        if (!(value instanceof Optional)) throw new Error('no such overload: optMap of what is not optional');
        if (!value.hasValue()) return value;
        const result = evaluator.run(expression, inner!.reuse(scope).setIterValue(value.value(), evaluator));
        return isFlat ? result : Optional.of(result);
      },
    };
  };
}

/**
 * Adds `has` for any receiver, such as a function's result, where the engine's own takes a chain of names only.
 * A value that is not a map has no fields; an error of the receiver stays an error, as in cel-go.
 */
export function addHas(environment: Environment): void {
  const message = 'has() takes a field selection, such as has(object.spec)';
  const expand = ({ args: [field] }: { readonly args: readonly [Node] }) => ({
    typeCheck(checker: Checker, _macro: unknown, scope: Scope): unknown {
      if (field.op !== '.') throw checker.createError('invalid_macro_argument', message, field);
      checker.check((field.args as [Node, string])[0], scope);
      return checker.getType('bool');
    },
    evaluate(evaluator: Evaluator, _macro: unknown, scope: Scope): unknown {
      const [receiver, name] = field.args as [Node, string];
      const found = evaluator.run(receiver, scope);
      const value = found instanceof Optional ? (found.hasValue() ? found.value() : undefined) : found;
      if (value instanceof Map) return value.has(name);
      if (Array.isArray(value)) throw new Error("unsupported index type 'string' in list");
      return typeof value === 'object' && value !== null && Object.hasOwn(value, name);
    },
  });
  environment.registerFunction('hasField(ast): bool', expand as never);
}

function isZero(value: unknown): boolean {
  if (value === null || value === undefined || value === false || value === '' || value === 0 || value === 0n)
    return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
