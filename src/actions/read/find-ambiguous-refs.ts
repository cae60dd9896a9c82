import { BitiqError } from '../../model/errors.ts';
import type { Finding } from '../../model/finding.ts';
import { parseReleaseName } from '../../model/release.ts';
import type { EnvironmentConfig } from '../../model/config.ts';
import { gitText } from '../../git/git.ts';
import { findObjects, type Repository } from '../../git/repository.ts';
import { removeRefCommands } from '../../git/tag-command.ts';
import { releaseNumbers } from './read-records.ts';

/** A branch or a tag whose name Git or Argo CD may take for a release, an environment or the main branch. */
export interface AmbiguousRef {
  readonly ref: string;
  /** The environment that it is named after; undefined for the main branch. */
  readonly environment: string | undefined;
  /** `error` where it changes what runs or keeps a release from being written. */
  readonly severity: Finding['severity'];
  /** A sentence that says what is wrong with it. */
  readonly message: string;
  readonly fix: string;
}

/** The branches and the tags that are named like a release or an environment of these, or like the main branch; `branches` are the remote's. */
export async function findAmbiguousRefs(
  repository: Repository,
  options: { readonly environments: readonly EnvironmentConfig[]; readonly branches: readonly string[] },
): Promise<AmbiguousRef[]> {
  const { environments, branches } = options;
  const main = repository.branch;
  const names = environments.map(({ name }) => name);
  const tagNames = [...new Set([main, ...names])];
  const tags = await findObjects(
    repository,
    tagNames.map((name) => `refs/tags/${name}`),
  );
  const removal = (ref: string) => removeRefCommands(repository, ref);
  const pinned = environments.filter((each) => each.kind === 'pinned').map(({ name }) => name);
  const found: AmbiguousRef[] = [];
  for (const [index, name] of tagNames.entries()) {
    if (tags[index] === undefined) continue;
    const ref = `refs/tags/${name}`;
    const isMain = name === main;
    const isPinned = pinned.includes(name);
    found.push({
      ref,
      environment: isMain ? undefined : name,
      severity: isMain || isPinned ? 'error' : 'warning',
      message: isMain
        ? `There is a tag ${main}, and Argo CD may take it for the branch.`
        : isPinned
          ? `There is a tag ${name}, so Git cannot create the tag of a release, such as ${name}/1.`
          : `There is a tag ${name}, which has the name of an environment.`,
      fix: `Remove it: ${removal(ref)}.`,
    });
  }
  for (const { tag, release, environment, isNext } of await tagsBelowReleases(repository, pinned)) {
    found.push({
      ref: `refs/tags/${tag}`,
      environment,
      severity: isNext ? 'error' : 'warning',
      message: `There is a tag ${tag}, so Git cannot create the tag ${release} of a release.`,
      fix: `Give it another name, then remove it: ${removal(`refs/tags/${tag}`)}.`,
    });
  }
  for (const branch of branches) {
    const release = parseReleaseName(branch);
    const isRelease = release?.kind === 'pinned' && pinned.includes(release.environment);
    if (!isRelease && !pinned.includes(branch)) continue;
    const ref = `refs/heads/${branch}`;
    found.push({
      ref,
      environment: isRelease ? release.environment : branch,
      severity: isRelease ? 'error' : 'warning',
      message: isRelease
        ? `There is a branch ${branch}, which has the name of a release: where the name alone is given, Argo CD may deliver the branch.`
        : `There is a branch ${branch}, which has the name of a pinned environment but does not decide what it runs.`,
      fix: `Give it another name, then remove it: ${removal(ref)}.`,
    });
  }
  return found;
}

/** The tags below the name of a release, such as prod/2/rc1; `isNext` where the number is above those of all releases. */
async function tagsBelowReleases(repository: Repository, environments: readonly string[]) {
  if (environments.length === 0) return [];
  const folders = environments.map((name) => `refs/tags/${name}/`);
  const text = await gitText(
    repository.directory,
    ['for-each-ref', '--format=%(refname:lstrip=2)', ...folders.map((folder) => `${folder}*/**`)],
    { to: 'list the tags below releases' },
  );
  const below = text.split('\n').flatMap((tag) => {
    const [environment = '', number = ''] = tag.split('/');
    return /^[1-9][0-9]*$/.test(number) ? [{ tag, environment, number: Number(number) }] : [];
  });
  return Promise.all(
    below.map(async ({ tag, environment, number }) => {
      const newest = (await releaseNumbers(repository, environment)).at(-1) ?? 0;
      return { tag, environment, release: `${environment}/${number}`, isNext: number > newest };
    }),
  );
}

/** Throws `ref-ambiguous` where a branch or a tag is in the way of a new release of an environment. */
export function requireUnambiguous(refs: readonly AmbiguousRef[]): void {
  const errors = refs.filter(
    ({ environment, severity }) => environment !== undefined && severity === 'error',
  );
  if (errors.length === 0) return;
  throw new BitiqError({
    code: 'ref-ambiguous',
    message: errors.map(({ message }) => message).join(' '),
    fix: errors.map(({ fix }) => fix).join(' '),
  });
}
