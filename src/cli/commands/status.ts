import type { EnvironmentStatus } from '../../actions/status.ts';
import { servicesOf } from '../../model/combination.ts';
import { flagOption, type CommandContext, type CommandSpec } from '../command.ts';
import { readOptions } from '../common-options.ts';
import { openForReading } from '../open.ts';
import { printAge } from '../../model/age.ts';
import { painter, printTable } from '../print.ts';

export const status: CommandSpec = {
  name: 'status',
  group: 'Reads',
  summary: 'show which version of each service every environment runs',
  description:
    'A matrix of services and environments, as Git says it: dev as the head of main, a pinned environment as the release that its pointer names. Below it stand the holds and freezes that have effect now, freezes that are to come, and releases that a pull request proposes.',
  options: readOptions,
  examples: [
    { command: 'bitiq status', summary: 'the repository around the current folder' },
    { command: 'bitiq status --repo loop', summary: 'the loop that `./bitiq up` runs here' },
  ],
  run: async (context) => {
    const [{ readStatus }, { describeRelease }] = await Promise.all([
      import('../../actions/status.ts'),
      import('../../actions/environment-state.ts'),
    ]);
    const { repository, head, config, branches } = await openForReading(context, {
      proposals: true,
      branches: true,
    });
    const environments = await readStatus(repository, head, config, { now: context.now(), branches });
    if (flagOption(context, 'json'))
      context.out(JSON.stringify({ head, environments: environments.map(toJson) }, null, 2));
    else {
      const releases = environments.map((each) =>
        each.fault === undefined && each.commit === undefined ? '(none yet)' : describeRelease(each),
      );
      const matrix = printMatrix(environments, releases, context);
      context.out([matrix, ...(await printStops(environments))].join('\n'));
    }
    return environments.some(({ fault }) => fault !== undefined) ? 1 : 0;
  },
};

function printMatrix(
  environments: readonly EnvironmentStatus[],
  releases: readonly string[],
  context: CommandContext,
): string {
  const paint = painter(context.colour);
  const services = [...new Set(environments.flatMap((each) => servicesOf(each.combination)))].sort();
  const newest = environments[0]?.combination;
  const rows = [
    ['', ...environments.map((each) => paint('bold', each.environment))],
    ['release', ...releases],
    [
      'since',
      ...environments.map((each) =>
        each.moved ? `${printAge(new Date(each.moved.date), context.now())} ago` : '-',
      ),
    ],
    ...services.map((service) => [
      service,
      ...environments.map((each) => {
        const tag = each.combination.get(service) ?? '-';
        const held = each.holds.some((hold) => hold.service === service) ? ' (held)' : '';
        return (newest?.get(service) === tag ? tag : paint('yellow', tag)) + held;
      }),
    ]),
  ];
  return printTable(rows);
}

async function printStops(environments: readonly EnvironmentStatus[]): Promise<string[]> {
  const [{ describeComingFreeze, describeFreeze }, { describeHold }, { describeProposal }] =
    await Promise.all([
      import('../../model/freeze.ts'),
      import('../../model/hold.ts'),
      import('../../actions/read-proposal.ts'),
    ]);
  const stops = environments.flatMap((each) => [
    ...(each.fault ? [`${each.environment}: ${each.fault.message} ${each.fault.fix}`] : []),
    ...each.holds.map((hold) => `${each.environment}: ${describeHold(hold)}`),
    ...each.freezes.map((freeze) => `${each.environment} is frozen by ${describeFreeze(freeze)}`),
    ...each.comingFreezes.map(
      (freeze) => `${each.environment} will be frozen ${describeComingFreeze(freeze)}`,
    ),
    ...(each.proposed ? [describeProposal(each, each.proposed)] : []),
    ...each.ambiguous.map(({ message, fix }) => `${message} ${fix}`),
  ]);
  return stops.length > 0 ? ['', ...stops] : [];
}

function toJson(each: EnvironmentStatus): unknown {
  return {
    environment: each.environment,
    kind: each.kind,
    release: each.release,
    commit: each.commit ?? null,
    fault: each.fault ? { code: each.fault.code, message: each.fault.message, fix: each.fault.fix } : null,
    since: each.moved?.date ?? null,
    by: each.moved?.by ?? null,
    reason: each.moved?.reason ?? null,
    services: Object.fromEntries(each.combination),
    holds: each.holds,
    freezes: each.freezes.map(({ freeze, until }) => ({ ...freeze, until: until ?? null })),
    comingFreezes: each.comingFreezes.map(({ freeze, from, until }) => ({
      ...freeze,
      from,
      until: until ?? null,
    })),
    proposed: each.proposed ? { release: each.proposed.release, branch: each.proposed.branch } : null,
    ambiguousRefs: each.ambiguous.map(({ ref }) => ref),
  };
}
