import type { EnvironmentStatus } from '../../actions/status.ts';
import type { Repository } from '../../git/repository.ts';
import { servicesOf } from '../../model/combination.ts';
import type { Config } from '../../model/config.ts';
import type { Finding } from '../../model/finding.ts';
import type { EnvironmentView } from '../../model/loop-view.ts';
import { isPlaceholder } from '../../model/tag.ts';
import { defineCommand, type ContextOf, type OptionSpec } from '../command.ts';
import { imageStoreOption, readOptions } from '../common-options.ts';
import { lookUpDigestOf } from '../image-check.ts';
import { loopViewOf, openForReading } from '../open.ts';
import { printFinding } from '../print-finding.ts';
import { painter, printPlace, printTable } from '../print.ts';
import { printAge } from '../../model/age.ts';

const options = [
  ...readOptions,
  {
    flags: '--images',
    summary: 'ask the registries whether tags still name the images that were recorded',
  },
  imageStoreOption,
] as const satisfies readonly OptionSpec[];

type Context = ContextOf<typeof options>;

export const statusCommand = defineCommand({
  name: 'status',
  group: 'Reads',
  summary: 'show which version of each service every environment should run, and its health',
  description:
    'Prints a table of services and environments as they are in Git: an environment that follows main is at the head of main, a pinned one at the release that its pointer names. Where health is recorded, the table marks versions that were never seen healthy. If a loop is running here, it also marks versions that differ from the wanted ones. Below the table are current holds and freezes, coming freezes, releases that a pull request proposes, and everything that could not be read.',
  options,
  examples: [
    { command: 'bitiq status', summary: 'the repository of the current folder' },
    { command: 'bitiq status --repo loop', summary: 'the loop that `./bitiq up` runs here' },
    { command: 'bitiq status --images', summary: 'also whether an image was pushed over' },
  ],
  exitCodes: {
    0: 'everything could be read',
    1: 'something could not be read, or a tag or an image was moved (the rest is shown)',
  },
  run: async (context) => {
    const [{ readStatus }, { describeRelease }] = await Promise.all([
      import('../../actions/status.ts'),
      import('../../actions/read/environment-state.ts'),
    ]);
    const { repository, head, config, branches } = await openForReading(context, {
      proposals: true,
      branches: true,
    });
    const [status, loop, images] = await Promise.all([
      readStatus(repository, head, config, { now: context.now(), branches }),
      loopViewOf(context),
      context.options.images === true ? findMovedImages(context, repository, config) : undefined,
    ]);
    const environments = status.map((each): Shown => ({
      ...each,
      shownRelease:
        each.fault === undefined && each.commit === undefined ? '(none yet)' : describeRelease(each),
      loop: loop?.environments.find(({ environment }) => environment === each.environment),
    }));
    if (context.options.json === true)
      context.out(
        JSON.stringify({ head, environments: environments.map(toJson), ...(images && { images }) }, null, 2),
      );
    else {
      context.out(
        [
          printMatrix(environments, context),
          ...(await printStops(environments)),
          ...printFaults(environments, context),
          ...(images ?? []).map((finding) => printFinding(finding, painter(context.colour))),
        ].join('\n'),
      );
      noteUnrecorded(environments, context);
    }
    return environments.some(({ faults }) => faults.length > 0) || (images ?? []).length > 0 ? 1 : 0;
  },
});

async function findMovedImages(context: Context, repository: Repository, config: Config): Promise<Finding[]> {
  const { checkImages } = await import('../../actions/check/images.ts');
  return checkImages(repository, config, lookUpDigestOf(context));
}

/** An environment as Git has it and, where one runs, as the loop runs it. */
interface Shown extends EnvironmentStatus {
  /** With what is wrong with it. */
  readonly shownRelease: string;
  readonly loop: EnvironmentView | undefined;
}

function printMatrix(environments: readonly Shown[], context: Context): string {
  const paint = painter(context.colour);
  const services = [
    ...new Set(environments.flatMap((each) => [...servicesOf(each.combination), ...each.absent])),
  ].sort();
  const newest = environments[0]?.combination;
  const rows = [
    ['', ...environments.map((each) => paint('bold', each.environment))],
    [
      'release',
      ...environments.map(({ fault, shownRelease }) => (fault ? paint('red', shownRelease) : shownRelease)),
    ],
    [
      'since',
      ...environments.map((each) =>
        each.moved ? `${printAge(new Date(each.moved.date), context.now())} ago` : '-',
      ),
    ],
    ...services.map((service) => [
      service,
      ...environments.map((each) => {
        const tag = each.combination.get(service);
        if (tag === undefined) {
          if (each.absent.includes(service)) return paint('dim', `not in ${each.environment} yet`);
          return each.commit === undefined && each.faults.length > 0 ? '?' : '-';
        }
        const shown = isPlaceholder(tag) ? 'not built yet' : tag;
        const held = each.holds.some((hold) => hold.service === service) ? ' (held)' : '';
        const mark = markOf(service, tag, each);
        return (
          (newest?.get(service) === tag ? shown : paint('yellow', shown)) +
          (mark === undefined ? '' : paint('red', ` (${mark})`)) +
          held
        );
      }),
    ]),
  ];
  return printTable(rows);
}

/** How what runs, or was seen healthy, differs from the tag that Git wants; undefined where it does not, or that is not known. */
function markOf(service: string, tag: string, { loop, health }: Shown): string | undefined {
  if (isPlaceholder(tag)) return undefined;
  if (loop === undefined) {
    return health.services.get(service)?.seen === 'not-seen' ? 'not seen healthy' : undefined;
  }
  const view = loop.services.find((each) => each.service === service);
  if (view?.running === undefined) return view?.health === 'starting' ? 'starting' : 'nothing runs';
  if (view.running !== tag) return `${view.running} runs`;
  return view.health === 'healthy' ? undefined : view.health;
}

function printFaults(environments: readonly Shown[], context: Context): string[] {
  const paint = painter(context.colour);
  const lines = environments.flatMap(({ environment, faults }) =>
    faults.flatMap((fault) => [
      `${environment}: ${paint('red', 'error')}[${fault.code}]: ${fault.message}`,
      ...(fault.place ? printPlace(fault.place, paint) : []),
      `  ${paint('green', 'fix')}: ${fault.fix}`,
    ]),
  );
  return lines.length > 0 ? ['', ...lines] : [];
}

/** Without records and without a loop nothing is known, and marks everywhere would say no more. */
function noteUnrecorded(environments: readonly Shown[], context: Context): void {
  const names = environments
    .filter(({ commit, loop, health }) => commit !== undefined && loop === undefined && !health.recorded)
    .map(({ environment }) => environment);
  if (names.length === 0) return;
  context.note(
    `Health is not recorded in ${names.join(', ')}: the table shows what Git wants, not what runs.`,
  );
}

async function printStops(environments: readonly Shown[]): Promise<string[]> {
  const [{ describeComingFreeze, describeFreeze, describeHold }, { describeProposal }] = await Promise.all([
    import('../../model/stops.ts'),
    import('../../actions/plan/read-proposal.ts'),
  ]);
  const stops = environments.flatMap((each) => [
    ...each.holds.map((hold) => `${each.environment}: ${describeHold(hold)}`),
    ...each.freezes.map((freeze) => describeFreeze(each.environment, freeze)),
    ...each.comingFreezes.map(
      (freeze) => `${each.environment} will be frozen ${describeComingFreeze(freeze)}`,
    ),
    ...(each.proposed ? [describeProposal(each, each.proposed)] : []),
    ...each.proposedActions.map(
      ({ subject, branch, by }) => `${JSON.stringify(subject)} is proposed on ${branch} by ${by}`,
    ),
    ...each.ambiguous.map(({ message, fix }) => `${message} ${fix}`),
    ...(each.loop?.state !== 'synced' && each.loop?.message
      ? [`${each.environment}: ${each.loop.message.split('\n')[0]}`]
      : []),
  ]);
  return stops.length > 0 ? ['', ...stops] : [];
}

function toJson(each: Shown): unknown {
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
    absent: each.absent,
    health: {
      recorded: each.health.recorded,
      services: Object.fromEntries(
        [...each.health.services].map(([service, { seen, record }]) => [
          service,
          { seen, since: record?.since ?? null, release: record?.release ?? null },
        ]),
      ),
    },
    running: each.loop
      ? {
          state: each.loop.state,
          message: each.loop.message ?? null,
          services: Object.fromEntries(
            each.loop.services.map(({ service, running, health, message }) => [
              service,
              { tag: running ?? null, health, message: message ?? null },
            ]),
          ),
        }
      : null,
    holds: each.holds,
    freezes: each.freezes.map(({ freeze, until }) => ({ ...freeze, until: until ?? null })),
    comingFreezes: each.comingFreezes.map(({ freeze, from, until }) => ({
      ...freeze,
      from,
      until: until ?? null,
    })),
    proposed: each.proposed ? { release: each.proposed.release, branch: each.proposed.branch } : null,
    proposedActions: each.proposedActions,
    ambiguousRefs: each.ambiguous.map(({ ref }) => ref),
    faults: each.faults.map(({ code, message, fix, place }) => ({
      code,
      message,
      fix,
      place: place ?? null,
    })),
  };
}
