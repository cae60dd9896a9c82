import { healthRef } from '../../model/health.ts';
import type { Finding } from '../../model/finding.ts';
import { partOf } from '../../model/verification.ts';
import { servicesOf } from '../../model/combination.ts';
import { gitText } from '../../git/git.ts';
import { resolveCommit, type Repository } from '../../git/repository.ts';
import { readHealth } from '../read/read-health.ts';
import { releaseFinding } from '../read/release-finding.ts';
import type { ReleaseFacts } from './release-facts.ts';

/** Whether what was recorded healthy in the environment of a release was, version by version, the image of the release. */
export async function verifyHealth(
  repository: Repository,
  { release, environment, record }: ReleaseFacts,
): Promise<ReturnType<typeof partOf>> {
  if (record === undefined)
    return { result: { part: 'health', result: 'none', note: 'no record' }, findings: [] };
  const known = await readHealth(repository, environment, record.services);
  const services = servicesOf(record.services);
  const seen = services.filter((service) => known.of(service, record.services.get(service)!) !== undefined);
  if (seen.length === 0) {
    return { result: { part: 'health', result: 'none', note: 'never recorded healthy' }, findings: [] };
  }
  const findings = seen.flatMap((service): Finding[] => {
    const tag = record.services.get(service)!;
    const found = known.of(service, tag)?.digest;
    const expected = record.digests?.get(service);
    if (found === undefined || expected === undefined || found === expected) return [];
    const message = `${service} ${tag} was recorded healthy in ${environment} as ${found}, and ${release} has ${expected}.`;
    const fix = `The image behind the tag was another one when it was seen healthy. \`bitiq show ${release}\` lists the digests; find out which one was built.`;
    return [releaseFinding(release, 'image-moved', message, fix)];
  });
  return partOf('health', findings, `${seen.length} of ${services.length} services recorded healthy`);
}

/** Findings about records of health that were changed or removed after they were written: they are only ever added. */
export async function verifyHealthHistory(repository: Repository): Promise<Finding[]> {
  if ((await resolveCommit(repository, healthRef)) === undefined) return [];
  const text = await gitText(
    repository.directory,
    ['log', '--diff-filter=MDT', '--no-renames', '--format=%x00%h %an', '--name-only', healthRef],
    { to: 'read the history of the health records' },
  );
  return text
    .split('\0')
    .filter((part) => part.trim() !== '')
    .flatMap((part) => {
      const [head = '', ...paths] = part.split('\n').filter((line) => line !== '');
      const [commit = '', ...author] = head.split(' ');
      return paths.map((path): Finding => ({
        code: 'release-mismatch',
        severity: 'error',
        place: { file: `${healthRef}:${path}` },
        message: `The health record ${path} was changed or removed by ${author.join(' ')} (${commit}).`,
        fix: 'A record of health is written once. Find out who changed it; `git log -p refs/bitiq/health` shows what it was.',
      }));
    });
}
