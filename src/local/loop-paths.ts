import { join } from 'node:path';

/** Where everything stands in the state folder of a loop. */
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
  secrets(environment: string): string;
}

/** The name of the GitOps repository among the loop's remotes. */
export const gitOpsName = 'bitiq';

/** The paths below a state folder. */
export function loopPaths(state: string): LoopPaths {
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
    stepTools: at('tools'),
    gitToken: at('secrets', 'git-token'),
    gitCredential: at('secrets', 'git-credential'),
    webhookSecret: at('secrets', 'github-webhook'),
    record: at('loop.json'),
    apps: (environment) => at('apps', environment),
    secrets: (environment) => at('secrets', environment),
  };
}
