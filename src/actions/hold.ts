import { BitiqError } from '../model/errors.ts';
import { missingService } from '../model/require-service.ts';
import { describeHold, holdsInForce, type Hold } from '../model/stops.ts';
import type { Repository } from '../git/repository.ts';
import type { Tree } from '../git/tree.ts';
import type { Applied } from './plan/apply-plan.ts';
import { changeStops, holdsOn, requireStop, type StopOptions } from './plan/stops.ts';
import { holdKind } from './read/read-stops.ts';
import { readConfig, readTreeCombination } from './read/read-state.ts';

export interface HoldOptions extends StopOptions {
  readonly services: readonly string[];
  /** When it ends by itself. */
  readonly until?: Date | undefined;
}

/** Keeps automation from moving these services: an entry each in holds.yaml, in one commit. A hold that has ended makes room for the new one. */
export function hold(repository: Repository, options: HoldOptions): Promise<Applied> {
  const said = requireStop('A hold', options);
  const services = [...new Set(options.services)];
  return changeStops(repository, options, {
    action: 'hold',
    kind: holdKind,
    services,
    describe: describeHold,
    choose: async (holds, { tree, environment: { name } }) => {
      const known = await readKnownServices(tree, name);
      const inForce = holdsInForce(holds, options.actor.now);
      for (const service of services) {
        if (!known.includes(service)) throw missingService(service, name, known);
        const held = inForce.get(service);
        if (held !== undefined) throw heldAlready(name, held);
      }
      return { add: services.map((service) => ({ service, ...said })), remove: holdsOn(holds, services) };
    },
  });
}

/** The services of an environment; where its values file cannot be read, those of bitiq.yaml: a broken file keeps no one from holding one. */
async function readKnownServices(tree: Tree, environment: string): Promise<string[]> {
  try {
    return [...(await readTreeCombination(tree, environment)).keys()];
  } catch (error) {
    if (!(error instanceof BitiqError)) throw error;
    return (await readConfig(tree)).services.map(({ name }) => name);
  }
}

function heldAlready(environment: string, held: Hold): BitiqError {
  return new BitiqError({
    code: 'stop-conflict',
    message: `In ${environment}, ${describeHold(held)}.`,
    fix: `Lift that hold first: \`bitiq unhold ${environment} ${held.service}\`.`,
  });
}
