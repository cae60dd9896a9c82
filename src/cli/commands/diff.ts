import { BitiqError } from '../../model/errors.ts';
import { flagOption, textOption, type CommandSpec } from '../command.ts';
import { readOptions } from '../common-options.ts';
import { openForReading } from '../open.ts';
import { painter } from '../print.ts';
import { printChanges } from '../print-plan.ts';

export const diff: CommandSpec = {
  name: 'diff',
  group: 'Reads',
  summary: 'compare any two releases or environments',
  arguments: [
    { name: 'a', summary: 'a release or an environment' },
    { name: 'b', summary: 'another one' },
  ],
  options: [{ flags: '--depth <depth>', summary: 'how deep: versions (default: versions)' }, ...readOptions],
  examples: [
    { command: 'bitiq diff prod dev', summary: 'what a promotion would change' },
    { command: 'bitiq diff prod/2 prod/3', summary: 'two releases' },
  ],
  exitCodes: { 0: 'they run the same versions', 1: 'they differ' },
  run: async (context) => {
    const { diffReleases } = await import('../../actions/diff.ts');
    const depth = textOption(context, 'depth') ?? 'versions';
    if (depth !== 'versions') throw unknownDepth(depth);
    const { repository, head, config } = await openForReading(context);
    const [a = '', b = ''] = context.args;
    const found = await diffReleases(repository, { head, config, a, b });
    const code = found.changes.length === 0 ? 0 : 1;
    if (flagOption(context, 'json')) {
      const { changes, same } = found;
      context.out(JSON.stringify({ a: found.a.release, b: found.b.release, depth, changes, same }, null, 2));
      return code;
    }
    const paint = painter(context.colour);
    context.out(paint('bold', `${found.a.release} → ${found.b.release}`));
    if (found.changes.length > 0) context.out(printChanges(found.changes, paint));
    context.out(`${found.changes.length} differ, ${found.same} the same`);
    return code;
  },
};

function unknownDepth(depth: string): BitiqError {
  return new BitiqError({
    code: 'usage',
    message: `There is no depth ${JSON.stringify(depth)} yet.`,
    fix: 'The depth is: versions.',
  });
}
