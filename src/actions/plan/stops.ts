import { printDateTime } from '../../model/date-time.ts';
import type { EnvironmentConfig } from '../../model/config.ts';
import { BitiqError } from '../../model/errors.ts';
import type { Plan } from '../../model/plan.ts';
import type { Freeze, Hold } from '../../model/stops.ts';
import type { Repository } from '../../git/repository.ts';
import { commitTree, type Tree } from '../../git/tree.ts';
import { readEnvironmentState } from '../read/environment-state.ts';
import { readConfig, requireEnvironment } from '../read/read-state.ts';
import { readStops, type StopKind, type StopsFile } from '../read/read-stops.ts';
import { planAndApply, type Applied } from './apply-plan.ts';
import { editList } from './edit-list.ts';
import { printActor, trailersOf, type Actor, type PreparedPlan } from './prepared-plan.ts';
import type { PullRequestDoor } from './propose.ts';

/** What every command that sets or lifts stops is given. */
export interface StopOptions {
  readonly environment: string;
  /** With the reason, which a new stop needs. */
  readonly actor: Actor;
  readonly dryRun?: boolean | undefined;
  /** Proposes the commit by a pull request. */
  readonly pullRequest?: PullRequestDoor | undefined;
}

/** Entries that go from the file of stops, and those that come to its end. */
export interface StopsChange<T> {
  readonly add?: readonly T[];
  readonly remove?: readonly T[];
}

/** Which stops of an environment a command sets or lifts, and how the commit tells it. */
export interface StopsCommand<T extends Hold | Freeze> {
  readonly action: 'hold' | 'unhold' | 'freeze' | 'thaw';
  readonly kind: StopKind<T>;
  /** The services that it names. */
  readonly services?: readonly string[];
  /** Without a full stop. */
  readonly describe: (stop: T, environment: string) => string;
  /** Throws where the stops that are there do not allow it. */
  readonly choose: (
    stops: readonly T[],
    at: { readonly tree: Tree; readonly environment: EnvironmentConfig },
  ) => StopsChange<T> | Promise<StopsChange<T>>;
  readonly notesOn?: (lifted: readonly T[]) => readonly string[];
}

/** Sets or lifts stops of an environment, in one commit that changes nothing that it runs. */
export function changeStops<T extends Hold | Freeze>(
  repository: Repository,
  options: StopOptions,
  command: StopsCommand<T>,
): Promise<Applied> {
  return planAndApply(repository, {
    ...options,
    plan: (head) => planStops(repository, { head, options, command }),
  });
}

async function planStops<T extends Hold | Freeze>(
  repository: Repository,
  at: { readonly head: string; readonly options: StopOptions; readonly command: StopsCommand<T> },
): Promise<PreparedPlan> {
  const { head, options, command } = at;
  const { action, kind, services = [] } = command;
  const tree = commitTree(repository, head);
  const environment = requireEnvironment(await readConfig(tree), options.environment);
  const { name } = environment;
  const [file, { release }] = await Promise.all([
    readStops(tree, name, kind),
    readEnvironmentState(repository, head, environment),
  ]);
  const change = await command.choose(file.stops, { tree, environment });
  const { edits, content } = editStops(file, change);
  const { add = [], remove = [] } = change;
  const isLift = action === 'unhold' || action === 'thaw';
  const plan: Plan = {
    action,
    environment: name,
    from: release,
    to: release,
    base: head,
    changes: [],
    commits: [
      {
        on: 'main',
        subject: `${name}: ${action}${services.length === 0 ? '' : ` ${services.join(', ')}`}`,
        body: isLift
          ? remove.map((stop) => `Lifted: ${command.describe(stop, name)}`).join('\n')
          : add.map((stop) => command.describe(stop, name)).join('\n'),
        trailers: trailersOf({
          action,
          environment,
          from: undefined,
          to: undefined,
          held: isLift ? [] : services,
          unheld: isLift ? services : [],
          until: add[0]?.until,
          actor: options.actor,
        }),
        edits,
      },
    ],
    notes: isLift ? (command.notesOn?.(remove) ?? []) : [],
  };
  return { plan, files: [new Map([[file.source.file, content]])] };
}

/** The edits and the new content of a file of stops. */
function editStops<T extends Hold | Freeze>(
  { kind, source, stops }: StopsFile<T>,
  { add, remove = [] }: StopsChange<T>,
): ReturnType<typeof editList> {
  return editList(source, kind.key, { add, remove: remove.map((stop) => stops.indexOf(stop)) });
}

/** The edits of holds.yaml when holds come and go; undefined when none does. A new hold takes the place of one that is there. */
export function editHolds(
  file: StopsFile<Hold>,
  change: { readonly hold?: readonly Hold[] | undefined; readonly unhold?: readonly string[] | undefined },
): ReturnType<typeof editList> | undefined {
  const { hold = [], unhold = [] } = change;
  if (hold.length === 0 && unhold.length === 0) return undefined;
  return editStops(file, {
    add: hold,
    remove: holdsOn(file.stops, [...unhold, ...hold.map(({ service }) => service)]),
  });
}

/** The holds on any of these services. */
export function holdsOn(holds: readonly Hold[], services: readonly string[]): Hold[] {
  return holds.filter(({ service }) => services.includes(service));
}

/** The entry of a new hold. */
export function newHold(service: string, options: Parameters<typeof newStop>[0]): Hold {
  return { service, ...newStop(options) };
}

/** What a new stop says, whatever its kind. */
export function newStop(options: {
  readonly reason: string;
  readonly actor: Actor;
  readonly until?: Date | undefined;
}): Pick<Hold, 'reason' | 'by' | 'since' | 'until'> {
  const { reason, actor, until } = options;
  return {
    reason: reason.trim(),
    by: printActor(actor),
    since: printDateTime(actor.now),
    ...(until === undefined ? {} : { until: printDateTime(until) }),
  };
}

/** As `newStop`, with the actor's reason; throws `usage` without one, and when its end has passed already. */
export function requireStop(
  what: 'A hold' | 'A freeze',
  { actor, until }: { readonly actor: Actor; readonly until?: Date | undefined },
): ReturnType<typeof newStop> {
  const { reason = '', now } = actor;
  if (reason.trim() === '') {
    throw new BitiqError({
      code: 'usage',
      message: `${what} needs a reason: others will ask why nothing moves.`,
      fix: 'Give it with --reason "…".',
    });
  }
  if (until !== undefined && until <= now) {
    throw new BitiqError({
      code: 'usage',
      message: `--until ${printDateTime(until)} is in the past: it is ${printDateTime(now)} now.`,
      fix: 'Name a later time, or leave --until out.',
    });
  }
  return newStop({ reason, actor, until });
}
