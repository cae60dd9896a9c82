import type { Config } from '../../model/config.ts';
import type { ServiceEntry } from '../../yaml/values-file.ts';

/** The image repository of each service as an environment deploys it: the one in its values, or else the one in bitiq.yaml. */
export function deployedImages(
  config: Config,
  services: readonly ServiceEntry[],
): ReadonlyMap<string, string> {
  return new Map([
    ...config.services.map(({ name, image }) => [name, image] as const),
    ...services.flatMap(({ name, repository }) =>
      repository === undefined ? [] : [[name, repository] as const],
    ),
  ]);
}
