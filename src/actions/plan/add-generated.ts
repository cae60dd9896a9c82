import { BitiqError } from '../../model/errors.ts';
import type { Repository } from '../../git/repository.ts';
import { commitTree, overlayTree } from '../../git/tree.ts';
import { changedLines } from '../../model/file-change.ts';
import { imageUpdaterFiles } from '../generate/image-updater.ts';
import type { PreparedPlan } from './prepared-plan.ts';
import { readConfig } from '../read/read-state.ts';

/**
 * The plan with the ImageUpdater of every environment that a commit on main touches: a hold or a moved tag reaches the
 * Image Updater with the very commit that writes it. Plans of environments that bitiq writes to stay as they are.
 */
export async function addGenerated(
  repository: Repository,
  head: string,
  prepared: PreparedPlan,
): Promise<PreparedPlan> {
  const tree = commitTree(repository, head);
  const index = prepared.plan.commits.findLastIndex((commit) => commit.on !== 'release');
  const commit = prepared.plan.commits[index];
  if (commit === undefined) return prepared;
  const files = new Map(
    prepared.files.flatMap((each, at) => (prepared.plan.commits[at]?.on === 'release' ? [] : [...each])),
  );
  const after = overlayTree(tree, files);
  // A way back does not wait until somebody has repaired a file; it says what is left.
  const isBack = prepared.plan.action === 'rollback';
  const left: string[] = [];
  const leave = (what: string, error: unknown): void => {
    if (!isBack || !(error instanceof BitiqError)) throw error;
    left.push(`${what} not brought up to date: ${error.message}`);
  };
  const wanted = await readConfig(after).then(
    (config) =>
      imageUpdaterFiles(after, config, isBack ? (path, error) => leave(`${path} is`, error) : undefined),
    (error: unknown) => {
      leave('Generated files are', error);
      return new Map<string, string>();
    },
  );
  if (left.length > 0) {
    const notes = [...prepared.plan.notes, ...left];
    prepared = { ...prepared, plan: { ...prepared.plan, notes } };
  }
  if (wanted.size === 0) return prepared;
  const found = await tree.read([...wanted.keys()]);
  const stale = [...wanted].filter(([path, content]) => found.get(path) !== content);
  if (stale.length === 0) return prepared;
  const edits = stale.map(([path, content]) => {
    const { line, removed, added } = changedLines({ path, before: found.get(path), after: content });
    const show = (lines: readonly string[]) => lines.map((each) => each.trim()).join(' ');
    return { path, keyPath: 'generated', line, before: show(removed), after: show(added) };
  });
  return {
    ...prepared,
    plan: {
      ...prepared.plan,
      commits: prepared.plan.commits.with(index, { ...commit, edits: [...commit.edits, ...edits] }),
    },
    files: prepared.files.with(index, new Map([...(prepared.files[index] ?? []), ...stale])),
  };
}
