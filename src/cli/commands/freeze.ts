import { BitiqError } from '../../model/errors.ts';
import type { WeeklyWindow } from '../../model/weekly-window.ts';
import { flagOption, textOption, type CommandContext, type CommandSpec } from '../command.ts';
import { writeOptions } from '../common-options.ts';
import { actorOf, openNamed } from '../open.ts';
import { reportApplied } from '../print-plan.ts';
import { pullRequestOf, pullRequestOption } from '../pull-request.ts';
import { untilOf, untilOption } from '../until-option.ts';

export const freezeCommand: CommandSpec = {
  name: 'freeze',
  group: 'Writes',
  summary: 'keep new versions out of an environment',
  description:
    'Adds an entry to environments/<env>/freezes.yaml, in one commit. The freeze lasts until you lift it, until a given time, or for a window of every week. Meanwhile nothing new enters, whether by `promote`, `set` or the updater; a rollback is always allowed. The reason is required. A window uses the local time of its zone: when clocks go back, it opens at the first and closes at the second of two equal times.',
  arguments: [{ name: 'env', summary: 'the environment' }],
  options: [
    untilOption,
    {
      flags: '--weekly <window>',
      summary: 'only then, every week: "Fri 16:00-Mon 08:00 Europe/Berlin" or "Mon,Tue 22:00-06:00 UTC"',
    },
    pullRequestOption,
    ...writeOptions,
  ],
  examples: [
    { command: 'bitiq freeze prod --reason "the big sale"', summary: 'until `bitiq thaw prod`' },
    {
      command: 'bitiq freeze prod --reason "nobody is here" --weekly "Fri 16:00-Mon 08:00 Europe/Berlin"',
      summary: 'every weekend',
    },
  ],
  run: async (context) => {
    const { freeze: runFreeze } = await import('../../actions/freeze.ts');
    const until = await untilOf(context);
    const weekly = await weeklyOf(context);
    const repository = await openNamed(context);
    const applied = await runFreeze(repository, {
      environment: context.args[0] ?? '',
      until,
      weekly,
      actor: await actorOf(context, repository),
      dryRun: flagOption(context, 'dryRun'),
      pullRequest: await pullRequestOf(context, repository),
    });
    reportApplied(context, applied);
    return 0;
  },
};

async function weeklyOf(context: CommandContext): Promise<WeeklyWindow | undefined> {
  const text = textOption(context, 'weekly');
  if (text === undefined) return undefined;
  const [{ faultOfWeeklyWindow }, { parseWeeklyWindow }] = await Promise.all([
    import('../../model/weekly-window-fault.ts'),
    import('../../model/weekly-window.ts'),
  ]);
  const fault = faultOfWeeklyWindow(text);
  if (fault === undefined) return parseWeeklyWindow(text);
  throw new BitiqError({
    code: 'usage',
    message: `--weekly ${JSON.stringify(text)} is no weekly window: ${fault}.`,
    fix: 'Write days (Mon to Sun), times and a time zone: "Fri 16:00-Mon 08:00 Europe/Berlin" or "Mon,Tue 22:00-06:00 UTC".',
  });
}
