/**
 * A value of JSON as the engine can read it: it tells types by `constructor`, so that an object with a key of that name, and
 * all it stands in, is given as Maps. A value without one is given as it is.
 */
export function asCel(root: unknown): unknown {
  return hasConstructor(root) ? withMaps(root) : root;
}

function hasConstructor(root: unknown): boolean {
  const left = [root];
  while (left.length > 0) {
    const value = left.pop();
    if (typeof value !== 'object' || value === null) continue;
    if (!Array.isArray(value) && Object.hasOwn(value, 'constructor')) return true;
    for (const item of Object.values(value)) left.push(item);
  }
  return false;
}

function withMaps(root: unknown): unknown {
  const result: unknown[] = [];
  const left: { readonly value: unknown; readonly put: (made: unknown) => void }[] = [
    { value: root, put: (made) => result.push(made) },
  ];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { value, put } = next;
    if (typeof value !== 'object' || value === null) put(value);
    else if (Array.isArray(value)) {
      const list = [...(value as unknown[])];
      for (const [index, item] of list.entries())
        left.push({ value: item, put: (made) => (list[index] = made) });
      put(list);
    } else {
      const map = new Map<string, unknown>(Object.entries(value));
      for (const [key, item] of map) left.push({ value: item, put: (made) => map.set(key, made) });
      put(map);
    }
  }
  return result[0];
}
