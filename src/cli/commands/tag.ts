import { resolve } from 'node:path';
import { defineCommand } from '../command.ts';

export const tagCommand = defineCommand({
  name: 'tag',
  group: 'Builds',
  endsItself: false,
  summary: "print the image tag of a service's commit",
  description:
    'Prints what `git describe --tags --long` prints, with the last dash as a dot: vX.Y.Z-N.g<sha>. Without a version tag it is v0.0.0-<commit count>.g<sha>.',
  arguments: [
    { name: 'dir', summary: 'the clone of the service (default: the current folder)', optional: true },
  ],
  options: [{ flags: '--revision <rev>', summary: 'the commit (default: HEAD)' }],
  examples: [{ command: 'bitiq tag ../toy-service', summary: 'v0.3.1-27.gabc1234' }],
  run: async (context) => {
    const { describeCommit } = await import('../../git/describe.ts');
    const { markFound } = await import('../../git/git.ts');
    const directory = resolve(context.cwd, context.args[0] ?? '.');
    markFound(directory, context.args[0] === undefined);
    const revision = context.options.revision ?? 'HEAD';
    context.out(await describeCommit(directory, revision, context.note));
    return 0;
  },
});
