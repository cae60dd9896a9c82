import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Combination } from '../../model/combination.ts';
import type { Config } from '../../model/config.ts';
import { isDateTime } from '../../model/date-time.ts';
import { BitiqError } from '../../model/errors.ts';
import type { Finding } from '../../model/finding.ts';
import { commitOfMainAt } from '../../git/read.ts';
import { decodeText } from '../../git/decode-text.ts';
import type { Repository } from '../../git/repository.ts';
import { commitTree } from '../../git/tree.ts';
import { parseYaml } from '../../yaml/source.ts';
import { readCombination } from '../../yaml/values-file.ts';
import { requireEnvironmentState } from '../read/environment-state.ts';
import { isUnreleased, readConfig, requireEnvironment } from '../read/read-state.ts';
import { warnOfMovedTag } from '../read/recorded-tags.ts';
import { resolveRelease } from '../read/resolve-release.ts';

/** One side of a comparison: what a person named, and what that is. */
export interface DiffSide {
  /** As the person wrote it. */
  readonly name: string;
  /** The release, such as `prod/3`; undefined for a file. */
  readonly release: string | undefined;
  /** Undefined for a file that says none. */
  readonly environment: string | undefined;
  /** The full sha of the commit that is its tree; undefined for `prod/0` and for a file. */
  readonly commit: string | undefined;
  readonly combination: Combination;
  /** Why this may not be what ran: the tag of the release was moved. */
  readonly findings: readonly Finding[];
  /** The moment that was requested, ISO 8601. */
  readonly at?: string | undefined;
  /** The text of a values file on disk. */
  readonly values?: string | undefined;
}

export interface SideOptions {
  readonly head: string;
  readonly config: Config;
  /** Where values files are looked for. */
  readonly cwd: string;
  readonly name: string;
}

/**
 * What `prod`, `prod/3`, `prod/0` (nothing yet), `dev@abc1234`, `prod@{2026-11-01T12:00Z}` (what it ran then, by the history of main) or the path of a
 * values file stands for.
 */
export async function resolveSide(repository: Repository, options: SideOptions): Promise<DiffSide> {
  const { name } = options;
  const dated = /^([^@/]+)@\{(.*)\}$/.exec(name);
  if (dated) return resolveMoment(repository, options, dated[1]!, dated[2]!);
  if (/\.ya?ml$/.test(name)) return readValuesFile(options);
  // What the ledger and every plan call an environment before its first release.
  const unreleased = options.config.environments.find(
    (each) => each.kind === 'pinned' && isUnreleased(each.name, name),
  );
  const { release, environment, commit, combination, findings } =
    unreleased === undefined
      ? await resolveRelease(repository, options)
      : {
          release: name,
          environment: unreleased.name,
          commit: undefined,
          combination: new Map<string, string>(),
          findings: [],
        };
  return { name, release, environment, commit, combination, findings };
}

/** A side as a heading shows it: `prod/3`, or `prod/3 (prod@{2026-11-01})` when it was named otherwise. */
export function printSide(side: DiffSide): string {
  if (side.release === undefined || side.release === side.name) return side.name;
  return side.at === undefined ? side.release : `${side.release} (${side.environment} at ${side.at})`;
}

async function resolveMoment(
  repository: Repository,
  options: SideOptions,
  environment: string,
  moment: string,
): Promise<DiffSide> {
  requireEnvironment(options.config, environment);
  const at = readMoment(moment);
  const head = await commitOfMainAt(repository, options.head, at);
  if (head === undefined) throw notYet(environment, at, 'main has no commit that old');
  const config = await readConfig(commitTree(repository, head)).catch((error: unknown) => {
    if (error instanceof BitiqError && error.code === 'config-missing') return undefined;
    throw error;
  });
  const then = config?.environments.find((each) => each.name === environment);
  if (then === undefined) throw notYet(environment, at, `bitiq.yaml did not name it at ${head.slice(0, 7)}`);
  const { release, commit, combination } = await requireEnvironmentState(repository, head, then);
  const findings =
    then.kind === 'pinned' ? await warnOfMovedTag(repository, { head, environment, release }) : [];
  return { name: options.name, release, environment, commit, combination, findings, at };
}

function readMoment(text: string): string {
  const written = /^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text;
  if (isDateTime(written)) return new Date(written).toISOString().replace('.000Z', 'Z');
  throw new BitiqError({
    code: 'usage',
    message: `${JSON.stringify(text)} is not a moment.`,
    fix: 'Write a date, which means its beginning in UTC, or a time with its offset: dev@{2026-11-01}, prod@{2026-11-01T12:00Z}, prod@{2026-11-01T13:00+01:00}.',
  });
}

async function readValuesFile({ name, cwd }: SideOptions): Promise<DiffSide> {
  const bytes = await readFile(resolve(cwd, name)).catch((error: NodeJS.ErrnoException) => {
    throw new BitiqError({
      code: 'values-invalid',
      message: `The values file ${name} cannot be read${error.code === 'ENOENT' ? ': it does not exist' : error.code === 'EISDIR' ? ': it is a folder' : ''}.`,
      fix: 'Name a values file by its path from the current folder, such as helm/bitiq/values-prod.yaml.',
      cause: error,
    });
  });
  const text = decodeText(name, bytes);
  const source = parseYaml(text, name);
  const environment: unknown = source.document.get('environment');
  return {
    name,
    release: undefined,
    environment: typeof environment === 'string' ? environment : undefined,
    commit: undefined,
    combination: readCombination(source),
    findings: [],
    values: text,
  };
}

function notYet(environment: string, at: string, why: string): BitiqError {
  return new BitiqError({
    code: 'release-missing',
    message: `${environment} did not exist at ${at}: ${why}.`,
    fix: `Name a later moment; \`bitiq log ${environment}\` shows when it moved.`,
  });
}
