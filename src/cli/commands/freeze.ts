import { BitiqError } from '../../model/errors.ts';
import type { WeeklyWindow } from '../../model/weekly-window.ts';
import { defineCommand, type ContextOf, type OptionSpec } from '../command.ts';
import { pullRequestOption, untilOption, writeOptions } from '../common-options.ts';
import { actorOf, openNamed } from '../open.ts';
import { reportApplied } from '../print-plan.ts';
import { pullRequestOf } from '../pull-request.ts';
import { untilOf } from '../until-option.ts';

const options = [
  untilOption,
  {
    flags: '--weekly <window>',
    summary: 'a weekly window: "Fri 16:00-Mon 08:00 Europe/Berlin" or "Mon,Tue 22:00-06:00 UTC"',
  },
  pullRequestOption,
  ...writeOptions,
] as const satisfies readonly OptionSpec[];

type Context = ContextOf<typeof options>;

export const freezeCommand = defineCommand({
  name: 'freeze',
  group: 'Writes',
  summary: 'let no new versions into an environment',
  description:
    'Adds an entry to environments/<env>/freezes.yaml, in one commit. The freeze lasts until you lift it, until a given time, or during a weekly window. Meanwhile no new version enters, neither by `promote` nor by `set` nor by the updater; a rollback is always allowed. The reason is required. A window uses the local time of its zone: when clocks go back, it opens at the first and closes at the second of two equal times.',
  arguments: [{ name: 'env', summary: 'the environment' }],
  options,
  examples: [
    { command: 'bitiq freeze prod --reason "the big sale"', summary: 'until `bitiq thaw prod`' },
    {
      command: 'bitiq freeze prod --reason "no one is here" --weekly "Fri 16:00-Mon 08:00 Europe/Berlin"',
      summary: 'every weekend',
    },
  ],
  run: async (context) => {
    const { freeze: runFreeze } = await import('../../actions/freeze.ts');
    const until = await untilOf(context);
    const weekly = await weeklyOf(context);
    const repository = await openNamed(context);
    const applied = await runFreeze(repository, {
      environment: context.args[0],
      until,
      weekly,
      actor: await actorOf(context, repository),
      dryRun: context.options.dryRun === true,
      pullRequest: await pullRequestOf(context, repository),
    });
    reportApplied(context, applied);
    return 0;
  },
});

async function weeklyOf(context: Context): Promise<WeeklyWindow | undefined> {
  const text = context.options.weekly;
  if (text === undefined) return undefined;
  const [{ faultOfWeeklyWindow }, { parseWeeklyWindow }] = await Promise.all([
    import('../../model/weekly-window-fault.ts'),
    import('../../model/weekly-window.ts'),
  ]);
  const fault = faultOfWeeklyWindow(text);
  if (fault === undefined) return parseWeeklyWindow(text);
  throw new BitiqError({
    code: 'usage',
    message: `--weekly ${JSON.stringify(text)} is not a weekly window: ${fault}.`,
    fix: 'Write days (Mon to Sun), times and a time zone: "Fri 16:00-Mon 08:00 Europe/Berlin" or "Mon,Tue 22:00-06:00 UTC".',
  });
}
