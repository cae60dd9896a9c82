import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { BitiqError } from '../../../model/errors.ts';
import { flagOption, textOption, type CommandContext, type CommandSpec } from '../../command.ts';
import { stateDirectory } from '../../open.ts';

export const imageBuildCommand: CommandSpec = {
  name: 'image build',
  group: 'Builds',
  summary: 'build an OCI image from a Dockerfile, without a daemon and without privileges',
  description:
    'Adds the files that the Dockerfile copies to its base image, reproducibly: the same input gives the same digest. RUN and other instructions that need a container are refused by name: build first, then copy. The image is stored in an OCI layout, and pushed with --push.',
  options: [
    { flags: '--context <dir>', summary: 'the folder with the Dockerfile (default: the current folder)' },
    { flags: '--image <repository>', summary: 'the image repository, such as ghcr.io/acme/shop' },
    { flags: '--tag <tag>', summary: 'the tag, vX.Y.Z-N.g<sha>, as `bitiq tag` prints it' },
    {
      flags: '--base <image|none>',
      summary: 'the base image, or none (default: FROM of the Dockerfile)',
    },
    { flags: '--source <url>', summary: 'the repository of the source, for the label' },
    { flags: '--revision <sha>', summary: 'the commit, for the label (default: the sha of the tag)' },
    {
      flags: '--store <dir>',
      summary: 'the folder of the OCI layouts (default: $BITIQ_IMAGE_STORE, else that of the loop)',
    },
    { flags: '--push', summary: 'also push it to the registry' },
    { flags: '--replace', summary: 'move the tag also where it names another image already' },
    { flags: '--plain-http', summary: 'speak HTTP without TLS to the registry' },
    { flags: '--digest-file <file>', summary: 'write the digest there, without a newline' },
    { flags: '--json', summary: 'print JSON' },
  ],
  examples: [
    {
      command: 'bitiq image build --image ghcr.io/acme/shop --tag "$(bitiq tag)" --base none',
      summary: 'into the local store',
    },
    {
      command: 'bitiq image build --image ghcr.io/acme/shop --tag "$(bitiq tag)" --push',
      summary: 'on its base image, and to its registry',
    },
  ],
  run: async (context) => {
    const { buildImage } = await import('../../../actions/image/build.ts');
    const store =
      textOption(context, 'store') ??
      context.env['BITIQ_IMAGE_STORE'] ??
      join(stateDirectory(context), 'images');
    const built = await buildImage({
      context: resolve(context.cwd, textOption(context, 'context') ?? '.'),
      image: required(context, 'image'),
      tag: required(context, 'tag'),
      base: textOption(context, 'base'),
      source: textOption(context, 'source'),
      revision: textOption(context, 'revision'),
      store: resolve(context.cwd, store),
      push: flagOption(context, 'push'),
      replace: flagOption(context, 'replace'),
      plainHttp: flagOption(context, 'plainHttp'),
      signal: context.signal,
    });
    const digestFile = textOption(context, 'digestFile');
    if (digestFile !== undefined) await writeFile(resolve(context.cwd, digestFile), built.digest);
    if (flagOption(context, 'json')) context.out(JSON.stringify(built, null, 2));
    else {
      context.out(`${built.reference}@${built.digest}`);
      context.note(
        `${built.pushed ? 'Stored and pushed' : 'Stored'}: ${built.size} bytes in ${built.layers.length} layer${built.layers.length === 1 ? '' : 's'}.`,
      );
    }
    return 0;
  },
};

function required(context: CommandContext, name: string): string {
  const value = textOption(context, name);
  if (value !== undefined && value !== '') return value;
  throw new BitiqError({
    code: 'usage',
    message: `--${name} is missing.`,
    fix: '`bitiq image build --help` shows an example.',
  });
}
