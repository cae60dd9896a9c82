import { join } from 'node:path';

/** Where everything is in the state folder of a loop. */
export interface LoopPaths {
  readonly state: string;
  readonly git: string;
  readonly gitOps: string;
  readonly images: string;
  readonly runs: string;
  readonly deliveries: string;
  readonly seenHooks: string;
  readonly cache: string;
  readonly stepTools: string;
  readonly gitToken: string;
  /** A program that gives Git the token, as a credential helper. */
  readonly gitCredential: string;
  readonly webhookSecret: string;
  readonly record: string;
  apps(environment: string): string;
  /** Where the images of an environment are unpacked, and its services run. */
  unpacked(environment: string): string;
  /** Holds the folder `<run>` in which the steps of a run work; undefined: each is in the folder of its run. */
  readonly work: string | undefined;
  secrets(environment: string): string;
}

/** The name of the GitOps repository among the loop's remotes. */
export const gitOpsName = 'bitiq';

/** The paths below a state folder; services and steps run below `scratch`. */
export function loopPaths(state: string, scratch = state): LoopPaths {
  const isElsewhere = scratch !== state;
  const at = (...parts: string[]) => join(state, ...parts);
  return {
    state,
    git: at('git'),
    gitOps: at('git', `${gitOpsName}.git`),
    images: at('images'),
    runs: at('runs'),
    deliveries: at('deliveries'),
    seenHooks: at('deliveries', 'seen.json'),
    cache: at('cache'),
    stepTools: isElsewhere ? join(scratch, 'tools') : at('tools'),
    gitToken: at('secrets', 'git-token'),
    gitCredential: at('secrets', 'git-credential'),
    webhookSecret: at('secrets', 'github-webhook'),
    record: at('loop.json'),
    apps: (environment) => at('apps', environment),
    unpacked: (environment) =>
      isElsewhere ? join(scratch, 'images', environment) : at('apps', environment, 'images'),
    work: isElsewhere ? join(scratch, 'work') : undefined,
    secrets: (environment) => at('secrets', environment),
  };
}
