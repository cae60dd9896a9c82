/** A `$(NAME)` in the value of a variable that Kubernetes cannot put in. */
export interface EnvFault {
  /** The variable whose value has it. */
  readonly variable: string;
  /** The name in it; where variables name each other in a circle, all of the circle, its first one also last. */
  readonly names: readonly string[];
  readonly kind: 'circle' | 'unknown';
}

/**
 * The names that a variable's value refers to as `$(NAME)`, as Kubernetes reads it: `$$(NAME)` is the text itself.
 */
export function envReferences(value: string): string[] {
  return [...value.matchAll(/\$(?:\$|\(([^()]*)\))/g)].flatMap(([, name]) =>
    name === undefined ? [] : [name],
  );
}

/**
 * What Kubernetes would leave as text in the variables of a container, given that the chart orders them by what they name.
 * `known` are names that come from elsewhere; `all` when they cannot be known.
 */
export function envFaults(
  env: Readonly<Record<string, string>>,
  known: ReadonlySet<string> | 'all',
): EnvFault[] {
  const faults: EnvFault[] = [];
  const done = new Set<string>();
  const visit = (variable: string, path: readonly string[]): void => {
    const start = path.indexOf(variable);
    if (start >= 0) {
      faults.push({ variable, names: [...path.slice(start), variable], kind: 'circle' });
      return;
    }
    if (done.has(variable)) return;
    const references = new Set(envReferences(env[variable]!));
    for (const name of references) {
      if (Object.hasOwn(env, name)) visit(name, [...path, variable]);
      else if (known !== 'all' && !known.has(name) && !name.startsWith('KUBERNETES_'))
        faults.push({ variable, names: [name], kind: 'unknown' });
    }
    done.add(variable);
  };
  for (const variable of Object.keys(env).sort()) visit(variable, []);
  return faults;
}
