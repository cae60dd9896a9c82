import type { Combination } from '../../model/combination.ts';
import type { Digests } from '../../model/release.ts';
import type { EnvironmentView } from '../../model/loop-view.ts';
import type { ImageStore } from './images.ts';

/** What a deployer works with, and whom it tells. */
export interface DeployerOptions {
  readonly environment: string;
  /** `.bitiq/apps/<environment>`: all that the deployer remembers. It belongs to one running deployer. */
  readonly directory: string;
  readonly images: ImageStore;
  /** Where images are unpacked and run. Default: `images` in `directory`. */
  readonly unpacked?: string | undefined;
  /** `.bitiq/secrets/<environment>`: one `<service>.env` for each service that has secrets. */
  readonly secretsDirectory: string;
  readonly clock: () => Date;
  /** Called after every change of what `view()` gives. */
  readonly onChange: (view: EnvironmentView) => void;
  /** Called once when what ran last runs again, or cannot; not when there was nothing. */
  readonly onRestored?: ((view: EnvironmentView) => void) | undefined;
  /** Called with the versions that are ready before the view says so; the state is not reached until it resolves. It must not reject. */
  readonly onHealthy?:
    ((release: string, healthy: Combination, digests: Digests) => Promise<void>) | undefined;
  /** The PATH of the services' processes. Default: that of this process. */
  readonly path?: string | undefined;
  /** The longest time to SIGKILL, whatever a Pod says. Default 10,000 ms. */
  readonly shutdownGraceMs?: number | undefined;
  /** The longest time to readiness, whatever a probe says. Default 20,000 ms. */
  readonly readyCapMs?: number | undefined;
}
