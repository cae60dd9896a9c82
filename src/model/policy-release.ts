import { servicesOf, type Combination } from './combination.ts';
import { diffCombinations } from './combination-diff.ts';
import type { Compatibility } from './compatibility.ts';
import { parseTag } from './tag.ts';

/** One service of a release, as rules over releases see it. */
export interface ReleasedService {
  readonly name: string;
  readonly tag: string;
  /** X.Y.Z of the tag: the newest version tag before its commit. */
  readonly version: string;
  /** Commits since that version. */
  readonly commits: number;
  readonly change: 'added' | 'same' | 'upgrade' | 'downgrade';
  /** What the environment ran before; absent for a service that is new in it. */
  readonly previous?: { readonly tag: string; readonly version: string } | undefined;
  /** The environments, beside this one, that have run exactly this tag. */
  readonly ranIn: readonly string[];
  /** Those of them in which it was healthy; one whose health no one records is never among them. */
  readonly healthyIn: readonly string[];
}

/** What the rules over a release are asked about: the `object` of a policy of the mode JSON. */
export interface ReleaseInput {
  readonly environment: {
    readonly name: string;
    readonly promotesFrom?: string | undefined;
    /** Whether the health of that environment is recorded. */
    readonly healthRecorded: boolean;
  };
  readonly release: {
    readonly name: string;
    readonly action: 'promote' | 'set' | 'rollback';
    /** The release or environment that the combination was taken from, or `set`. */
    readonly from: string;
  };
  /** The release that the environment ran before; absent for the first. */
  readonly previous?: { readonly name: string } | undefined;
  /** Sorted by name. */
  readonly services: readonly ReleasedService[];
  /** Services that the environment ran before and does not run any more. */
  readonly removed: readonly { readonly name: string; readonly tag: string }[];
  /** The version (X.Y.Z) of every service, by name. */
  readonly versions: Readonly<Record<string, string>>;
  readonly compatibility: readonly Compatibility[];
}

/** The input for the rules over a release that changes an environment from one combination to another. */
export function releaseInputOf(options: {
  readonly environment: ReleaseInput['environment'];
  readonly release: ReleaseInput['release'];
  readonly previous: { readonly name: string; readonly combination: Combination } | undefined;
  readonly combination: Combination;
  readonly compatibility: readonly Compatibility[];
  /** Whether an environment has run a tag. */
  readonly hasRun: (environment: string, service: string, tag: string) => boolean;
  /** Whether it was healthy there; asked only of what has run. */
  readonly wasHealthy: (environment: string, service: string, tag: string) => boolean;
}): ReleaseInput {
  const { environment, release, previous, combination, compatibility } = options;
  const before = previous?.combination ?? new Map<string, string>();
  const changes = new Map(diffCombinations(before, combination).map((change) => [change.service, change]));
  const source = environment.promotesFrom;
  const services = servicesOf(combination).map((name): ReleasedService => {
    const tag = combination.get(name)!;
    const earlier = before.get(name);
    const kind = changes.get(name)?.kind ?? 'same';
    const ranIn = source !== undefined && options.hasRun(source, name, tag) ? [source] : [];
    return {
      name,
      tag,
      version: versionOf(tag),
      commits: parseTag(tag).commits,
      change: kind === 'removed' ? 'same' : kind,
      previous: earlier === undefined ? undefined : { tag: earlier, version: versionOf(earlier) },
      ranIn,
      healthyIn: ranIn.filter((environment) => options.wasHealthy(environment, name, tag)),
    };
  });
  return {
    environment,
    release,
    previous: previous && { name: previous.name },
    services,
    removed: [...changes.values()].flatMap(({ service, kind, from }) =>
      kind === 'removed' ? [{ name: service, tag: from ?? '' }] : [],
    ),
    versions: Object.fromEntries(services.map(({ name, version }) => [name, version])),
    compatibility: compatibility.filter(
      ({ service, needs }) => combination.has(service) && combination.has(needs),
    ),
  };
}

function versionOf(tag: string): string {
  const { major, minor, patch } = parseTag(tag);
  return `${major}.${minor}.${patch}`;
}
