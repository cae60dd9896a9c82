import type { EnvironmentConfig } from '../model/config.ts';
import type { Plan, PlannedCommit, ValueEdit } from '../model/plan.ts';
import { applyChanges, planEdits, type ScalarChange } from '../yaml/edit.ts';
import type { YamlSource } from '../yaml/source.ts';
import type { Rendering } from './render.ts';

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
}

/** `Name <mail>` of an actor. */
export function printActor(actor: Actor): string {
  return `${actor.name} <${actor.email}>`;
}

/** The edits and the new content of one file. */
export function editFile(
  source: YamlSource,
  changes: readonly ScalarChange[],
): { readonly edits: readonly ValueEdit[]; readonly content: string } {
  return { edits: planEdits(source, changes), content: applyChanges(source, changes) };
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
  readonly actor: Actor;
}): PlannedCommit['trailers'] {
  const { action, environment, from, to, held = [], unheld = [], until, actor } = options;
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
  ];
  return trailers.flatMap(([key, value]) =>
    value === undefined ? [] : [[key, value.replace(/\s+/g, ' ').trim()] as const],
  );
}

/** The whole message of a planned commit. */
export function printCommitMessage(commit: PlannedCommit): string {
  const trailers = commit.trailers.map(([key, value]) => `${key}: ${value}`).join('\n');
  return [commit.subject, commit.body, trailers].filter((part) => part !== '').join('\n\n') + '\n';
}
