import { combinationOf, servicesOf, type Combination } from '../../model/combination.ts';
import { printDateTime } from '../../model/date-time.ts';
import type { Digests } from '../../model/release.ts';
import { healthBeganPath, healthPath, healthRef, printHealthRecord } from '../../model/health.ts';
import { isPlaceholder } from '../../model/tag.ts';
import { fetchRemote, headOfMain, resolveCommit, type Repository } from '../../git/repository.ts';
import { pushAtomically } from '../../git/push.ts';
import { writeCommit } from '../../git/write.ts';
import { printActor, type Actor } from './prepared-plan.ts';
import { readHealth } from '../read/read-health.ts';
import { requireNoSecret } from './require-no-secret.ts';
import { winRace } from './win-race.ts';

/** One version whose health was told. */
export interface ToldHealth {
  readonly service: string;
  readonly tag: string;
  /** When it was first seen healthy, if that was recorded before. */
  readonly knownSince: string | undefined;
}

/** What a record of health did. */
export interface RecordedHealth {
  readonly environment: string;
  readonly release: string;
  /** In the order of the services' names. */
  readonly services: readonly ToldHealth[];
  /** The commit that was pushed to `healthRef`; undefined where nothing was new. */
  readonly commit: string | undefined;
  /** What did not work after the push. */
  readonly warnings: readonly string[];
}

export interface RecordHealthOptions {
  readonly environment: string;
  /** As what these versions run. */
  readonly release: string;
  /** The services that are healthy, with the tags that they run. */
  readonly healthy: Combination;
  /** The images that run, where they are known. */
  readonly digests?: Digests | undefined;
  readonly actor: Actor;
  readonly dryRun?: boolean | undefined;
}

/**
 * Records in Git that an environment runs these versions healthily: one push to `refs/bitiq/health`, or none where all of it is known.
 * A placeholder is not a version, and is left out. A record is never changed, so that who comes second only reads. After a lost race it starts again on what is there, five times at
 * most (`push-conflict`).
 */
export async function recordHealth(
  repository: Repository,
  options: RecordHealthOptions,
): Promise<RecordedHealth> {
  const { environment, release, actor } = options;
  requireNoSecret(options);
  const healthy = combinationOf([...options.healthy].filter(([, tag]) => !isPlaceholder(tag)));
  return winRace<RecordedHealth>(repository, healthRef, async (races) => {
    if (races > 0) await fetchRemote(repository);
    const parent = await resolveCommit(repository, healthRef);
    const known = await readHealth(repository, environment, healthy);
    const services = servicesOf(healthy).map((service): ToldHealth => {
      const tag = healthy.get(service)!;
      return { service, tag, knownSince: known.of(service, tag)?.since };
    });
    const told = { environment, release, services };
    const seen = { release, since: printDateTime(actor.now), by: printActor(actor) };
    const files = new Map(
      services
        .filter(({ knownSince }) => knownSince === undefined)
        .map(({ service, tag }) => {
          const record = printHealthRecord({ ...seen, digest: options.digests?.get(service) });
          return [healthPath(environment, service, tag), record];
        }),
    );
    if (known.began === undefined)
      files.set(healthBeganPath(environment), `${await headOfMain(repository)}\n`);
    if (options.dryRun || files.size === 0) return { won: { ...told, commit: undefined, warnings: [] } };
    const commit = await writeCommit(repository, {
      parent,
      files,
      message: messageOf(told, actor),
      by: { name: actor.name, email: actor.email, date: actor.now, isMachine: actor.isMachine },
    });
    repository.signal?.throwIfAborted();
    const pushed = await pushAtomically(repository, [{ ref: healthRef, from: parent, to: commit }]);
    return pushed.end === 'pushed'
      ? { won: { ...told, commit, warnings: pushed.warnings } }
      : { lost: { from: parent, said: pushed.said } };
  });
}

function messageOf(told: Omit<RecordedHealth, 'commit' | 'warnings'>, actor: Actor): string {
  const lines = told.services
    .filter(({ knownSince }) => knownSince === undefined)
    .map(({ service, tag }) => `${service} ${tag}`);
  const subject =
    lines.length === 0
      ? `${told.environment}: health is recorded from here on`
      : `${told.environment}: healthy as ${told.release}`;
  const reason = actor.reason === undefined ? [] : [actor.reason];
  return `${[subject, lines.join('\n'), ...reason].filter((part) => part !== '').join('\n\n')}\n`;
}
