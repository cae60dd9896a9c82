/** The names on a circle of dependencies, the first one again at its end; undefined when there is none. */
export function findCircle(dependencies: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>();
  const visit = (name: string, path: readonly string[]): string[] | undefined => {
    const start = path.indexOf(name);
    if (start >= 0) return [...path.slice(start), name];
    if (done.has(name)) return undefined;
    for (const next of dependencies.get(name) ?? []) {
      const circle = visit(next, [...path, name]);
      if (circle) return circle;
    }
    done.add(name);
    return undefined;
  };
  for (const name of dependencies.keys()) {
    const circle = visit(name, []);
    if (circle) return circle;
  }
  return undefined;
}
