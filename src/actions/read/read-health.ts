import {
  healthBeganPath,
  healthPath,
  healthRecordFrom,
  healthRef,
  type HealthRecord,
} from '../../model/health.ts';
import { readFiles } from '../../git/read.ts';
import type { Repository } from '../../git/repository.ts';

/** What is recorded of the health of one environment. */
export interface KnownHealth {
  /** The sha of main's head when its records began; undefined where no one records. */
  readonly began: string | undefined;
  /** The record of a version; undefined when it was never seen healthy. Only for the versions that were requested. */
  of(service: string, tag: string): HealthRecord | undefined;
}

/** What the repository, as it was fetched last, knows of the health of these versions in an environment. */
export async function readHealth(
  repository: Repository,
  environment: string,
  versions: Iterable<readonly [service: string, tag: string]>,
): Promise<KnownHealth> {
  const began = healthBeganPath(environment);
  const paths = [...versions].map(([service, tag]) => healthPath(environment, service, tag));
  const files = await readFiles(repository, healthRef, [began, ...paths]);
  return {
    began: files.get(began)?.toString('utf8').trim(),
    of: (service, tag) => {
      const content = files.get(healthPath(environment, service, tag));
      return content === undefined ? undefined : healthRecordFrom(content.toString('utf8'));
    },
  };
}
