import { z } from 'zod';
import { combinationOf, type Combination } from './combination.ts';
import type { TagChange } from './combination-diff.ts';

/** What a release name says: `prod/3`, or `dev@abc1234` for a commit of a following environment. */
export type ReleaseName =
  | { readonly kind: 'pinned'; readonly environment: string; readonly number: number }
  | { readonly kind: 'following'; readonly environment: string; readonly sha: string };

/** The release name in a text, or undefined when it is not one. `prod/0` stands for "nothing released yet". */
export function parseReleaseName(text: string): ReleaseName | undefined {
  const pinned = /^([a-z][-a-z0-9]*)\/(0|[1-9][0-9]{0,8})$/.exec(text);
  if (pinned) return { kind: 'pinned', environment: pinned[1]!, number: Number(pinned[2]) };
  const following = /^([a-z][-a-z0-9]*)@([0-9a-f]{7,40})$/.exec(text);
  if (following) return { kind: 'following', environment: following[1]!, sha: following[2]! };
  return undefined;
}

/** The name of a pinned environment's release, which is also its Git tag. */
export function printPinnedRelease(environment: string, number: number): string {
  return `${environment}/${number}`;
}

const tagRefs = 'refs/tags/';

/** The pointer to a pinned environment's release: the whole name of its tag, which Argo CD resolves to nothing else. */
export function printPointer(release: string): string {
  return `${tagRefs}${release}`;
}

/** The release that a pointer names, in the form that is written (`refs/tags/prod/3`) or the short one (`prod/3`), where a branch of that name may win. */
export function releaseOfPointer(pointer: string): string {
  return pointer.startsWith(tagRefs) ? pointer.slice(tagRefs.length) : pointer;
}

/** The name of a following environment's release: the commit of main that changed its combination. */
export function printFollowingRelease(environment: string, sha: string): string {
  return `${environment}@${sha.slice(0, 7)}`;
}

/** `sha256:` and 64 hex digits, as a registry names a manifest. */
const digestForm = /^sha256:[0-9a-f]{64}$/;

/** The digests of images by service. */
export type Digests = ReadonlyMap<string, string>;

/** Whether two releases name the same digests for the same services. */
export function sameDigests(a: Digests, b: Digests): boolean {
  return a.size === b.size && [...a].every(([service, digest]) => b.get(service) === digest);
}

const recordSchema = z.object({
  release: z.string(),
  services: z.record(z.string(), z.string()),
  digests: z.record(z.string(), z.string().regex(digestForm)).optional(),
  chartVersion: z.string(),
  from: z.string(),
  parent: z.string().optional(),
  delta: z
    .record(z.string(), z.object({ from: z.string().optional(), to: z.string().optional() }))
    .optional(),
  by: z.string(),
  reason: z.string().optional(),
  irreversible: z.string().optional(),
  checks: z.array(z.string()),
  skipped: z.array(z.object({ check: z.string(), by: z.string(), why: z.string() })).optional(),
  manifestDigest: z.string().regex(digestForm),
});

/** The tags of one service in a release's parent and in the release; a side is absent where the service is. */
export interface TagMove {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** A check that a release was made without, because a person decided so. */
export interface SkippedCheck {
  /** Such as `images` or `policies`. */
  readonly check: string;
  /** `Name <mail>` */
  readonly by: string;
  /** The option that skipped it, or what could not be evaluated. */
  readonly why: string;
}

/** What the message of a release tag records, as YAML. */
export interface ReleaseRecord {
  readonly release: string;
  readonly services: Combination;
  /** What the registry gave for these tags when the release was made; services whose images were not looked up are absent. */
  readonly digests?: Digests | undefined;
  readonly chartVersion: string;
  /** Where the combination came from: a release name, or `set` for tags named by hand. */
  readonly from: string;
  /** The release that the environment ran before. */
  readonly parent?: string | undefined;
  /** The services that changed against the parent; absent without one. */
  readonly delta?: Readonly<Record<string, TagMove>> | undefined;
  /** `Name <mail>` */
  readonly by: string;
  readonly reason?: string | undefined;
  /** Why going back to an earlier release does not undo this one. */
  readonly irreversible?: string | undefined;
  /** What was checked before it was written, such as `render`, `schema`, `images`: only what was done as a whole. */
  readonly checks: readonly string[];
  /** What was not checked, or not as a whole; absent when nothing was skipped. */
  readonly skipped?: readonly SkippedCheck[] | undefined;
  /** `sha256:<hex>` of what `helm template` printed for the release's tree. */
  readonly manifestDigest: string;
}

/** The changes of a combination as a record keeps them. */
export function deltaOf(changes: readonly TagChange[]): Record<string, TagMove> {
  return Object.fromEntries(
    changes.map(({ service, from, to }) => [
      service,
      { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) },
    ]),
  );
}

/** A skipped check as a person reads it: `images, by Ada <ada@example.com>: --no-image-check`. */
export function describeSkipped({ check, by, why }: SkippedCheck): string {
  return `${check}, by ${by}: ${why}`;
}

/** The record as plain data in the order of its keys, ready to be printed as YAML. */
export function releaseRecordData(record: ReleaseRecord): Record<string, unknown> {
  return {
    release: record.release,
    services: sorted(record.services),
    ...(record.digests === undefined || record.digests.size === 0 ? {} : { digests: sorted(record.digests) }),
    chartVersion: record.chartVersion,
    from: record.from,
    ...(record.parent === undefined ? {} : { parent: record.parent }),
    ...(record.delta === undefined ? {} : { delta: record.delta }),
    by: record.by,
    ...(record.reason === undefined ? {} : { reason: record.reason }),
    ...(record.irreversible === undefined ? {} : { irreversible: record.irreversible }),
    checks: [...record.checks],
    ...(record.skipped === undefined || record.skipped.length === 0
      ? {}
      : { skipped: record.skipped.map(({ check, by, why }) => ({ check, by, why })) }),
    manifestDigest: record.manifestDigest,
  };
}

function sorted(map: ReadonlyMap<string, string>): Record<string, string> {
  return Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The record in parsed YAML data, or undefined when the data is not one. */
export function releaseRecordFrom(data: unknown): ReleaseRecord | undefined {
  const parsed = recordSchema.safeParse(data);
  if (!parsed.success) return undefined;
  try {
    const { services, digests } = parsed.data;
    return {
      ...parsed.data,
      services: combinationOf(Object.entries(services)),
      digests: digests && new Map(Object.entries(digests)),
    };
  } catch {
    return undefined;
  }
}
