import type { TagChange } from '../../model/combination-diff.ts';
import { BitiqError } from '../../model/errors.ts';
import {
  describeFreeze,
  describeHold,
  freezeInForce,
  holdsInForce,
  type Freeze,
  type Hold,
} from '../../model/stops.ts';
import type { StopsFile } from '../read/read-stops.ts';

/** What a person's move does to the holds that it meets: those that go, and what to say about them. */
export interface SettledHolds {
  readonly lifted: readonly string[];
  readonly notes: readonly string[];
}

/** Throws `environment-frozen`, with who, why and until when, while a freeze of the environment has effect. */
export function requireThawed({ stops }: StopsFile<Freeze>, environment: string, now: Date): void {
  const found = freezeInForce(stops, now);
  if (found === undefined) return;
  throw new BitiqError({
    code: 'environment-frozen',
    message: `${describeFreeze(environment, found)}.`,
    fix: `Wait, or lift the freeze with \`bitiq thaw ${environment} --reason …\`. A rollback is always allowed.`,
  });
}

/**
 * What becomes of the holds that a person's changes meet: without `force` they refuse (`service-held`). A newer tag lifts
 * the hold, as it was meant for the older one; with any other tag the service stays held.
 */
export function settleHolds(
  { stops }: StopsFile<Hold>,
  changes: readonly TagChange[],
  options: { readonly environment: string; readonly force: boolean; readonly now: Date },
): SettledHolds {
  const inForce = holdsInForce(stops, options.now);
  const met = changes.flatMap((change) => {
    const hold = inForce.get(change.service);
    return hold === undefined ? [] : [{ change, hold }];
  });
  if (met.length > 0 && !options.force)
    throw held(
      options.environment,
      met.map((each) => each.hold),
    );
  const lifted = met.filter(({ change }) => change.kind !== 'downgrade').map(({ change }) => change.service);
  return {
    lifted,
    notes: met.map(({ change, hold }) =>
      lifted.includes(change.service)
        ? `This lifts the hold on ${change.service}, because ${change.to ?? 'its removal'} is newer than ${change.from ?? 'nothing'}: ${describeHold(hold)}.`
        : `${change.service} is still held, now at ${change.to}.`,
    ),
  };
}

function held(environment: string, holds: readonly Hold[]): BitiqError {
  const services = holds.map((hold) => hold.service).join(' ');
  return new BitiqError({
    code: 'service-held',
    message: `In ${environment}, ${holds.map(describeHold).join('; ')}.`,
    fix: `Lift ${holds.length === 1 ? 'the hold' : 'the holds'} with \`bitiq unhold ${environment} ${services}\`, or move ${holds.length === 1 ? 'it' : 'them'} anyway with --force.`,
  });
}
