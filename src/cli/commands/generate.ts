import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { findStaleFiles } from '../../actions/generate.ts';
import { readConfig } from '../../actions/read-state.ts';
import { openRepository } from '../../git/repository.ts';
import { folderTree } from '../../git/tree.ts';
import { flagOption, type CommandSpec } from '../command.ts';

export const generate: CommandSpec = {
  name: 'generate',
  group: 'Writes',
  summary: 'write the files that are derived from bitiq.yaml and the schemas',
  description:
    'The schema of the chart and one Tekton Trigger a service. Works on the files of the current checkout.',
  options: [{ flags: '--check', summary: 'write nothing, and fail when a file is not up to date' }],
  examples: [{ command: 'bitiq generate', summary: 'after a change of bitiq.yaml' }],
  exitCodes: { 0: 'all files are up to date', 1: 'with --check: some are not' },
  run: async (context) => {
    const { directory } = await openRepository(context.cwd);
    const tree = folderTree(directory);
    const stale = await findStaleFiles(tree, await readConfig(tree));
    if (flagOption(context, 'check')) {
      for (const path of stale.keys()) context.out(path);
      context.note(
        stale.size === 0 ? 'All generated files are up to date.' : 'Not up to date: run `bitiq generate`.',
      );
      return stale.size === 0 ? 0 : 1;
    }
    for (const [path, content] of stale) {
      await mkdir(dirname(join(directory, path)), { recursive: true });
      await writeFile(join(directory, path), content);
      context.out(path);
    }
    context.note(`${stale.size} file${stale.size === 1 ? '' : 's'} written.`);
    return 0;
  },
};
