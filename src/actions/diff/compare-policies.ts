import type { Finding } from '../../model/finding.ts';
import type { PolicyVerdict } from '../../model/policy.ts';
import { readManifests } from '../../kubernetes/objects.ts';
import { serviceOfObject } from './compare-manifests.ts';

/** What all policies say of one side. */
export interface JudgedSide {
  readonly manifests: string;
  readonly verdicts: readonly PolicyVerdict[];
  /** Policies that are broken, or that cannot be evaluated here. */
  readonly faults: readonly Finding[];
  readonly policies: number;
}

/** A failure on one side or on both. */
export interface VerdictChange {
  /** `new` on the second side, `fixed` there, or on both: the `same`. */
  readonly kind: 'new' | 'fixed' | 'same';
  /** Undefined for what belongs to the whole release. */
  readonly service: string | undefined;
  readonly policy: string;
  /** Such as `Deployment/toy-web`, or `Release`. */
  readonly object: string;
  /** Whether it stops a release; otherwise it is a warning. */
  readonly denies: boolean;
  readonly message: string;
  /** What it said on the first side, where both fail and that was something else. */
  readonly before?: string | undefined;
}

/** How the verdicts of the policies differ between two sides. */
export interface PolicyDiff {
  readonly policies: number;
  /** Ordered by service, what belongs to the whole release last; then new, fixed, same. */
  readonly changes: readonly VerdictChange[];
  /** Verdicts that fail on neither side. */
  readonly passing: number;
  readonly faults: readonly Finding[];
}

const kinds: readonly VerdictChange['kind'][] = ['new', 'fixed', 'same'];

/** Compares what the same policies say about two sides: which failures are new, which are gone, which stay. */
export function comparePolicies(
  before: JudgedSide,
  after: JudgedSide,
  services: { readonly has: (service: string) => boolean },
): PolicyDiff {
  const [was, is] = byName(before.verdicts, after.verdicts);
  const changes: VerdictChange[] = [];
  let passing = 0;
  const serviceIn = serviceFinder(before, after, services);
  for (const name of new Set([...was.keys(), ...is.keys()])) {
    const [a, b] = [failing(was.get(name)), failing(is.get(name))];
    const shown = b ?? a;
    if (shown === undefined) {
      passing += 1;
      continue;
    }
    changes.push({
      kind: a === undefined ? 'new' : b === undefined ? 'fixed' : 'same',
      service: serviceIn(shown),
      policy: shown.policy,
      object: objectOf(shown),
      denies: shown.actions.includes('Deny'),
      message: shown.message,
      ...(a && a.message !== shown.message ? { before: a.message } : {}),
    });
  }
  const faults = new Map([...before.faults, ...after.faults].map((fault) => [fault.message, fault]));
  return {
    policies: Math.max(before.policies, after.policies),
    changes: changes.sort(inOrder),
    passing,
    faults: [...faults.values()],
  };
}

function failing(verdict: PolicyVerdict | undefined): PolicyVerdict | undefined {
  return verdict?.result === 'fail' || verdict?.result === 'error' ? verdict : undefined;
}

/** A release has another name on each side, and is compared all the same. */
function objectOf({ kind, name }: PolicyVerdict): string {
  return kind === 'Release' ? kind : `${kind}/${name}`;
}

/** One policy may say several things of an object; then what it says tells them apart. */
function byName(
  before: readonly PolicyVerdict[],
  after: readonly PolicyVerdict[],
): [Map<string, PolicyVerdict>, Map<string, PolicyVerdict>] {
  const nameOf = (verdict: PolicyVerdict) => `${verdict.policy}\0${objectOf(verdict)}`;
  const repeated = new Set<string>();
  for (const side of [before, after]) {
    const seen = new Set<string>();
    for (const name of side.map(nameOf)) (seen.has(name) ? repeated : seen).add(name);
  }
  const index = (side: readonly PolicyVerdict[]) =>
    new Map(
      side.map((verdict) => {
        const name = nameOf(verdict);
        return [repeated.has(name) ? `${name}\0${verdict.message}` : name, verdict] as const;
      }),
    );
  return [index(before), index(after)];
}

/** Only documents that a failure is about are parsed. */
function serviceFinder(
  before: JudgedSide,
  after: JudgedSide,
  services: { readonly has: (service: string) => boolean },
): (verdict: PolicyVerdict) => string | undefined {
  let documents: ReadonlyMap<string, { readonly object: Parameters<typeof serviceOfObject>[0] }> | undefined;
  return ({ kind, name }) => {
    documents ??= new Map(
      [before, after].flatMap(({ manifests }) =>
        readManifests(manifests).map((document) => [`${document.kind}/${document.name}`, document] as const),
      ),
    );
    const document = documents.get(`${kind}/${name}`);
    return document && serviceOfObject(document.object, services);
  };
}

function inOrder(a: VerdictChange, b: VerdictChange): number {
  if (a.service !== b.service) {
    if (a.service === undefined || b.service === undefined) return a.service === undefined ? 1 : -1;
    return a.service < b.service ? -1 : 1;
  }
  const text = (each: VerdictChange) => `${kinds.indexOf(each.kind)} ${each.policy} ${each.object}`;
  return text(a) < text(b) ? -1 : 1;
}
