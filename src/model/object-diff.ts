import { keyedElements } from './list-keys.ts';

/** One field that two objects do not have alike. A side that lacks the field is undefined. */
export interface FieldChange {
  /** Such as `spec.template.spec.containers[web].image`; an element of an unkeyed list by its index. */
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

/**
 * The fields in which two parsed objects differ, in the order of the first object and then of the second one's own; empty
 * when they mean the same. A field that only one side has is one change, whatever is below it. Elements of lists are matched
 * by name where Kubernetes does; another order of the same elements is a change of `<list>[order]`.
 */
export function diffObjects(before: unknown, after: unknown): FieldChange[] {
  const changes: FieldChange[] = [];
  collect('', '', before, after, changes);
  return changes;
}

function collect(path: string, name: string, before: unknown, after: unknown, into: FieldChange[]): void {
  if (Array.isArray(before) && Array.isArray(after)) collectList(path, name, before, after, into);
  else if (isMap(before) && isMap(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      collect(join(path, key), key, before[key], after[key], into);
    }
  } else if (!Object.is(before, after)) into.push({ path, before, after });
}

function collectList(
  path: string,
  name: string,
  before: readonly unknown[],
  after: readonly unknown[],
  into: FieldChange[],
): void {
  const from = keyedElements(name, before);
  const to = keyedElements(name, after);
  if (!from || !to) {
    // With another length every index means another element, so single values are shown as the whole list.
    if (before.length !== after.length && ![...before, ...after].some(isCollection)) {
      into.push({ path, before, after });
      return;
    }
    for (let index = 0; index < Math.max(before.length, after.length); index++) {
      collect(`${path}[${index}]`, '', before[index], after[index], into);
    }
    return;
  }
  for (const key of new Set([...from.keys(), ...to.keys()])) {
    collect(`${path}[${key}]`, '', from.get(key), to.get(key), into);
  }
  const stayed = [...from.keys()].filter((key) => to.has(key));
  const order = [...to.keys()].filter((key) => from.has(key));
  if (stayed.some((key, index) => key !== order[index])) {
    into.push({ path: `${path}[order]`, before: stayed, after: order });
  }
}

function isCollection(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function join(path: string, key: string): string {
  if (!/^[\w-]+$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === '' ? key : `${path}.${key}`;
}
