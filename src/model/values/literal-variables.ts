/** A variable whose value is a text in the values, and where: the keys below `env`. */
export interface LiteralVariable {
  readonly name: string;
  readonly value: string;
  readonly at: readonly (string | number)[];
}

/** The variables with a text of their own, from `env` as a map or a list, in its order; what comes from elsewhere, or is not valid, is left out. */
export function literalVariables(env: unknown): LiteralVariable[] {
  const entries: readonly (readonly [unknown, unknown, readonly (string | number)[]])[] = Array.isArray(env)
    ? env.map((entry: unknown, index) => {
        const { name, value } = (entry ?? {}) as { name?: unknown; value?: unknown };
        return [name, value, [index]];
      })
    : Object.entries(typeof env === 'object' ? (env ?? {}) : {}).map(([name, value]) => [
        name,
        value,
        [name],
      ]);
  return entries.flatMap(([name, value, at]) =>
    typeof name === 'string' && typeof value === 'string' ? [{ name, value, at }] : [],
  );
}
