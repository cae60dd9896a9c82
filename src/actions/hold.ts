import { printDateTime } from '../model/date-time.ts';
import { suggestion } from '../model/did-you-mean.ts';
import { BitiqError } from '../model/errors.ts';
import { describeHold, holdsInForce, type Hold } from '../model/hold.ts';
import { missingService } from '../model/require-service.ts';
import type { Repository } from '../git/repository.ts';
import { commitTree } from '../git/tree.ts';
import { planAndApply, type Applied } from './plan/apply-plan.ts';
import { editList } from './plan/edit-list.ts';
import { readEnvironmentState } from './read/environment-state.ts';
import { printActor, trailersOf, type Actor, type PreparedPlan } from './plan/prepared-plan.ts';
import { planRecord } from './plan/plan-record.ts';
import type { PullRequestDoor } from './plan/propose.ts';
import { readHolds } from './read/read-stops.ts';
import { readConfig, readTreeCombination, requireEnvironment } from './read/read-state.ts';

export interface HoldOptions {
  readonly environment: string;
  readonly services: readonly string[];
  /** With the reason, which a hold needs. */
  readonly actor: Actor;
  /** When it ends by itself. */
  readonly until?: Date | undefined;
  readonly dryRun?: boolean | undefined;
  /** Proposes the commit by a pull request. */
  readonly pullRequest?: PullRequestDoor | undefined;
}

/** Keeps automation from moving these services: an entry each in holds.yaml, in one commit. A hold that has ended makes room for the new one. */
export function hold(repository: Repository, options: HoldOptions): Promise<Applied> {
  const { actor, until } = options;
  const reason = requireReason(actor, 'A hold');
  requireLater(until, actor.now);
  return planAndApply(repository, {
    ...options,
    plan: async (head) => {
      const { environment, file, state } = await read(repository, head, options.environment);
      const known = await readKnownServices(repository, head, environment.name);
      for (const service of options.services) {
        if (!known.includes(service)) throw missingService(service, environment.name, known);
        const held = holdsInForce(file.holds, actor.now).get(service);
        if (held !== undefined) throw heldAlready(environment.name, held);
      }
      const services = [...new Set(options.services)];
      const add = services.map((service) => newHold({ service, reason, actor, until }));
      const remove = indexesOf(file.holds, services);
      return prepare({ environment, file, state, head, actor }, 'hold', { add, remove }, services);
    },
  });
}

/** Lifts the holds of these services: their lines go from holds.yaml, in one commit. */
export function unhold(repository: Repository, options: Omit<HoldOptions, 'until'>): Promise<Applied> {
  return planAndApply(repository, {
    ...options,
    plan: async (head) => {
      const { environment, file, state } = await read(repository, head, options.environment);
      const held = new Set(file.holds.map((each) => each.service));
      const services = [...new Set(options.services)];
      for (const service of services) {
        if (!held.has(service)) throw notHeld(environment.name, service, [...held]);
      }
      const remove = indexesOf(file.holds, services);
      return prepare(
        { environment, file, state, head, actor: options.actor },
        'unhold',
        { remove },
        services,
      );
    },
  });
}

/** The entry of a new hold. */
export function newHold(options: {
  readonly service: string;
  readonly reason: string;
  readonly actor: Actor;
  readonly until?: Date | undefined;
}): Hold {
  const { service, reason, actor, until } = options;
  return {
    service,
    reason: reason.trim(),
    by: printActor(actor),
    since: printDateTime(actor.now),
    ...(until === undefined ? {} : { until: printDateTime(until) }),
  };
}

/** Where the holds of these services stand in the list. */
export function indexesOf(holds: readonly Hold[], services: readonly string[]): number[] {
  return holds.flatMap((each, index) => (services.includes(each.service) ? [index] : []));
}

/** The actor's reason; throws `usage` without one. */
export function requireReason(actor: Actor, what: string): string {
  if (actor.reason !== undefined && actor.reason.trim() !== '') return actor.reason;
  throw new BitiqError({
    code: 'usage',
    message: `${what} needs a reason, because others will ask why nothing moves.`,
    fix: 'Give it with --reason "…".',
  });
}

/** Throws `usage` when a moment has passed already. */
export function requireLater(until: Date | undefined, now: Date): void {
  if (until === undefined || until > now) return;
  throw new BitiqError({
    code: 'usage',
    message: `--until ${printDateTime(until)} is in the past: it is ${printDateTime(now)} now.`,
    fix: 'Name a later time, or leave --until out.',
  });
}

async function read(repository: Repository, head: string, name: string) {
  const tree = commitTree(repository, head);
  const environment = requireEnvironment(await readConfig(tree), name);
  const [file, state] = await Promise.all([
    readHolds(tree, name),
    readEnvironmentState(repository, head, environment),
  ]);
  return { environment, file, state };
}

/** The services of an environment; where its values file cannot be read, those of bitiq.yaml: a broken file keeps nobody from holding one. */
async function readKnownServices(
  repository: Repository,
  head: string,
  environment: string,
): Promise<string[]> {
  const tree = commitTree(repository, head);
  try {
    return [...(await readTreeCombination(tree, environment)).keys()];
  } catch (error) {
    if (!(error instanceof BitiqError)) throw error;
    return (await readConfig(tree)).services.map(({ name }) => name);
  }
}

function prepare(
  at: Awaited<ReturnType<typeof read>> & { readonly head: string; readonly actor: Actor },
  action: 'hold' | 'unhold',
  change: { readonly remove: readonly number[]; readonly add?: readonly Hold[] },
  services: readonly string[],
): PreparedPlan {
  const { environment, file, actor } = at;
  const lifted = file.holds.filter((_, index) => change.remove.includes(index));
  return planRecord({
    ...at,
    action,
    file: file.source.file,
    edit: editList(file.source, 'holds', change),
    commit: {
      subject: `${environment.name}: ${action} ${services.join(', ')}`,
      body: (action === 'hold' ? (change.add ?? []) : lifted)
        .map((each) => `${action === 'hold' ? '' : 'Lifted: '}${describeHold(each)}`)
        .join('\n'),
      trailers: trailersOf({
        action,
        environment,
        from: undefined,
        to: undefined,
        held: action === 'hold' ? services : [],
        unheld: action === 'unhold' ? services : [],
        until: change.add?.[0]?.until,
        actor,
      }),
    },
  });
}

function heldAlready(environment: string, held: Hold): BitiqError {
  return new BitiqError({
    code: 'stop-conflict',
    message: `In ${environment}, ${describeHold(held)}.`,
    fix: `Lift that hold first: \`bitiq unhold ${environment} ${held.service}\`.`,
  });
}

function notHeld(environment: string, service: string, held: readonly string[]): BitiqError {
  return new BitiqError({
    code: 'stop-missing',
    message: `${environment} has no hold on ${JSON.stringify(service)}.`,
    fix: held.length === 0 ? `${environment} has no holds.` : suggestion(service, held),
  });
}
