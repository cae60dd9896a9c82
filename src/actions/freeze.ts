import { printDateTime } from '../model/date-time.ts';
import { BitiqError } from '../model/errors.ts';
import {
  comingFreezes,
  describeComingFreeze,
  describeFreeze,
  freezesInForce,
  freezesOverlap,
  type ComingFreeze,
  type Freeze,
} from '../model/freeze.ts';
import { isExpired } from '../model/hold.ts';
import { printWeeklyWindow, type WeeklyWindow } from '../model/weekly-window.ts';
import type { Repository } from '../git/repository.ts';
import { commitTree } from '../git/tree.ts';
import { planAndApply, type Applied } from './plan/apply-plan.ts';
import { editList, type ListChange } from './plan/edit-list.ts';
import { readEnvironmentState } from './read/environment-state.ts';
import { requireLater, requireReason } from './hold.ts';
import { printActor, trailersOf, type Actor, type PreparedPlan } from './plan/prepared-plan.ts';
import { planRecord } from './plan/plan-record.ts';
import type { PullRequestDoor } from './plan/propose.ts';
import { readFreezes } from './read/read-stops.ts';
import { readConfig, requireEnvironment } from './read/read-state.ts';

export interface FreezeOptions {
  readonly environment: string;
  /** With the reason, which a freeze needs. */
  readonly actor: Actor;
  /** When it ends; default: when somebody lifts it. */
  readonly until?: Date | undefined;
  /** Only in this window of every week. */
  readonly weekly?: WeeklyWindow | undefined;
  readonly dryRun?: boolean | undefined;
  /** Proposes the commit by a pull request. */
  readonly pullRequest?: PullRequestDoor | undefined;
}

/** Keeps new versions out of an environment: an entry in freezes.yaml, in one commit. Throws `stop-conflict` where one of its kind is there. */
export function freeze(repository: Repository, options: FreezeOptions): Promise<Applied> {
  const { actor, until, weekly } = options;
  const reason = requireReason(actor, 'A freeze');
  requireLater(until, actor.now);
  const entry: Freeze = {
    reason: reason.trim(),
    by: printActor(actor),
    since: printDateTime(actor.now),
    ...(until === undefined ? {} : { until: printDateTime(until) }),
    ...(weekly === undefined ? {} : { weekly }),
  };
  return planAndApply(repository, {
    ...options,
    plan: async (head) => {
      const at = await read(repository, head, options);
      const other = at.file.freezes.find((each) => freezesOverlap(each, entry, actor.now));
      if (other !== undefined) throw overlaps(options.environment, other);
      return prepare(at, 'freeze', { add: [entry] }, [entry]);
    },
  });
}

/** Lets new versions in again: the freezes that are in force (with `all`: all) go from freezes.yaml, and those that have ended, in one commit. */
export function thaw(
  repository: Repository,
  options: Omit<FreezeOptions, 'until' | 'weekly'> & { readonly all?: boolean | undefined },
): Promise<Applied> {
  const { now } = options.actor;
  return planAndApply(repository, {
    ...options,
    plan: async (head) => {
      const at = await read(repository, head, options);
      const { freezes } = at.file;
      const inForce = freezesInForce(freezes, now).map((each) => each.freeze);
      const gone = freezes.filter(
        (each) => options.all || inForce.includes(each) || isExpired(each.until, now),
      );
      if (gone.length === 0) throw nothingToThaw(options.environment, comingFreezes(freezes, now));
      const remove = gone.map((each) => freezes.indexOf(each));
      return prepare(at, 'thaw', { remove }, gone);
    },
  });
}

async function read(
  repository: Repository,
  head: string,
  options: { readonly environment: string; readonly actor: Actor },
) {
  const tree = commitTree(repository, head);
  const environment = requireEnvironment(await readConfig(tree), options.environment);
  const [file, state] = await Promise.all([
    readFreezes(tree, environment.name),
    readEnvironmentState(repository, head, environment),
  ]);
  return { environment, file, state, head, actor: options.actor };
}

function prepare(
  at: Awaited<ReturnType<typeof read>>,
  action: 'freeze' | 'thaw',
  change: ListChange,
  freezes: readonly Freeze[],
): PreparedPlan {
  const { environment, file, actor } = at;
  return planRecord({
    ...at,
    action,
    file: file.source.file,
    edit: editList(file.source, 'freezes', change),
    commit: {
      subject: `${environment.name}: ${action}`,
      body: freezes
        .map(
          (each) =>
            `${action === 'freeze' ? '' : 'Lifted: '}${describeFreeze(environment.name, { freeze: each, until: each.until })}`,
        )
        .join('\n'),
      trailers: trailersOf({
        action,
        environment,
        from: undefined,
        to: undefined,
        until: action === 'freeze' ? freezes[0]?.until : undefined,
        actor,
      }),
    },
    notes: action === 'freeze' ? [] : freezes.flatMap((each) => noteOnWeekly(environment.name, each)),
  });
}

function noteOnWeekly(environment: string, { weekly, reason }: Freeze): string[] {
  if (weekly === undefined) return [];
  return [
    `This also removes the weekly window. This command puts it back: bitiq freeze ${environment} --weekly ${JSON.stringify(printWeeklyWindow(weekly))} --reason ${JSON.stringify(reason)}`,
  ];
}

function overlaps(environment: string, other: Freeze): BitiqError {
  return new BitiqError({
    code: 'stop-conflict',
    message: `${environment} already has a freeze for that time: ${describeFreeze(environment, { freeze: other, until: other.until })}.`,
    fix: `Lift it first with \`bitiq thaw ${environment} --all\`, or name another time.`,
  });
}

function nothingToThaw(environment: string, coming: readonly ComingFreeze[]): BitiqError {
  const all = coming.map(describeComingFreeze).join('; and ');
  return new BitiqError({
    code: 'stop-missing',
    message: `No freeze of ${environment} is in force now.`,
    fix:
      coming.length === 0
        ? 'New releases can enter it.'
        : `\`bitiq thaw ${environment} --all\` removes ${coming.length === 1 ? 'the coming one' : 'the coming ones'}: ${all}.`,
  });
}
