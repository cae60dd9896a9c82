import { type Freeze, type Hold, freezesInForce, holdsInForce } from '../model/stops.ts';
import type { EnvironmentView } from '../model/loop-view.ts';
import type { Repository } from '../git/repository.ts';
import { commitTree } from '../git/tree.ts';
import { openQueue } from '../process/queue.ts';
import { readConfig } from '../actions/read/read-state.ts';
import { readHoldsAndFreezes } from '../actions/read/read-stops.ts';
import { describeProblem } from './describe-problem.ts';

/** What keeps versions of a loop's environments where they are, as main last said. */
export interface StopKeeper {
  /** Reads the holds and freezes of a head of main; those of an environment that cannot be read stay as they were. Never rejects. */
  read(head: string): Promise<void>;
  /** The view of an environment with the holds and freezes that have effect now. */
  addTo(view: EnvironmentView): EnvironmentView;
}

/** A keeper that knows of none yet; heads are read one after another, so that an older one never comes after a newer. */
export function keepStops(options: {
  readonly repository: Repository;
  readonly clock: () => Date;
  readonly onChange: () => void;
  readonly onProblem: (message: string) => void;
}): StopKeeper {
  const stops = new Map<string, { readonly holds: readonly Hold[]; readonly freezes: readonly Freeze[] }>();
  const work = openQueue();
  return {
    read: (head) => work.add(() => readAll(head)),
    addTo: (view) => {
      const { holds = [], freezes = [] } = stops.get(view.environment) ?? {};
      const held = holdsInForce(holds, options.clock());
      return {
        ...view,
        freezes: freezesInForce(freezes, options.clock()),
        services: view.services.map((service) => ({ ...service, hold: held.get(service.service) })),
      };
    },
  };

  async function readAll(head: string): Promise<void> {
    const tree = commitTree(options.repository, head);
    // A configuration that cannot be read is told by the delivery, which reads it, too.
    const config = await readConfig(tree).catch(() => undefined);
    for (const { name } of config?.environments ?? []) {
      try {
        const { holds, freezes } = await readHoldsAndFreezes(tree, name);
        stops.set(name, { holds: holds.stops, freezes: freezes.stops });
      } catch (error) {
        options.onProblem(`${name}: what is held or frozen cannot be read: ${describeProblem(error)}`);
      }
    }
    options.onChange();
  }
}
