import { paths, type Config } from '../model/config.ts';
import { BitiqError } from '../model/errors.ts';
import type { Finding } from '../model/finding.ts';
import { parseReleaseName, printPinnedRelease } from '../model/release.ts';
import {
  verifiedParts,
  type PartResult,
  type Verification,
  type VerifiedPart,
} from '../model/verification.ts';
import { isShallow, tooShallow } from '../git/shallow.ts';
import type { Repository } from '../git/repository.ts';
import { commitTree } from '../git/tree.ts';
import { isSigned } from '../git/verify-signature.ts';
import { suggestion } from '../model/did-you-mean.ts';
import type { LookUpDigest } from './read/look-up-digest.ts';
import { releaseNumbers } from './read/read-records.ts';
import { isUnreleased, readTreePointer, requireEnvironment } from './read/read-state.ts';
import { readPointerHistory } from './read/pointer-history.ts';
import { readReleaseFacts, type ReleaseFacts } from './verify/release-facts.ts';
import { verifyHealth, verifyHealthHistory } from './verify/verify-health.ts';
import { verifyImages } from './verify/verify-images.ts';
import { verifyManifests } from './verify/verify-manifests.ts';
import { verifyRecord } from './verify/verify-record.ts';
import { verifySignatures } from './verify/verify-signatures.ts';
import { verifyTag } from './verify/verify-tag.ts';
import { verifyTrees } from './verify/verify-trees.ts';

export interface VerifyOptions {
  readonly head: string;
  readonly config: Config;
  /** Releases, or pinned environments for what they run now; none: every release of every pinned environment. */
  readonly names: readonly string[];
  /** Without Helm the manifests are skipped. */
  readonly helm: string | undefined;
  /** The digest that a tag of an image has now; without it the images are skipped. */
  readonly lookUpDigest: LookUpDigest | undefined;
  /** Whether to report a release without a signature, even if no release is signed. */
  readonly signaturesRequired: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** What was verified: each release, and what is wrong beside them. */
export interface Verified {
  readonly releases: readonly Verification[];
  readonly findings: readonly Finding[];
}

/**
 * Verifies releases against everything that Git, the registry and Helm have beside their own words: the tag against the ledger, the
 * signature by Git's configuration, the record against the tree, the tree against main, its rendering, the images and the recorded
 * health. Changes nothing and never stops at the first finding. Throws `release-missing` for a name that is not a pinned release.
 */
export async function verify(repository: Repository, options: VerifyOptions): Promise<Verified> {
  if (await isShallow(repository)) throw tooShallow(repository, 'what main recorded of its releases');
  const wanted = await chooseReleases(repository, options);
  const parts = await Promise.all(
    [...wanted].map(([environment, releases]) =>
      verifyEnvironment(repository, { ...options, environment, releases }),
    ),
  );
  return {
    releases: parts.flat(),
    findings: [...(await verifyPointers(repository, options)), ...(await verifyHealthHistory(repository))],
  };
}

/** The releases to verify, by environment; undefined for all that its tags and its ledger have. */
async function chooseReleases(
  repository: Repository,
  { head, config, names }: VerifyOptions,
): Promise<Map<string, readonly string[] | undefined>> {
  if (names.length === 0)
    return new Map(
      config.environments.filter(({ kind }) => kind === 'pinned').map(({ name }) => [name, undefined]),
    );
  const chosen = new Map<string, readonly string[]>();
  for (const name of names) {
    const [environment, release] = await releaseNamed(repository, { head, config, name });
    chosen.set(environment, [...new Set([...(chosen.get(environment) ?? []), release])]);
  }
  return chosen;
}

async function releaseNamed(
  repository: Repository,
  { head, config, name }: { readonly head: string; readonly config: Config; readonly name: string },
): Promise<readonly [environment: string, release: string]> {
  const parsed = parseReleaseName(name);
  if (parsed?.kind === 'pinned') {
    const numbers = await releaseNumbers(repository, parsed.environment);
    const ran = async () =>
      (await readPointerHistory(repository, { head, environment: parsed.environment })).some(
        ({ release }) => release === name,
      );
    if (numbers.includes(parsed.number) || (await ran())) return [parsed.environment, name];
    throw new BitiqError({
      code: 'release-missing',
      message: `There is no release ${name}.`,
      fix: suggestion(
        name,
        numbers.reverse().map((number) => printPinnedRelease(parsed.environment, number)),
      ),
    });
  }
  const environment = requireEnvironment(config, parsed?.environment ?? name);
  if (environment.kind === 'following') {
    throw new BitiqError({
      code: 'usage',
      message: `${environment.name} follows main, so it has no release tags to verify.`,
      fix: `Name a release such as prod/3, or use --all. \`git log --show-signature\` verifies the commits of main.`,
    });
  }
  const pointer = await readTreePointer(commitTree(repository, head), environment.name);
  if (isUnreleased(environment.name, pointer)) {
    throw new BitiqError({
      code: 'release-missing',
      message: `${environment.name} has no release yet.`,
      fix: `\`bitiq promote ${environment.name}\` makes the first one.`,
    });
  }
  if (!isReleaseOf(environment.name, pointer)) {
    const { code, message, fix } = noRelease(environment.name, pointer);
    throw new BitiqError({ code, message, fix });
  }
  return [environment.name, pointer];
}

async function verifyEnvironment(
  repository: Repository,
  options: VerifyOptions & { readonly environment: string; readonly releases: readonly string[] | undefined },
): Promise<Verification[]> {
  const { environment, head } = options;
  const history = await readPointerHistory(repository, { head, environment, files: true });
  const numbers = await releaseNumbers(repository, environment);
  const known = [
    ...new Set([
      ...numbers.map((number) => printPinnedRelease(environment, number)),
      ...history.map(({ release }) => release).filter((name) => isReleaseOf(environment, name)),
    ]),
  ].sort((a, b) => numberOf(a) - numberOf(b));
  // Records of all: a release is also judged by those before it.
  const all = await readReleaseFacts(repository, { environment, releases: known, history });
  const facts =
    options.releases === undefined ? all : all.filter(({ release }) => options.releases!.includes(release));
  const first = facts[0];
  const signedBefore =
    first !== undefined &&
    all.slice(0, all.indexOf(first)).some(({ tag }) => tag?.type === 'tag' && isSigned(tag));
  const records = new Map(all.map(({ release, record }) => [release, record]));
  const [trees, signatures] = await Promise.all([
    verifyTrees(repository, { head, facts }),
    verifySignatures(repository, { facts, required: options.signaturesRequired, signedBefore }),
  ]);
  const verifications: Verification[] = [];
  for (const [index, each] of facts.entries()) {
    repository.signal?.throwIfAborted();
    const parts = [
      await verifyTag(repository, each),
      signatures[index]!,
      verifyRecord(each, (release) => records.get(release)),
      trees[index]!,
      options.helm === undefined
        ? skipped('manifests')
        : await verifyManifests(repository, each, options.helm),
      options.lookUpDigest === undefined
        ? skipped('images')
        : await verifyImages(each, options.config, options.lookUpDigest),
      await verifyHealth(repository, each),
    ];
    verifications.push(verificationOf(each, parts));
  }
  return verifications;
}

/** Findings about pinned environments whose pointer names no release at all, so that nothing of it can be verified. */
async function verifyPointers(
  repository: Repository,
  { head, config, names }: VerifyOptions,
): Promise<Finding[]> {
  if (names.length > 0) return [];
  const pinned = config.environments.filter((environment) => environment.kind === 'pinned');
  const found = await Promise.all(
    pinned.map(async ({ name }) => {
      const pointer = await readTreePointer(commitTree(repository, head), name).catch((error: unknown) =>
        error instanceof BitiqError ? '' : Promise.reject(error),
      );
      return isUnreleased(name, pointer) || isReleaseOf(name, pointer) ? [] : [noRelease(name, pointer)];
    }),
  );
  return found.flat();
}

function noRelease(environment: string, pointer: string): Finding {
  return {
    code: 'pointer-invalid',
    severity: 'error',
    place: { file: paths.application(environment) },
    message: `The pointer of ${environment} is ${JSON.stringify(pointer)}, which is not a release, so nothing proves what ${environment} runs.`,
    fix: `\`bitiq rollback ${environment}\` points it at the last release that is there.`,
  };
}

function isReleaseOf(environment: string, name: string): boolean {
  const parsed = parseReleaseName(name);
  return parsed?.kind === 'pinned' && parsed.environment === environment && !isUnreleased(environment, name);
}

function verificationOf(
  { release }: ReleaseFacts,
  parts: readonly { readonly result: PartResult; readonly findings: readonly Finding[] }[],
): Verification {
  const order = (part: VerifiedPart) => verifiedParts.indexOf(part);
  return {
    release,
    parts: parts.map(({ result }) => result).sort((a, b) => order(a.part) - order(b.part)),
    findings: parts.flatMap(({ findings }) => findings),
  };
}

function skipped(part: VerifiedPart): { readonly result: PartResult; readonly findings: readonly Finding[] } {
  return { result: { part, result: 'skipped', note: 'left out on request' }, findings: [] };
}

function numberOf(release: string): number {
  const parsed = parseReleaseName(release);
  return parsed?.kind === 'pinned' ? parsed.number : 0;
}
