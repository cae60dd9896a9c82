import { paths, type Config } from '../../model/config.ts';
import type { Finding } from '../../model/finding.ts';
import { headOfMain, type Repository } from '../../git/repository.ts';
import { messageOf } from '../../model/errors.ts';
import { commitTree } from '../../git/tree.ts';
import { readServices } from '../../yaml/values-file.ts';
import { deployedImages } from '../read/deployed-images.ts';
import { readEnvironmentState } from '../read/environment-state.ts';
import type { LookUpDigest } from '../read/look-up-digest.ts';
import { readHealth } from '../read/read-health.ts';
import { readValues } from '../read/read-state.ts';
import { readReleaseFacts } from '../verify/release-facts.ts';
import { verifyImages } from '../verify/verify-images.ts';

/**
 * Findings about the images that environments are to run now: of a release, tags that no longer name the recorded digest; of a following
 * environment, tags that no longer name the image that was recorded healthy. What could not be looked up is a finding.
 */
export async function checkImages(
  repository: Repository,
  config: Config,
  lookUp: LookUpDigest,
): Promise<Finding[]> {
  const head = await headOfMain(repository);
  const parts = await Promise.all(
    config.environments.map(async (environment): Promise<readonly Finding[]> => {
      const { release, record, combination } = await readEnvironmentState(repository, head, environment);
      if (environment.kind === 'pinned') {
        if (record === undefined) return [];
        const named = { environment: environment.name, releases: [release], history: [] };
        const [facts] = await readReleaseFacts(repository, named);
        return (await verifyImages(facts!, config, lookUp)).findings;
      }
      const [health, values] = await Promise.all([
        readHealth(repository, environment.name, combination),
        combination.size === 0 ? undefined : readValues(commitTree(repository, head), environment.name),
      ]);
      const images = deployedImages(config, values === undefined ? [] : readServices(values));
      const found = await Promise.all(
        [...combination].map(async ([service, tag]): Promise<Finding[]> => {
          const seen = health.of(service, tag)?.digest;
          const image = images.get(service);
          if (seen === undefined || image === undefined) return [];
          const finding = (code: Finding['code'], message: string, fix: string): Finding[] => [
            { code, severity: 'error', place: { file: paths.values(environment.name) }, message, fix },
          ];
          try {
            const now = await lookUp(`${image}:${tag}`);
            if (now === seen) return [];
            return finding(
              now === undefined ? 'image-missing' : 'image-moved',
              `${service} ${tag} was recorded healthy in ${environment.name} as ${seen}, and its tag ${now === undefined ? 'is gone' : `names ${now} now`}.`,
              'Find out who changed the registry, and build a new version: one tag is to be one image.',
            );
          } catch (error) {
            const message = `The image of ${service} ${tag} could not be looked up: ${messageOf(error)}`;
            return finding('image-unverified', message, 'Try again when the registry answers.');
          }
        }),
      );
      return found.flat();
    }),
  );
  return parts.flat();
}
