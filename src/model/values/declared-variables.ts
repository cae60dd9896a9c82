/** A variable of `env`: its text, undefined where the value comes from elsewhere; and where, as keys below `env`. */
export interface DeclaredVariable {
  readonly name: string;
  readonly value: string | undefined;
  readonly at: readonly (string | number)[];
}

/** The variables of `env`, which is a map or a list, in its order; what is not valid is left out. */
export function declaredVariables(env: unknown): DeclaredVariable[] {
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
    typeof name === 'string' ? [{ name, value: typeof value === 'string' ? value : undefined, at }] : [],
  );
}

/** Those of them that have a text of their own. */
export function literalVariables(env: unknown): (DeclaredVariable & { readonly value: string })[] {
  return declaredVariables(env).flatMap(({ name, value, at }) =>
    value === undefined ? [] : [{ name, value, at }],
  );
}
