import { suggestion } from '../model/did-you-mean.ts';
import { BitiqError } from '../model/errors.ts';
import { describeHold } from '../model/stops.ts';
import type { Repository } from '../git/repository.ts';
import type { Applied } from './plan/apply-plan.ts';
import { changeStops, holdsOn, type StopOptions } from './plan/stops.ts';
import { holdKind } from './read/read-stops.ts';

/** Lifts the holds of these services: their lines go from holds.yaml, in one commit. */
export function unhold(
  repository: Repository,
  options: StopOptions & { readonly services: readonly string[] },
): Promise<Applied> {
  const services = [...new Set(options.services)];
  return changeStops(repository, options, {
    action: 'unhold',
    kind: holdKind,
    services,
    describe: describeHold,
    choose: (holds, { environment }) => {
      const held = [...new Set(holds.map(({ service }) => service))];
      for (const service of services)
        if (!held.includes(service)) throw notHeld(environment.name, service, held);
      return { remove: holdsOn(holds, services) };
    },
  });
}

function notHeld(environment: string, service: string, held: readonly string[]): BitiqError {
  return new BitiqError({
    code: 'stop-missing',
    message: `${environment} has no hold on ${JSON.stringify(service)}.`,
    fix: held.length === 0 ? `${environment} has no holds.` : suggestion(service, held),
  });
}
