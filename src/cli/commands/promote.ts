import { BitiqError } from '../../model/errors.ts';
import type { Selection } from '../../model/select-services.ts';
import { defineCommand, type ContextOf, type OptionSpec } from '../command.ts';
import {
  forceOption,
  imageOptions,
  pullRequestOption,
  unevaluatedOption,
  writeOptions,
} from '../common-options.ts';
import { imageCheckOf } from '../image-check.ts';
import { actorOf, helmPath, openNamed } from '../open.ts';
import { reportApplied } from '../print-plan.ts';
import { pullRequestOf } from '../pull-request.ts';
import { parsePairs } from '../tag-pairs.ts';

const options = [
  { flags: '--only <services>', summary: 'take only these services, such as a,b; the others stay unchanged' },
  { flags: '--except <services>', summary: 'take all services except these' },
  { flags: '--set <service=tag>', summary: 'also set this service to this tag; can be repeated', many: true },
  {
    flags: '--irreversible <reason>',
    summary:
      'why this release cannot be rolled back, such as a changed database schema (recorded in the release)',
  },
  pullRequestOption,
  forceOption,
  ...writeOptions,
  ...imageOptions,
  unevaluatedOption,
] as const satisfies readonly OptionSpec[];

type Context = ContextOf<typeof options>;

export const promoteCommand = defineCommand({
  name: 'promote',
  group: 'Writes',
  summary: 'release the combination of one environment to another',
  description:
    'Builds a release commit off main with its annotated tag, and a commit on main that moves the pointer there, and pushes both at once. First bitiq checks that the release renders, that every image exists, that policies, holds and freezes allow it, and that it does not bring back a version that a rollback removed. With --pr the commit for main goes to its own branch, and a pull request proposes it; this needs GITHUB_TOKEN.',
  arguments: [
    {
      name: 'from',
      summary:
        'the environment or release to take from; alone, the pinned environment, which takes from its `promotesFrom`',
    },
    { name: 'to', summary: 'the pinned environment', optional: true },
  ],
  options,
  examples: [
    { command: 'bitiq promote dev prod', summary: 'what dev has becomes the next release of prod' },
    { command: 'bitiq promote dev prod --only toy-web', summary: 'one service; the others stay unchanged' },
    { command: 'bitiq promote dev prod --pr', summary: 'propose it in a pull request' },
    { command: 'bitiq promote prod --dry-run', summary: 'see the plan; bitiq.yaml names the source' },
  ],
  run: async (context) => {
    const [first, second] = context.args;
    const repository = await openNamed(context);
    const helm = await helmPath(context);
    const options = {
      from: second === undefined ? undefined : first,
      to: second ?? first ?? '',
      actor: await actorOf(context, repository),
      helm,
      selection: selectionOf(context),
      irreversible: context.options.irreversible,
      force: context.options.force === true,
      allowUnevaluated: context.options.allowUnevaluated === true,
      dryRun: context.options.dryRun === true,
      images: imageCheckOf(context),
      pullRequest: await pullRequestOf(context, repository, helm),
    };
    const { promote: runPromote } = await import('../../actions/promote.ts');
    reportApplied(context, await runPromote(repository, options));
    return 0;
  },
});

function selectionOf(context: Context): Selection {
  const only = context.options.only;
  const except = context.options.except;
  const set = context.options.set ?? [];
  return {
    only: only === undefined ? undefined : names('only', only),
    except: except === undefined ? undefined : names('except', except),
    set: set.length === 0 ? undefined : parsePairs(set, 'bitiq promote dev prod --set web=v1.2.0-3.gabc1234'),
  };
}

function names(option: string, text: string): string[] {
  const found = text.split(',').map((name) => name.trim());
  if (!found.includes('')) return found;
  throw new BitiqError({
    code: 'usage',
    message: `A name in --${option} ${JSON.stringify(text)} is empty.`,
    fix: `Write the names of services with commas between them, such as --${option} a,b.`,
  });
}
