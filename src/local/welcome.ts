import type { ServiceConfig } from '../model/config.ts';
import { gitOpsName } from './loop-paths.ts';
import { quoteWhereNeeded } from '../process/quote-for-shell.ts';

/**
 * The options of `git clone` by which it, and the clone from then on, gets the token from the helper at this address only: helpers of the
 * user never get it.
 */
function cloneOptions(url: string, helper: string): string[] {
  const key = `credential.${url}.helper`;
  const quoted = quoteWhereNeeded(helper);
  const program = quoted === helper ? helper : `!${quoted}`;
  return ['-c', `${key}=`, '-c', `${key}=${program}`];
}

/** What a person is told when the loop runs: where everything is, and what to try first. */
export function printWelcome(options: {
  readonly url: string;
  /** The program that gives Git the token. */
  readonly gitCredential: string;
  readonly services: readonly ServiceConfig[];
  readonly statePath: string;
  /** Whether it is the folder that every command takes by itself. */
  readonly isDefaultState: boolean;
}): string {
  const { url, gitCredential, services } = options;
  const [first] = services;
  const clone = (name: string): string =>
    ['git clone', ...cloneOptions(url, gitCredential).map(quoteWhereNeeded), `${url}/git/${name}.git`].join(
      ' ',
    );
  return [
    '',
    `  board      ${url}`,
    `  state      ${options.statePath}`,
    `  remotes    ${clone(gitOpsName)}`,
    ...services.map((service) => `             ${clone(service.name)}`),
    '',
    ...(first === undefined
      ? []
      : [
          `  Clone ${first.name}, change it, commit and push: the board shows it built and delivered to dev.`,
        ]),
    ...(options.isDefaultState
      ? []
      : [`  In another terminal first: export BITIQ_STATE=${quoteWhereNeeded(options.statePath)}`]),
    '  Then: ./bitiq status --repo loop, ./bitiq promote dev prod --repo loop, ./bitiq rollback prod --repo loop',
    '  Steps and services run as processes of this machine, not in containers: docs/loop.md says what differs.',
    '  Ctrl-C ends everything it started.',
    '',
  ].join('\n');
}
