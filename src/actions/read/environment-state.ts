import type { Combination } from '../../model/combination.ts';
import type { Config, EnvironmentConfig, EnvironmentKind } from '../../model/config.ts';
import { BitiqError } from '../../model/errors.ts';
import { parseReleaseName, printFollowingRelease, type ReleaseRecord } from '../../model/release.ts';
import type { Repository } from '../../git/repository.ts';
import { resolveCommit } from '../../git/repository.ts';
import { restoreTagCommand } from '../../git/tag-command.ts';
import { commitTree } from '../../git/tree.ts';
import { readLedger } from './ledger.ts';
import { findWayFrom } from '../plan/find-way-back.ts';
import { describeLost } from './lost-release.ts';
import { readPointerHistory } from './pointer-history.ts';
import { requireRecord } from './read-records.ts';
import { findMovedTag } from './recorded-tags.ts';
import { isUnreleased, readTreeCombination, readTreePointer } from './read-state.ts';

/** What an environment is to run, as Git says it. */
export interface EnvironmentState {
  readonly environment: string;
  readonly kind: EnvironmentKind;
  /** `prod/3`, `dev@<sha7>`, or `prod/0` before the first release; with a fault, what the pointer says instead. */
  readonly release: string;
  /** The full sha of the commit whose tree is rendered; undefined before the first release, and with a fault. */
  readonly commit: string | undefined;
  /** Empty with a fault. */
  readonly combination: Combination;
  /** The record of a pinned environment's release. */
  readonly record: ReleaseRecord | undefined;
  /** Why it cannot be read what the environment is to run: its pointer, its release or its values file. */
  readonly fault: BitiqError | undefined;
}

/** The state of an environment at a head of main. What is wrong with it is a value, so that one bad environment hides no other. */
export async function readEnvironmentState(
  repository: Repository,
  head: string,
  environment: EnvironmentConfig,
): Promise<EnvironmentState> {
  const name = environment.name;
  const tree = commitTree(repository, head);
  const unread = {
    environment: name,
    kind: environment.kind,
    commit: undefined,
    combination: new Map<string, string>(),
    record: undefined,
    fault: undefined,
  };
  if (environment.kind === 'following') {
    const [newest] = await readLedger(repository, { head, environment, limit: 1 });
    const at = { ...unread, release: newest?.release ?? printFollowingRelease(name, head) };
    return orFault(at, async () => ({
      ...at,
      commit: head,
      combination: await readTreeCombination(tree, name),
    }));
  }
  const pointer = await orFault({ ...unread, release: '' }, async () => ({
    ...unread,
    release: await readTreePointer(tree, name),
  }));
  if (pointer.fault || isUnreleased(name, pointer.release)) return pointer;
  return orFault(pointer, async () => {
    const { release } = pointer;
    const record = await requireRecord(repository, name, release).catch(async (error: unknown) => {
      if (!(error instanceof BitiqError)) throw error;
      if (error.code === 'release-missing')
        throw await dangling(repository, { head, environment, pointer: release });
      // A tag that was moved is why it has no record.
      const [moved] = await findMovedTag(repository, { head, environment: name, release });
      throw moved === undefined ? error : new BitiqError(moved);
    });
    const commit = await resolveCommit(repository, `refs/tags/${pointer.release}`);
    return { ...pointer, commit, combination: record.services, record };
  });
}

/** The state of an environment at a head of main; throws what is wrong with its pointer, its release or its values file. */
export async function requireEnvironmentState(
  repository: Repository,
  head: string,
  environment: EnvironmentConfig,
): Promise<EnvironmentState> {
  const state = await readEnvironmentState(repository, head, environment);
  if (state.fault) throw state.fault;
  return state;
}

/** The release of a state as a person reads it: `prod/3`, or with what is wrong `prod/3 (no such tag)`. */
export function describeRelease({ release, fault }: Pick<EnvironmentState, 'release' | 'fault'>): string {
  if (fault === undefined) return release;
  const shown = release === '' ? 'no pointer' : release;
  if (fault.code === 'release-missing') {
    return `${shown} (${parseReleaseName(release)?.kind === 'pinned' ? 'no such tag' : 'not a release'})`;
  }
  if (fault.code === 'release-tag-moved') return `${shown} (tag moved)`;
  return `${shown} (${fault.code === 'release-record-invalid' ? 'no release record' : 'unreadable'})`;
}

/** A pointer that leads nowhere, with the ways on. */
async function dangling(
  repository: Repository,
  at: { readonly head: string; readonly environment: EnvironmentConfig; readonly pointer: string },
): Promise<BitiqError> {
  const { environment, pointer: release } = at;
  const { name } = environment;
  const isBack = (await findWayFrom(repository, at)) !== undefined;
  const back = isBack ? [`\`bitiq rollback ${name}\` goes back to the last release that is there.`] : [];
  const forth = '`bitiq promote` makes a new one.';
  if (parseReleaseName(release)?.environment !== name) {
    return new BitiqError({
      code: 'release-missing',
      message: `The pointer of ${name} is ${JSON.stringify(release)}, which is not a release of ${name}.`,
      fix: [...back, forth].join(' '),
    });
  }
  const history = await readPointerHistory(repository, { head: at.head, environment: name });
  const moves = history.filter((move) => move.release === release);
  const told = describeLost(repository, { environment: name, release, moves });
  const command = told?.command ?? restoreTagCommand(repository, { release });
  return new BitiqError({
    code: 'release-missing',
    message: `The pointer of ${name} is ${release}, and there is no such tag.`,
    fix: [`A clone that has the tag brings it back: \`${command}\`.`, ...(isBack ? back : [forth])].join(' '),
  });
}

/** What is wrong in Git is a fault of the state; what is wrong with Git itself is thrown. */
async function orFault(
  otherwise: EnvironmentState,
  read: () => Promise<EnvironmentState>,
): Promise<EnvironmentState> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof BitiqError && error.exit !== 3) return { ...otherwise, fault: error };
    throw error;
  }
}

/** The states of all environments, in the order of bitiq.yaml. */
export function readAllStates(
  repository: Repository,
  head: string,
  config: Config,
): Promise<EnvironmentState[]> {
  return Promise.all(
    config.environments.map((environment) => readEnvironmentState(repository, head, environment)),
  );
}
