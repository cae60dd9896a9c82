import type { EnvironmentConfig } from '../model/config.ts';
import { paths } from '../model/config.ts';
import { releaseId } from '../model/combination.ts';
import type { EnvironmentView } from '../model/loop-view.ts';
import { gitText } from '../git/git.ts';
import { pathInside, type Repository } from '../git/repository.ts';
import { commitTree } from '../git/tree.ts';
import { openQueue, type Queue } from '../process/queue.ts';
import { requireEnvironmentState, type EnvironmentState } from '../actions/read/environment-state.ts';
import { readConfig } from '../actions/read/read-state.ts';
import { renderEnvironment } from '../actions/render.ts';
import { describeProblem } from './describe-problem.ts';
import type { Deployer } from './deployer/deployer.ts';

export interface DeliveryOptions {
  readonly repository: Repository;
  readonly helm: string;
  /** The deployer of an environment; made when the environment is seen first. */
  readonly deployerOf: (environment: string) => Promise<Deployer>;
  readonly onSynced: (view: EnvironmentView) => void;
  readonly onProblem: (message: string) => void;
}

/** Brings every environment to what a head of main says. */
export interface Delivery {
  /** Done when every environment has reached the head, or failed to. An environment whose files did not change is left alone. */
  deliver(head: string): Promise<void>;
}

/** Delivers as Argo CD would: a following environment from the head of main, a pinned one from its release tag. */
export function openDelivery(options: DeliveryOptions): Delivery {
  /** What each environment was brought to last, as the objects that decide its rendering. */
  const delivered = new Map<string, string>();
  /** Readings and renderings of one environment take turns, so that an older head never comes after a newer one. */
  const turns = new Map<string, Queue>();
  const reading = openQueue();
  return {
    deliver: async (head) => {
      const synced = await reading.add(async () => {
        const config = await readConfig(commitTree(options.repository, head));
        return config.environments.map((environment) => inTurn(environment, head));
      });
      await Promise.all(synced);
    },
  };

  async function inTurn(environment: EnvironmentConfig, head: string): Promise<void> {
    const turn = turns.get(environment.name) ?? openQueue();
    turns.set(environment.name, turn);
    const { synced } = await turn.add(() => start(environment, head));
    await synced;
  }

  async function start(
    environment: EnvironmentConfig,
    head: string,
  ): Promise<{ readonly synced: Promise<void> }> {
    const name = environment.name;
    try {
      const state = await requireEnvironmentState(options.repository, head, environment);
      if (state.commit === undefined) return { synced: Promise.resolve() };
      const inputs = await inputsOf(state);
      if (delivered.get(name) === inputs) return { synced: Promise.resolve() };
      const rendering = await renderEnvironment(commitTree(options.repository, state.commit), {
        environment: name,
        helm: options.helm,
      });
      const deployer = await options.deployerOf(name);
      delivered.set(name, inputs);
      const view = deployer.view();
      const runsIt =
        view.state === 'synced' && view.release === state.release && view.manifestDigest === rendering.digest;
      if (runsIt) return { synced: Promise.resolve() };
      const synced = deployer.sync({
        manifests: rendering.manifests,
        manifestDigest: rendering.digest,
        release: state.release,
        revision: state.commit,
        releaseId: releaseId(state.combination),
      });
      return { synced: synced.then(options.onSynced) };
    } catch (error) {
      delivered.delete(name);
      options.onProblem(`${name} stays as it is: ${describeProblem(error)}`);
      return { synced: Promise.resolve() };
    }
  }

  /** The chart's tree and the Application, by their object names: equal inputs render equally. */
  async function inputsOf(state: EnvironmentState): Promise<string> {
    const objects = await gitText(
      options.repository.directory,
      [
        'rev-parse',
        `${state.commit}:${pathInside(options.repository, paths.chart)}`,
        `${state.commit}:${pathInside(options.repository, paths.application(state.environment))}`,
      ],
      { to: 'look at what changed' },
    );
    return `${state.release} ${objects}`;
  }
}
