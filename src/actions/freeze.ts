import { BitiqError } from '../model/errors.ts';
import { describeFreeze, freezesOverlap, type Freeze } from '../model/stops.ts';
import type { WeeklyWindow } from '../model/weekly-window.ts';
import type { Repository } from '../git/repository.ts';
import type { Applied } from './plan/apply-plan.ts';
import { changeStops, requireStop, type StopOptions } from './plan/stops.ts';
import { freezeKind } from './read/read-stops.ts';

export interface FreezeOptions extends StopOptions {
  /** When it ends; default: when somebody lifts it. */
  readonly until?: Date | undefined;
  /** Only in this window of every week. */
  readonly weekly?: WeeklyWindow | undefined;
}

/** Keeps new versions out of an environment: an entry in freezes.yaml, in one commit. Throws `stop-conflict` where one of its kind is there. */
export function freeze(repository: Repository, options: FreezeOptions): Promise<Applied> {
  const { actor, weekly } = options;
  const entry: Freeze = { ...requireStop('A freeze', options), ...(weekly === undefined ? {} : { weekly }) };
  return changeStops(repository, options, {
    action: 'freeze',
    kind: freezeKind,
    describe,
    choose: (freezes, { environment }) => {
      const other = freezes.find((each) => freezesOverlap(each, entry, actor.now));
      if (other !== undefined) throw overlaps(environment.name, other);
      return { add: [entry] };
    },
  });
}

function describe(freeze: Freeze, environment: string): string {
  return describeFreeze(environment, { freeze, until: freeze.until });
}

function overlaps(environment: string, other: Freeze): BitiqError {
  return new BitiqError({
    code: 'stop-conflict',
    message: `${environment} already has a freeze for that time: ${describe(other, environment)}.`,
    fix: `Lift it first with \`bitiq thaw ${environment} --all\`, or name another time.`,
  });
}
