import type { Tree } from '../../git/tree.ts';
import { defineCommand, type CommandSpec } from '../command.ts';
import { openCheckout } from '../file-changes.ts';

export const generateCommand = defineCommand({
  name: 'generate',
  group: 'Writes',
  summary: 'write the files that are derived from bitiq.yaml and the schemas',
  description:
    'The schema of the chart, one Tekton Trigger per service, compose.yaml, the registries of the policy known-images, and an ImageUpdater for each environment that it writes to. If there is a folder docs/reference, also the pages of the commands and the error codes. Works on the files of the current checkout.',
  options: [{ flags: '--check', summary: 'write nothing, and fail if a file is not up to date' }],
  examples: [{ command: 'bitiq generate', summary: 'after a change of bitiq.yaml' }],
  exitCodes: { 0: 'all files are up to date', 1: 'with --check: some are not' },
  run: async (context) => {
    const { findStaleFiles } = await import('../../actions/generate.ts');
    const { readConfig } = await import('../../actions/read/read-state.ts');
    const { writeFiles } = await import('../../actions/plan/write-files.ts');
    const { directory, tree } = await openCheckout(context);
    const stale = new Map<string, string | undefined>([
      ...(await findStaleFiles(tree, await readConfig(tree))),
      ...(await findStalePages(tree, context.commands)),
    ]);
    if (context.options.check === true) {
      for (const path of stale.keys()) context.out(path);
      context.note(
        stale.size === 0 ? 'All generated files are up to date.' : 'Not up to date: run `bitiq generate`.',
      );
      return stale.size === 0 ? 0 : 1;
    }
    await writeFiles(directory, stale);
    for (const path of stale.keys()) context.out(path);
    context.note(`${stale.size} file${stale.size === 1 ? '' : 's'} written or removed.`);
    return 0;
  },
});

/** The pages of the reference that are missing or differ; only a checkout that has their folder wants them. */
async function findStalePages(
  tree: Tree,
  commands: readonly CommandSpec[],
): Promise<[path: string, content: string][]> {
  if ((await tree.list('docs/reference')).length === 0) return [];
  const { referencePages } = await import('../reference.ts');
  const pages = referencePages(commands);
  const found = await tree.read([...pages.keys()]);
  return [...pages].filter(([path, content]) => found.get(path) !== content);
}
