import type { ComingFreeze, FreezeInForce, Hold } from './stops.ts';
import type { HealthRecord, SeenHealth } from './health.ts';

/** Who gave a service its tag, and when. */
export interface TagSetter {
  readonly release: string;
  /** The commit of main. */
  readonly commit: string;
  readonly date: string;
  readonly by: string;
  readonly action: string;
  readonly reason: string | undefined;
}

/** Why an environment is to run this version of a service, and why not a newer one. */
export interface Explanation {
  readonly environment: string;
  readonly service: string;
  /** The tag that Git wants there; undefined where it wants none. */
  readonly tag: string | undefined;
  /** The page of the source commit, and its sha as the tag has it. */
  readonly source: { readonly url: string; readonly sha: string } | undefined;
  /** With the tag. */
  readonly image: string | undefined;
  /** Who moves it here and to what, as a sentence. */
  readonly rule: string;
  readonly hold: Hold | undefined;
  readonly freeze: FreezeInForce | undefined;
  /** The freezes that have no effect now and will have, the next first. */
  readonly comingFreezes: readonly ComingFreeze[];
  readonly setBy: TagSetter | undefined;
  /** When it was first seen healthy here; undefined where that is not recorded. */
  readonly healthy: HealthRecord | undefined;
  /** What is known of that; undefined where it has no tag. */
  readonly seen: SeenHealth | undefined;
  /** The newest version before it that was seen healthy here; only where this one was not. */
  readonly lastHealthy: { readonly tag: string; readonly record: HealthRecord } | undefined;
  readonly release: string;
  /** Where it is written what runs: the pointer, or the line of the values file. */
  readonly writtenAt: { readonly file: string; readonly line: number | undefined; readonly value: string };
  /** The newest tag that was found, and where; undefined when none is newer. */
  readonly newer: { readonly tag: string; readonly where: string } | undefined;
  /** Whether it was never built: the environments on the way have placeholders at most, and no image was found. */
  readonly unbuilt: boolean;
  /** Why bitiq.yaml keeps it out of the environment, as a sentence; undefined where it may come in. */
  readonly keptOut: string | undefined;
  /** The first thing on the way that stopped the newer tag. */
  readonly stopped: Stop | undefined;
  /** What could not be looked at and what was passed over, one sentence each. */
  readonly notes: readonly string[];
}

/** What stopped a newer tag on its way. */
export interface Stop {
  readonly why:
    | 'not-in-values'
    | 'rule'
    | 'image'
    | 'held'
    | 'frozen'
    | 'flap'
    | 'not-written'
    | 'proposed'
    | 'not-promoted'
    | 'taken-back';
  /** In this environment. */
  readonly environment: string;
  /** A sentence, and what would let it through. */
  readonly message: string;
  readonly fix: string;
}
