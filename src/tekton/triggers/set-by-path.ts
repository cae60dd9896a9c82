type Container = Record<string, unknown> | unknown[];

interface Part {
  readonly key: string;
  /** The place in a list that the key names; -1 is behind its end, undefined none. */
  readonly index: number | undefined;
}

/** More nulls than anybody wants before the item of a list. */
const longest = 1_000_000;

/**
 * Sets a value at a path as the key of an overlay has it (tidwall's sjson): dots separate, a backslash takes away what a
 * character means, a number makes or fills a list, `-1` adds to one, and a colon before a number makes it a name. A path with
 * `|`, `#`, `@`, `*` or `?` names nothing that is there yet, and sets nothing. Throws for a name in a list.
 */
export function setByPath(root: Record<string, unknown>, path: string, value: unknown): void {
  const parts = parse(path);
  if (parts === undefined) return;
  let place: Container = root;
  for (const [at, { key, index }] of parts.entries()) {
    const next = parts[at + 1];
    const name = Array.isArray(place) ? itemOf(place, key, index) : key;
    const inner: unknown = Object.hasOwn(place, name)
      ? (place as Record<string | number, unknown>)[name]
      : undefined;
    const container: Container = isContainer(inner) ? inner : next?.index === undefined ? {} : [];
    const item = next === undefined ? value : container;
    if (Array.isArray(place)) while (place.length < Number(name)) place.push(null);
    Object.defineProperty(place, name, { value: item, enumerable: true, configurable: true, writable: true });
    place = container;
  }
}

function itemOf(list: readonly unknown[], key: string, index: number | undefined): number {
  if (index === undefined && /^[0-9]+$/.test(key) && Number(key) < list.length) return Number(key);
  if (index === undefined) throw new Error(`cannot set array element for non-numeric key '${key}'`);
  if (index > longest) throw new Error(`a list of ${index} items is too long`);
  return index === -1 ? list.length : index;
}

/** Undefined for a path of more than names and numbers. */
function parse(path: string): Part[] | undefined {
  const parts: Part[] = [];
  for (const [part] of path.matchAll(/(?<=^|\.)(?:\\[^]?|[^.\\])*(?=\.|$)/g)) {
    const isName = part.startsWith(':');
    const text = isName ? part.slice(1) : part;
    if (/[|#@*?]/.test(text.replace(/\\[^]/g, ''))) return undefined;
    const key = text.replace(/\\([^]?)/g, '$1');
    const isNumber = !isName && /^[0-9]+$/.test(key);
    parts.push({ key, index: isNumber ? Number(key) : !isName && key === '-1' ? -1 : undefined });
  }
  return parts;
}

function isContainer(value: unknown): value is Container {
  return typeof value === 'object' && value !== null;
}
