import type { Combination } from '../model/combination.ts';
import type { Digests } from '../model/release.ts';
import type { EnvironmentView } from '../model/loop-view.ts';
import { startDeployer, type Deployer } from './deployer/deployer.ts';
import { layoutImages } from './deployer/layout-images.ts';
import type { LoopPaths } from './loop-paths.ts';

/** The deployers of a loop, one for each environment. */
export interface Deployers {
  /** The deployer of an environment, started when it is requested first. */
  of(environment: string): Promise<Deployer>;
  views(): EnvironmentView[];
  stop(): Promise<void>;
}

/** No deployer yet; each is started once. */
export function openDeployers(options: {
  readonly at: LoopPaths;
  readonly clock: () => Date;
  readonly onChange: () => void;
  /** Called once for each environment that runs again what ran last, or cannot. */
  readonly onRestored: (view: EnvironmentView) => void;
  /** Keeps in Git what an environment runs healthily. */
  readonly onHealthy: (
    environment: string,
    release: string,
    healthy: Combination,
    digests: Digests,
  ) => Promise<void>;
  readonly readyCapMs?: number | undefined;
}): Deployers {
  const { at, clock, onChange, onRestored, onHealthy } = options;
  const started = new Map<string, Promise<Deployer>>();
  const ready: Deployer[] = [];
  return {
    of: (environment) => {
      let deployer = started.get(environment);
      if (deployer === undefined) {
        deployer = startDeployer({
          environment,
          directory: at.apps(environment),
          images: layoutImages(at.images),
          unpacked: at.unpacked(environment),
          secretsDirectory: at.secrets(environment),
          clock,
          onChange,
          onRestored,
          onHealthy: (...what) => onHealthy(environment, ...what),
          readyCapMs: options.readyCapMs,
        }).then((each) => {
          ready.push(each);
          return each;
        });
        started.set(environment, deployer);
      }
      return deployer;
    },
    views: () => ready.map((deployer) => deployer.view()),
    stop: async () => {
      await Promise.all(
        [...started.values()].map(async (deployer) => (await deployer.catch(() => undefined))?.stop()),
      );
    },
  };
}
