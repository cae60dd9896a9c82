import type { TagChange } from '../../model/combination-diff.ts';
import { paths, type EnvironmentConfig } from '../../model/config.ts';
import { findFlap, type Flap } from '../../model/flap.ts';
import { holdsSchema, type Hold } from '../../model/stops.ts';
import type { SkippedService } from '../../model/skipped-service.ts';
import { readObjects } from '../../git/read.ts';
import { isShallow, tooShallow } from '../../git/shallow.ts';
import { git } from '../../git/git.ts';
import { pathInside, type Repository } from '../../git/repository.ts';
import { parseYaml } from '../../yaml/source.ts';
import { newHold } from './stops.ts';
import { readLedger } from '../read/ledger.ts';
import type { Actor } from './prepared-plan.ts';

/** How many of the newest moves of an environment are looked at. */
const moves = 100;

/**
 * The changes that would bring a service back to a tag that it was taken from, and the holds that stop them. A change is
 * free again once a person has lifted a hold on the service, or a hold has ended, since it was taken back. Throws `clone-shallow`
 * where the history that would tell is cut off.
 */
export async function guardAgainstFlaps(
  repository: Repository,
  options: {
    readonly head: string;
    readonly environment: EnvironmentConfig;
    readonly changes: readonly TagChange[];
    readonly actor: Actor;
  },
): Promise<{ readonly holds: readonly Hold[]; readonly skipped: readonly SkippedService[] }> {
  const { head, environment, changes, actor } = options;
  if (changes.length === 0) return { holds: [], skipped: [] };
  const ledger = await readLedger(repository, { head, environment, limit: moves });
  if (ledger.length < moves && (await isShallow(repository)))
    throw tooShallow(repository, 'whether a person took one of these tags back before');
  const holds: Hold[] = [];
  const skipped: SkippedService[] = [];
  for (const { service, to: tag = '' } of changes) {
    const flap = findFlap(ledger, service, tag);
    if (flap === undefined) continue;
    if (
      await wasLetGo(repository, {
        head,
        environment: environment.name,
        service,
        since: flap.left.commit,
        now: actor.now,
      })
    ) {
      continue;
    }
    const reason = describeFlap(flap, service, tag);
    holds.push(newHold(service, { reason, actor }));
    const message = `${service} is held now and stays: ${reason}. \`bitiq unhold ${environment.name} ${service}\` lets automation write ${tag} again.`;
    skipped.push({ service, tag, why: 'flap', message });
  }
  return { holds, skipped };
}

/** Whether the service was held at some commit since and is not any more: by its lines or by its end. */
async function wasLetGo(
  repository: Repository,
  options: {
    readonly head: string;
    readonly environment: string;
    readonly service: string;
    readonly since: string;
    readonly now: Date;
  },
): Promise<boolean> {
  const path = paths.holds(options.environment);
  const listed = await git(
    repository.directory,
    ['rev-list', '--first-parent', `${options.since}..${options.head}`, '--', pathInside(repository, path)],
    { to: 'read the history of the holds' },
  );
  const commits = [...listed.stdout.toString('utf8').split('\n').filter(Boolean), options.since];
  const blobs = await readObjects(
    repository,
    commits.map((commit) => `${commit}:${pathInside(repository, path)}`),
  );
  // The service is not held at the head, or no one would ask; so any hold that stood there since has ended.
  return blobs.some((blob) => holdsOf(blob, path).some((hold) => hold.service === options.service));
}

function holdsOf(blob: Buffer | undefined, path: string): readonly Hold[] {
  if (blob === undefined) return [];
  try {
    const data: unknown = parseYaml(blob.toString('utf8'), path, '1.2').document.toJS() ?? {};
    return holdsSchema.safeParse(data).data?.holds ?? [];
  } catch {
    return [];
  }
}

function describeFlap({ came, left }: Flap, service: string, tag: string): string {
  const from =
    came === undefined ? '' : `${came.commit.slice(0, 12)} (${came.action} by ${came.by}) wrote ${tag}, and `;
  const to = left.changes?.find((change) => change.service === service)?.to;
  return `${from}${left.commit.slice(0, 12)} (${left.action} by ${left.by}) took it back${to === undefined ? '' : ` to ${to}`}; automation does not write the same tag again`;
}
