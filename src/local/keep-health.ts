import { combinationOf, type Combination } from '../model/combination.ts';
import type { Digests } from '../model/release.ts';
import type { Repository } from '../git/repository.ts';
import { openQueue } from '../process/queue.ts';
import { recordHealth } from '../actions/plan/record-health.ts';
import { describeProblem } from './describe-problem.ts';

/** Keeps in the GitOps repository what the environments of a loop run healthily. Neither of its functions rejects. */
export interface HealthKeeper {
  /** Says that the health of an environment is recorded from here on, unless that was said before. */
  begin(environment: string): Promise<void>;
  record(environment: string, release: string, healthy: Combination, digests?: Digests): Promise<void>;
}

/** A keeper; its records are written one after another. */
export function keepHealth(options: {
  readonly repository: Repository;
  readonly clock: () => Date;
  readonly onProblem: (message: string) => void;
}): HealthKeeper {
  const work = openQueue();
  const record: HealthKeeper['record'] = (environment, release, healthy, digests) =>
    work.add(async () => {
      try {
        const actor = {
          name: 'bitiq deployer',
          email: 'deployer@bitiq.localhost',
          now: options.clock(),
          isMachine: true,
        };
        await recordHealth(options.repository, { environment, release, healthy, digests, actor });
      } catch (error) {
        options.onProblem(
          `${environment}: that ${release} is healthy could not be recorded: ${describeProblem(error)}`,
        );
      }
    });
  return { begin: (environment) => record(environment, environment, combinationOf([])), record };
}
