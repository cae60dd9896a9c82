import type { EnvironmentConfig } from '../../model/config.ts';
import type { Plan, PlannedCommit, ValueEdit } from '../../model/plan.ts';
import { applyChanges, planEdits, type KeyChange, type ScalarChange } from '../../yaml/edit.ts';
import type { YamlSource } from '../../yaml/source.ts';
import type { Rendering } from '../render.ts';

/** A plan together with the whole new contents of every file that its commits change. */
export interface PreparedPlan {
  readonly plan: Plan;
  /** For each commit of the plan, in order. */
  readonly files: readonly ReadonlyMap<string, string>[];
  /** What the tree of the planned release renders. */
  readonly rendering?: Rendering | undefined;
}

/** Who acts, why, and when. */
export interface Actor {
  readonly name: string;
  readonly email: string;
  readonly reason?: string | undefined;
  readonly now: Date;
  /** A part of the loop, and not a person: it has no key, so what it writes is not signed. */
  readonly isMachine?: boolean | undefined;
}

/** `Name <mail>` of an actor. */
export function printActor(actor: Actor): string {
  return `${actor.name} <${actor.email}>`;
}

/** The edits and the new content of one file. */
export function editFile(
  source: YamlSource,
  changes: readonly (ScalarChange | KeyChange)[],
): { readonly edits: readonly ValueEdit[]; readonly content: string } {
  return { edits: planEdits(source, changes), content: applyChanges(source, changes) };
}

/** What a pointer commit says of its release, so that a tag that is moved later is noticed. */
export interface ReleaseContent {
  /** The id of the tag object; undefined where the tag is written together with the commit. */
  readonly tag?: string | undefined;
  /** `sha256:<hex>` */
  readonly manifests: string;
}

/** The trailers that every commit of bitiq carries, in their fixed order; line breaks in a value become spaces. */
export function trailersOf(options: {
  readonly action: Plan['action'];
  readonly environment: EnvironmentConfig;
  readonly from: string | undefined;
  readonly to: string | undefined;
  /** Services that are held from this commit on, and those whose holds it lifts. */
  readonly held?: readonly string[] | undefined;
  readonly unheld?: readonly string[] | undefined;
  /** When a hold or freeze ends by itself. */
  readonly until?: string | undefined;
  /** What binds the release in `to` to its content. */
  readonly content?: ReleaseContent | undefined;
  readonly actor: Actor;
}): PlannedCommit['trailers'] {
  const { action, environment, from, to, held = [], unheld = [], until, content, actor } = options;
  const trailers: [string, string | undefined][] = [
    ['Bitiq-Action', action],
    ['Bitiq-Environment', environment.name],
    ['Bitiq-From', from],
    ['Bitiq-To', to],
    ['Bitiq-Held', held.length > 0 ? held.join(', ') : undefined],
    ['Bitiq-Unheld', unheld.length > 0 ? unheld.join(', ') : undefined],
    ['Bitiq-Until', until],
    ['Bitiq-By', printActor(actor)],
    ['Bitiq-Reason', actor.reason],
    [tagTrailer, content?.tag],
    ['Bitiq-Manifests', content?.manifests],
  ];
  return trailers.flatMap(([key, value]) =>
    value === undefined ? [] : [[key, value.replace(/\s+/g, ' ').trim()] as const],
  );
}

/** The trailer by which a pointer commit names the tag object of its release. */
const tagTrailer = 'Bitiq-Tag';

/** The whole message of a planned commit; `tag` is the id of the tag object that was written for its release. */
export function printCommitMessage(commit: PlannedCommit, tag?: string): string {
  const known = [...commit.trailers];
  // Before the digest of the manifests, as where the tag was known when the commit was planned.
  const at = known.findIndex(([key]) => key === 'Bitiq-Manifests');
  if (tag !== undefined) known.splice(at < 0 ? known.length : at, 0, [tagTrailer, tag]);
  const trailers = known.map(([key, value]) => `${key}: ${value}`).join('\n');
  return [commit.subject, commit.body, trailers].filter((part) => part !== '').join('\n\n') + '\n';
}
