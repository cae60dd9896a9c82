import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { defineCommand } from '../../command.ts';
import { stateDirectory } from '../../open.ts';

export const imageBuildCommand = defineCommand({
  name: 'image build',
  group: 'Builds',
  summary: 'build an OCI image from a Dockerfile, without a daemon and without privileges',
  description:
    'Adds the files that the Dockerfile copies to its base image, reproducibly: the same input gives the same digest. RUN and other instructions that need a container are refused by name: build first, then copy. The image is stored in an OCI layout, and pushed with --push.',
  options: [
    { flags: '--context <dir>', summary: 'the folder with the Dockerfile (default: the current folder)' },
    {
      flags: '--image <repository>',
      summary: 'the image repository, such as ghcr.io/acme/shop',
      required: true,
    },
    { flags: '--tag <tag>', summary: 'the tag, vX.Y.Z-N.g<sha>, as `bitiq tag` prints it', required: true },
    {
      flags: '--base <image|none>',
      summary: 'the base image, or none (default: FROM of the Dockerfile)',
    },
    { flags: '--source <url>', summary: 'the source repository, for the label' },
    { flags: '--revision <sha>', summary: 'the commit, for the label (default: the sha in the tag)' },
    {
      flags: '--store <dir>',
      summary: "the folder of the OCI layouts (default: $BITIQ_IMAGE_STORE, else the loop's)",
    },
    { flags: '--push', summary: 'also push it to the registry' },
    { flags: '--replace', summary: 'move the tag even if it already names another image' },
    { flags: '--plain-http', summary: 'use HTTP without TLS for the registry' },
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
      summary: 'with its base image, and push it',
    },
  ],
  run: async (context) => {
    const { buildImage } = await import('../../../actions/image/build.ts');
    const store =
      context.options.store ?? context.env['BITIQ_IMAGE_STORE'] ?? join(stateDirectory(context), 'images');
    const built = await buildImage({
      context: resolve(context.cwd, context.options.context ?? '.'),
      image: context.options.image,
      tag: context.options.tag,
      base: context.options.base,
      source: context.options.source,
      revision: context.options.revision,
      store: resolve(context.cwd, store),
      push: context.options.push === true,
      replace: context.options.replace === true,
      plainHttp: context.options.plainHttp === true,
      signal: context.signal,
    });
    const digestFile = context.options.digestFile;
    if (digestFile !== undefined) await writeFile(resolve(context.cwd, digestFile), built.digest);
    if (context.options.json === true) context.out(JSON.stringify(built, null, 2));
    else {
      context.out(`${built.reference}@${built.digest}`);
      context.note(
        `${built.pushed ? 'Stored and pushed' : 'Stored'}: ${built.size} bytes in ${built.layers.length} layer${built.layers.length === 1 ? '' : 's'}.`,
      );
    }
    return 0;
  },
});
