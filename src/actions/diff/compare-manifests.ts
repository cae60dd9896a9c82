import { diffObjects, type FieldChange } from '../../model/object-diff.ts';
import { parseObject, readManifests, type KubernetesObject } from '../../kubernetes/objects.ts';
import { splitStamps } from './stamps.ts';

/** One rendered object that is not the same on both sides. */
export interface ObjectChange {
  /** Such as `Deployment/toy-web`. */
  readonly object: string;
  /** The service that it belongs to; undefined for what belongs to the whole release. */
  readonly service: string | undefined;
  readonly kind: 'added' | 'removed' | 'changed';
  /** What changed in it; empty for an added or removed object. Values of a Secret are never shown. */
  readonly fields: readonly FieldChange[];
}

/** A label or annotation of the whole release, which its objects carry: told once, and not by each object. */
export interface StampChange {
  readonly key: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
  /** How many objects carry it. */
  readonly objects: number;
}

/** How two renderings differ. */
export interface ManifestDiff {
  /** Ordered by service, then as the chart prints them; what belongs to the whole release comes last. */
  readonly objects: readonly ObjectChange[];
  readonly stamps: readonly StampChange[];
  /** Objects that mean the same on both sides, but for the stamps. */
  readonly same: number;
}

/** Compares two outputs of `helm template` object by object and field by field. Only objects whose text differs are parsed. */
export function compareManifests(
  before: string,
  after: string,
  services: { readonly has: (service: string) => boolean },
): ManifestDiff {
  const from = textsByKey(before);
  const to = textsByKey(after);
  const stamps = new Map<string, StampChange>();
  const objects: ObjectChange[] = [];
  let same = 0;
  for (const key of new Set([...from.keys(), ...to.keys()])) {
    const [a, b] = [from.get(key), to.get(key)];
    if (a === undefined || b === undefined) {
      const kind = a === undefined ? 'added' : 'removed';
      objects.push({
        object: key,
        service: serviceOfObject(parseObject((a ?? b)!), services),
        kind,
        fields: [],
      });
      continue;
    }
    const [left, right] = [splitStamps(a), splitStamps(b)];
    countStamps(left.stamps, right.stamps, stamps);
    const change =
      left.text === right.text
        ? undefined
        : changeOf(key, parseObject(left.text), parseObject(right.text), services);
    if (change) objects.push(change);
    else same++;
  }
  return { objects: orderByService(objects), stamps: [...stamps.values()], same };
}

function textsByKey(manifests: string): Map<string, string> {
  const texts = new Map<string, string>();
  for (const { key, text } of readManifests(manifests)) {
    let unique = key;
    for (let count = 2; texts.has(unique); count++) unique = `${key} (${count})`;
    texts.set(unique, text);
  }
  return texts;
}

function countStamps(
  left: ReadonlyMap<string, string>,
  right: ReadonlyMap<string, string>,
  stamps: Map<string, StampChange>,
): void {
  for (const key of new Set([...left.keys(), ...right.keys()])) {
    const [before, after] = [left.get(key), right.get(key)];
    if (before === after) continue;
    const id = JSON.stringify([key, before, after]);
    stamps.set(id, { key, before, after, objects: (stamps.get(id)?.objects ?? 0) + 1 });
  }
}

function changeOf(
  key: string,
  before: KubernetesObject,
  after: KubernetesObject,
  services: { readonly has: (service: string) => boolean },
): ObjectChange | undefined {
  const found = diffObjects(before, after);
  if (found.length === 0) return undefined;
  const fields = after.kind === 'Secret' ? found.map(withoutSecret) : found;
  return { object: key, service: serviceOfObject(after, services), kind: 'changed', fields };
}

function withoutSecret(change: FieldChange): FieldChange {
  if (!/^(?:data|stringData)\b/.test(change.path)) return change;
  const hide = (value: unknown) => (value === undefined ? undefined : '(hidden)');
  return { path: change.path, before: hide(change.before), after: hide(change.after) };
}

/** The service that an object belongs to, by the label that Kubernetes recommends, or by the object's own name. */
export function serviceOfObject(
  { metadata }: KubernetesObject,
  services: { readonly has: (service: string) => boolean },
): string | undefined {
  return [metadata.labels?.['app.kubernetes.io/name'], metadata.name].find(
    (name) => name !== undefined && services.has(name),
  );
}

function orderByService(objects: readonly ObjectChange[]): ObjectChange[] {
  return [...objects].sort((a, b) => {
    if (a.service === b.service) return 0;
    if (a.service === undefined || b.service === undefined) return a.service === undefined ? 1 : -1;
    return a.service < b.service ? -1 : 1;
  });
}
