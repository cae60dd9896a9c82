import { BitiqError } from '../model/errors.ts';
import {
  comingFreezes,
  describeComingFreeze,
  describeFreeze,
  freezesInForce,
  isExpired,
  type ComingFreeze,
  type Freeze,
} from '../model/stops.ts';
import { printWeeklyWindow } from '../model/weekly-window.ts';
import type { Repository } from '../git/repository.ts';
import type { Applied } from './plan/apply-plan.ts';
import { changeStops, type StopOptions } from './plan/stops.ts';
import { freezeKind } from './read/read-stops.ts';

/** Lets new versions in again: the freezes that are in force (with `all`: all) go from freezes.yaml, and those that have ended, in one commit. */
export function thaw(
  repository: Repository,
  options: StopOptions & { readonly all?: boolean | undefined },
): Promise<Applied> {
  const { now } = options.actor;
  return changeStops(repository, options, {
    action: 'thaw',
    kind: freezeKind,
    describe: (freeze, environment) => describeFreeze(environment, { freeze, until: freeze.until }),
    choose: (freezes, { environment }) => {
      const inForce = freezesInForce(freezes, now).map((each) => each.freeze);
      const remove = freezes.filter(
        (each) => options.all || inForce.includes(each) || isExpired(each.until, now),
      );
      if (remove.length === 0) throw nothingToThaw(environment.name, comingFreezes(freezes, now));
      return { remove };
    },
    notesOn: (lifted) => lifted.flatMap((each) => noteOnWeekly(options.environment, each)),
  });
}

function noteOnWeekly(environment: string, { weekly, reason }: Freeze): string[] {
  if (weekly === undefined) return [];
  return [
    `This also removes the weekly window. This command puts it back: bitiq freeze ${environment} --weekly ${JSON.stringify(printWeeklyWindow(weekly))} --reason ${JSON.stringify(reason)}`,
  ];
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
