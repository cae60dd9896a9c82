import type { Combination } from '../../model/combination.ts';
import { BitiqError } from '../../model/errors.ts';
import {
  parseReleaseName,
  printPinnedRelease,
  type Digests,
  type ReleaseRecord,
} from '../../model/release.ts';
import { readObjects } from '../../git/read.ts';
import type { Repository } from '../../git/repository.ts';
import { readHealth } from '../read/read-health.ts';
import { readRecords, recordOfTag, releaseNumbers } from '../read/read-records.ts';
import type { ImageCheck } from './require-images.ts';

export interface DigestOptions {
  /** The image repository of each service. */
  readonly repositories: ReadonlyMap<string, string>;
  readonly environment: string;
  readonly combination: Combination;
  /** The record of the release that the environment has now. */
  readonly parent: ReleaseRecord | undefined;
  /** The release that the combination comes from, or `set`. */
  readonly from: string;
  /** Undefined: no image is looked up. */
  readonly images: ImageCheck | undefined;
}

/**
 * The digests of a new release, by service, and what a person should know of them. A tag that stays keeps the digest that the parent
 * recorded, whatever its tag names now. A tag that comes gets the digest that the registry gives, which must be the one that was
 * recorded where it ran before; throws `image-moved` otherwise, and `image-missing`. Without a look-up only recorded digests are used.
 */
export async function resolveDigests(
  repository: Repository,
  options: DigestOptions,
): Promise<{ readonly digests: Digests; readonly notes: readonly string[] }> {
  const { repositories, combination, images } = options;
  const kept = keptDigests(options.parent, combination);
  const coming = new Map([...combination].filter(([service]) => !kept.has(service)));
  const known = await knownDigests(repository, options, coming);
  if (images === undefined) return { digests: new Map([...known, ...kept]), notes: [] };
  const [found, notes] = await Promise.all([
    images.require(repositories, coming),
    Promise.all(
      [...kept].map(([service, digest]) => {
        const image = repositories.get(service);
        const version = { service, tag: combination.get(service)!, image, digest };
        return image === undefined ? undefined : confirmKept({ ...version, image }, options, images);
      }),
    ),
  ]);
  for (const [service, digest] of known) {
    const now = found.get(service);
    if (now !== undefined && now !== digest) throw moved(service, combination.get(service)!, digest, now);
  }
  return { digests: new Map([...found, ...kept]), notes: notes.filter((note) => note !== undefined) };
}

/** The digests that a release recorded for the tags that a combination has, too. */
export function keptDigests(parent: ReleaseRecord | undefined, combination: Combination): Digests {
  return new Map(
    [...(parent?.digests ?? [])].filter(([service]) => {
      const tag = combination.get(service);
      return tag !== undefined && parent!.services.get(service) === tag;
    }),
  );
}

/** What was recorded of these tags: by the release that they come from, by earlier releases of the environment, or by who saw them healthy in either place. */
async function knownDigests(
  repository: Repository,
  { environment, from }: DigestOptions,
  coming: Combination,
): Promise<Digests> {
  if (coming.size === 0) return new Map();
  const source = parseReleaseName(from)?.environment;
  const records = source === undefined ? undefined : await readRecords(repository, source, [from]);
  const recorded = keptDigests(records?.get(from), coming);
  const unknown = new Map([...coming].filter(([service]) => !recorded.has(service)));
  if (unknown.size === 0) return recorded;
  const [earlier, ...health] = await Promise.all([
    readEarlier(repository, environment, unknown),
    readHealth(repository, environment, unknown),
    ...(source === undefined || source === environment ? [] : [readHealth(repository, source, unknown)]),
  ]);
  const seen = health.flatMap((known) =>
    [...unknown].flatMap(([service, tag]) => {
      const digest = known.of(service, tag)?.digest;
      return digest === undefined ? [] : [[service, digest] as const];
    }),
  );
  const ran = earlier.flatMap((record) => [...keptDigests(record, unknown)]);
  return new Map([...seen, ...ran, ...recorded]);
}

/** The records of those of the newest releases of an environment that had one of these tags, oldest first: what comes back after a rollback was released before. */
async function readEarlier(
  repository: Repository,
  environment: string,
  tags: Combination,
): Promise<ReleaseRecord[]> {
  const numbers = (await releaseNumbers(repository, environment)).slice(-newest);
  const objects = await readObjects(
    repository,
    numbers.map((number) => `refs/tags/${printPinnedRelease(environment, number)}`),
  );
  // Most releases had none of them, and their records are not worth parsing.
  const wanted = [...new Set(tags.values())];
  return objects.flatMap((object) => {
    if (object === undefined || !wanted.some((tag) => object.includes(tag))) return [];
    return recordOfTag(object) ?? [];
  });
}

const newest = 100;

async function confirmKept(
  version: {
    readonly service: string;
    readonly tag: string;
    readonly image: string;
    readonly digest: string;
  },
  { environment, parent }: DigestOptions,
  images: ImageCheck,
): Promise<string | undefined> {
  const { service, tag, image, digest } = version;
  const now = await images.lookUp(`${image}:${tag}`);
  if (now === digest) return undefined;
  if ((await images.lookUp(`${image}@${digest}`)) === undefined) {
    throw new BitiqError({
      code: 'image-missing',
      message: `The image of ${service} ${tag} that ${environment} has is gone: ${image} has no ${digest}.`,
      fix: `Push that image again, or give ${service} a tag that was built: \`bitiq promote … --set ${service}=TAG\`.`,
    });
  }
  const what = now === undefined ? 'is gone from the registry' : `names ${now} now`;
  return `${service} stays as it is, ${digest}: its tag ${tag} ${what}, and ${parent!.release} recorded the image.`;
}

function moved(service: string, tag: string, before: string, now: string): BitiqError {
  return new BitiqError({
    code: 'image-moved',
    message: `The tag ${tag} of ${service} was moved: it was ${before} where it ran before, and it names ${now} now.`,
    fix: 'Find out who pushed over the tag, then build a new version.',
  });
}
