import { join } from 'node:path';
import { BitiqError } from '../model/errors.ts';
import { changedLines, type FileChange } from '../model/file-change.ts';
import type { Tree } from '../git/tree.ts';
import { openOptions } from './open.ts';
import type { OptionSpec } from './command.ts';
import type { SharedContext } from './common-options.ts';
import { painter, printTable } from './print.ts';

/** Options of commands that edit the files of the checkout around. */
export const checkoutOptions = [
  { flags: '--dry-run', summary: 'print the lines and write nothing' },
  { flags: '--json', summary: 'print the changes as JSON' },
] as const satisfies readonly OptionSpec[];

/** The checkout around the current folder. */
export interface Checkout {
  readonly directory: string;
  readonly tree: Tree;
}

/** Opens the checkout around the current folder; throws `repository-missing`. */
export async function openCheckout(context: SharedContext): Promise<Checkout> {
  const { openRepository } = await import('../git/repository.ts');
  const { folderTree } = await import('../git/tree.ts');
  const repository = await openRepository(context.cwd, {
    ...openOptions(context),
    isFound: true,
    offline: true,
  }).catch((error: unknown) => {
    throw error instanceof BitiqError && error.code === 'repository-missing' ? notInside(error) : error;
  });
  const directory = join(repository.directory, repository.folder);
  return { directory, tree: folderTree(repository) };
}

/** Writes the changes and prints which files they are; with --dry-run prints their lines and writes nothing. */
export async function applyFileChanges(
  context: SharedContext,
  checkout: Checkout,
  changes: readonly FileChange[],
): Promise<void> {
  const dryRun = context.options.dryRun === true;
  if (!dryRun) {
    const { writeFiles } = await import('../actions/plan/write-files.ts');
    await writeFiles(checkout.directory, new Map(changes.map(({ path, after }) => [path, after])));
  }
  if (context.options.json === true) {
    const files = changes.map((change) => ({ path: change.path, ...changedLines(change) }));
    context.out(JSON.stringify({ done: !dryRun, files }, null, 2));
    return;
  }
  context.out(dryRun ? changes.map((change) => printLines(context, change)).join('\n') : printFiles(changes));
  context.note(
    dryRun
      ? 'This is a plan. Nothing was changed.'
      : `${changes.length} file${changes.length === 1 ? '' : 's'} changed. Look at \`git diff\`, then commit them together.`,
  );
}

/** Such a command cannot be told of another repository, so its fix names no option for that. */
function notInside(error: BitiqError): BitiqError {
  return new BitiqError({
    code: error.code,
    message: error.message,
    fix: 'Run the command in a checkout of a bitiq repository: it works on the files there.',
    cause: error,
  });
}

function printFiles(changes: readonly FileChange[]): string {
  return printTable(
    changes.map((change) => {
      const { added, removed } = changedLines(change);
      const what = change.before === undefined ? 'new' : change.after === undefined ? 'removed' : 'edited';
      return [change.path, what, `+${added.length}`, `-${removed.length}`];
    }),
  );
}

function printLines(context: SharedContext, change: FileChange): string {
  const paint = painter(context.colour);
  const { line, added, removed } = changedLines(change);
  return [
    paint('bold', `${change.path}:${line}`),
    ...removed.map((text) => paint('red', `- ${text}`)),
    ...added.map((text) => paint('green', `+ ${text}`)),
  ].join('\n');
}
