/** An object of a file as it was written. */
export type Fields = Readonly<Record<string, unknown>>;

/** Whether a value is an object with fields. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object with some fields changed, where they are; anything else stays as it is. */
export function changeFields(
  value: unknown,
  changes: Readonly<Record<string, (field: unknown) => unknown>>,
): unknown {
  if (!isFields(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [
      name,
      Object.hasOwn(changes, name) ? changes[name]!(field) : field,
    ]),
  );
}

/** A change of every item of a list. */
export function each(change: (item: unknown, index: number) => unknown): (list: unknown) => unknown {
  return (list) => (Array.isArray(list) ? list.map(change) : list);
}
